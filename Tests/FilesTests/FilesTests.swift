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

struct FilesTests {
  @Test(arguments: [0, 1, 4096, 1_000_000])
  func readsWhatWasWritten(count: Int) throws {
    try withScratchFolder { folder in
      let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let path = Files.path(folder, "file")
      try AtomicFile.write(content, to: path)
      #expect(try Files.read(path) == content)
      #expect(try Files.byteCount(of: path) == count)
    }
  }

  @Test func refusesWhatIsNotAFile() throws {
    try withScratchFolder { folder in
      let pipe = Files.path(folder, "pipe")
      #expect(mkfifo(pipe, 0o600) == 0)
      let missing = Files.path(folder, "missing")
      #expect(throws: FileFailure.notAFile(folder, found: .folder)) { try Files.read(folder) }
      #expect(throws: FileFailure.notAFile(pipe, found: .pipe)) { try Files.read(pipe) }
      #expect(throws: FileFailure.notAFile("/dev/zero", found: .device)) { try Files.read("/dev/zero") }
      #expect(throws: FileFailure.system(.open, path: missing, code: ENOENT)) { try Files.read(missing) }
      #expect(throws: FileFailure.system(.open, path: pipe + "/x", code: ENOTDIR)) { try Files.read(pipe + "/x") }
    }
  }

  @Test(arguments: ["", "a\0b"])
  func refusesPathsThatNameNothing(path: String) {
    #expect(throws: FileFailure.invalidPath(path)) { try Files.read(path) }
    #expect(throws: FileFailure.invalidPath(path)) { try Files.list(path) }
    #expect(throws: FileFailure.invalidPath(path)) { try Files.createFolder(path) }
    #expect(throws: FileFailure.invalidPath(path)) { try Files.remove(path) }
    #expect(throws: FileFailure.invalidPath(path)) { try AtomicFile.write("x", to: path) }
    #expect(throws: FileFailure.invalidPath(path)) { try FileLock(path) }
    #expect(Files.kind(of: path) == nil)
  }

  @Test func refusesATooLongName() throws {
    try withScratchFolder { folder in
      let path = Files.path(folder, String(repeating: "n", count: 300))
      #expect(throws: FileFailure.system(.create, path: path, code: ENAMETOOLONG)) {
        try AtomicFile.write("x", to: path)
      }
    }
  }

  @Test func limitsTheLengthBeforeReading() throws {
    try withScratchFolder { folder in
      let path = Files.path(folder, "file")
      try AtomicFile.write("12345", to: path)
      #expect(throws: FileFailure.tooLarge(path, bytes: 5, limit: 4)) { try Files.read(path, limit: 4) }
      #expect(try Files.read(path, limit: 5).count == 5)
    }
  }

  @Test func followsLinksOnlyWhereAllowed() throws {
    try withScratchFolder { folder in
      let (path, link) = (Files.path(folder, "file"), Files.path(folder, "link"))
      try AtomicFile.write("x", to: path)
      #expect(symlink(path, link) == 0)
      #expect(try Files.readText(link) == "x")
      #expect(throws: FileFailure.isALink(link)) { try Files.read(link, followsLinks: false) }
    }
  }

  @Test func namesTheFileOfABadText() throws {
    try withScratchFolder { folder in
      let path = Files.path(folder, "file.json")
      try AtomicFile.write("[1,", to: path)
      #expect(throws: FileFailure.json(path, .unexpectedEnd(offset: 3))) { try Files.readJSON(path) }
      try AtomicFile.write([0xFF], to: path)
      #expect(throws: FileFailure.notUTF8(path)) { try Files.readText(path) }
    }
  }

  @Test func listsNamesInOrderOfTheirBytes() throws {
    try withScratchFolder { folder in
      for name in ["b", "a", "é", ".hidden", "B"] { try AtomicFile.write("", to: Files.path(folder, name)) }
      #expect(try Files.list(folder) == [".hidden", "B", "a", "b", "é"])
      let file = Files.path(folder, "a")
      #expect(throws: FileFailure.notAFolder(file, found: .file)) { try Files.list(file) }
    }
  }

  @Test func makesAndRemovesNestedFolders() throws {
    try withScratchFolder { folder in
      let deep = Files.path(folder, "x/y/z")
      try Files.createFolder(deep)
      try Files.createFolder(deep + "/")
      #expect(Files.isFolder(deep))
      try AtomicFile.write("x", to: Files.path(deep, "file"))
      // A link is removed, what it points to stays.
      let outside = Files.path(folder, "outside")
      try Files.createFolder(outside)
      #expect(symlink(outside, Files.path(deep, "link")) == 0)
      try Files.removeFolder(Files.path(folder, "x"))
      #expect(try Files.list(folder) == ["outside"])
      try Files.removeFolder(Files.path(folder, "x"))
      let file = Files.path(folder, "file")
      try AtomicFile.write("x", to: file)
      let refused = #expect(throws: FileFailure.self) { try Files.createFolder(file) }
      #expect(refused?.kind == .cannotCreate)
    }
  }

  @Test func takesPathsApart() {
    #expect(Files.path("a", "b") == "a/b")
    #expect(Files.path("a/", "b") == "a/b")
    #expect(Files.path("", "b") == "b")
    #expect(Files.folder(of: "a/b/c") == "a/b")
    #expect(Files.folder(of: "/a") == "/")
    #expect(Files.folder(of: "a") == ".")
    #expect(Files.name(of: "a/b/c") == "c")
    #expect(Files.name(of: "a") == "a")
  }

  /// Root may write everywhere.
  @Test(.enabled(if: geteuid() != 0))
  func reportsAReadOnlyFolder() throws {
    try withScratchFolder { folder in
      #expect(chmod(folder, 0o500) == 0)
      let path = Files.path(folder, "file")
      #expect(throws: FileFailure.system(.create, path: path, code: EACCES)) { try AtomicFile.write("x", to: path) }
      #expect(chmod(folder, 0o700) == 0)
    }
  }

  @Test func everyFailureIsASentenceWithItsPath() {
    let failures: [FileFailure] = [
      .invalidPath("p\0"), .notAFile("p", found: .pipe), .notAFolder("p", found: .file), .isALink("p"),
      .tooLarge("p", bytes: 2, limit: 1), .changedWhileRead("p"), .locked("p", by: "process 1"),
      .nameNotUTF8(folder: "p", name: "n"), .json("p", .trailingBytes(offset: 3)), .notUTF8("p"),
      .system(.write, path: "p", code: ENOSPC),
    ]
    for failure in failures {
      #expect(failure.description.contains("p") && failure.description.hasSuffix("."), "\(failure)")
    }
    #expect(FileFailure.system(.write, path: "p", code: ENOSPC).kind.exitCode == 74)
    #expect(FileFailure.system(.create, path: "p", code: ENOSPC).kind.exitCode == 74)
    #expect(FileFailure.system(.create, path: "p", code: EACCES).kind.exitCode == 73)
    #expect(FileFailure.system(.open, path: "p", code: ENOENT).kind.exitCode == 66)
  }
}
