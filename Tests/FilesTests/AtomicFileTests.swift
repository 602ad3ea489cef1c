import Files
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

struct AtomicFileTests {
  @Test func theOldContentStaysUntilCommit() throws {
    try withScratchFolder { folder in
      let path = Files.path(folder, "file")
      try AtomicFile.write("old", to: path)
      let writer = try AtomicFileWriter(path)
      try writer.write("new")
      #expect(try Files.readText(path) == "old")
      #expect(try writer.commit() == SHA256.digest(of: Array("new".utf8)))
      #expect(try Files.readText(path) == "new")
      #expect(try Files.list(folder) == ["file"])
    }
  }

  @Test func anAbandonedWriterLeavesNothing() throws {
    try withScratchFolder { folder in
      do {
        let writer = try AtomicFileWriter(Files.path(folder, "file"))
        try writer.write([UInt8](repeating: 1, count: 1_000_000))
        #expect(try Files.list(folder).count == 1)
      }
      #expect(try Files.list(folder).isEmpty)
    }
  }

  @Test func removesWhatKilledProcessesLeft() throws {
    try withScratchFolder { folder in
      // No process has this number: it is above the system's limit.
      let abandoned = Files.path(folder, ".partial-999999999-1")
      try AtomicFile.write("x", to: abandoned)
      let writer = try AtomicFileWriter(Files.path(folder, "file"))
      try AtomicFileWriter.removeAbandoned(in: folder)
      #expect(Files.kind(of: abandoned) == nil)
      try writer.write("x")
      try writer.commit()
      #expect(try Files.list(folder) == ["file"])
    }
  }

  /// Small and large pieces in one file, across the border of the writer's buffer.
  @Test func joinsPiecesOfAllSizes() throws {
    try withScratchFolder { folder in
      let path = Files.path(folder, "file")
      let writer = try AtomicFileWriter(path)
      var expected: [UInt8] = []
      for size in [1, 0, 65_535, 65_536, 65_537, 3, 200_000, 1] {
        let piece = (0..<size).map { UInt8(truncatingIfNeeded: $0 &+ size) }
        try writer.write(piece)
        expected += piece
      }
      let hash = try writer.commit()
      #expect(try Files.read(path) == expected)
      #expect(hash == SHA256.digest(of: expected))
      #expect(try SHA256.digest(ofFile: path) == hash)
      #expect(writer.byteCount == expected.count)
    }
  }

  @Test func refusesToReplaceAFolder() throws {
    try withScratchFolder { folder in
      #expect(throws: FileFailure.notAFile(folder, found: .folder)) { try AtomicFile.write("x", to: folder) }
      let path = Files.path(folder, "missing/file")
      #expect(throws: FileFailure.system(.create, path: path, code: ENOENT)) { try AtomicFile.write("x", to: path) }
    }
  }
}
