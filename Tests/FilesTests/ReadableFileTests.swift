import Files
import TestSupport
import Testing

struct ReadableFileTests {
  @Test func readsAnyPartAndNothingBeyond() throws {
    try withScratchFolder { folder in
      let path = Files.path(folder, "file")
      try AtomicFile.write("0123456789", to: path)
      let file = try ReadableFile(path)
      #expect(try file.read(at: 3, count: 4) == Array("3456".utf8))
      #expect(try file.read(at: 10, count: 0).isEmpty)
      for (position, count) in [(8, 3), (11, 0), (-1, 2), (0, .max), (.max, 1)] {
        #expect(throws: FileFailure.changedWhileRead(path)) { try file.read(at: position, count: count) }
      }
      var pieces: [String] = []
      try file.forEachPiece(of: 4) { pieces.append(String(decoding: $0, as: UTF8.self)) }
      #expect(pieces == ["0123", "4567", "89"])
    }
  }

  @Test func noticesAFileThatShrinks() throws {
    try withScratchFolder { folder in
      let path = Files.path(folder, "file")
      try AtomicFile.write("0123456789", to: path)
      let file = try ReadableFile(path)
      _ = try AppendingFile(path, keeping: 5)
      #expect(throws: FileFailure.changedWhileRead(path)) { try file.read(at: 0, count: 10) }
    }
  }
}
