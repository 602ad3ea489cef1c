import Files
import TestSupport
import Testing

struct AppendingFileTests {
  @Test func appendsAcrossOpenings() throws {
    try withScratchFolder { folder in
      let path = Files.path(folder, "log")
      try AppendingFile(path).append("one\n")
      let file = try AppendingFile(path)
      #expect(file.byteCount == 4)
      try file.append("two\n")
      try file.synchronize()
      #expect(file.byteCount == 8)
      #expect(try Files.readText(path) == "one\ntwo\n")
    }
  }

  @Test(arguments: [(4, "one\n"), (0, ""), (-3, ""), (100, "one\ntwo\n")])
  func forgetsWhatCameAfterAPoint(byteCount: Int, expected: String) throws {
    try withScratchFolder { folder in
      let path = Files.path(folder, "log")
      try AtomicFile.write("one\ntwo\n", to: path)
      let file = try AppendingFile(path, keeping: byteCount)
      #expect(try Files.readText(path) == expected)
      try file.append("x")
      #expect(try Files.readText(path) == expected + "x")
    }
  }

  @Test func refusesWhatIsNotAFile() throws {
    #expect(throws: FileFailure.notAFile("/dev/full", found: .device)) { try AppendingFile("/dev/full") }
  }
}
