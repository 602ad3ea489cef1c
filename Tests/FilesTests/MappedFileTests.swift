import Files
import TestSupport
import Testing

struct MappedFileTests {
  @Test(arguments: [0, 1, 10_000])
  func showsTheContent(count: Int) throws {
    try withScratchFolder { folder in
      let content = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
      let path = Files.path(folder, "file")
      try AtomicFile.write(content, to: path)
      let file = try MappedFile(path)
      #expect(Array(file.bytes) == content)
      // Replacing the file leaves what is mapped alone.
      try AtomicFile.write("other", to: path)
      #expect(Array(file.bytes) == content)
    }
  }

  @Test func refusesWhatIsNotAFile() {
    #expect(throws: FileFailure.notAFile("/", found: .folder)) { try MappedFile("/") }
  }
}
