import Corpora
import Files
import Testing

struct TextSourceTests {
  @Test func aFolderIsReadInOrderOfNamesAndSaysWhatItLeftOut() throws {
    let scratch = try Scratch()
    _ = try scratch.write("second", "b.txt")
    _ = try scratch.write("first", "a.md")
    _ = try scratch.write("inside", "folder/c.text")
    _ = try scratch.write("no ending", "README")
    _ = try scratch.write("hidden", ".secret.txt")
    _ = try scratch.write([0x7F, 0x45, 0x4C, 0x46, 0, 0, 1], "program")
    _ = try scratch.write([], "empty.txt")
    let source = try TextSource([scratch.path])
    #expect(source.files.map { Files.name(of: $0.path) } == ["README", "a.md", "b.txt", "c.text"])
    #expect(try documents(source) == ["no ending", "first", "second", "inside"])
    #expect(source.skipped.map { Files.name(of: $0.path) } == ["empty.txt", "program"])
    #expect(source.skipped.map(\.reason) == ["empty", "not text"])
  }

  @Test func aFolderOfBinariesIsAnErrorThatNamesThem() throws {
    let scratch = try Scratch()
    for index in 0..<3 { _ = try scratch.write([0, 1, 2, 255, UInt8(index)], "\(index).bin") }
    _ = try scratch.write([0xFF, 0xD8, 0xFF, 0xE0], "picture.jpg")
    let failure = #expect(throws: CorpusFailure.self) { _ = try TextSource([scratch.path]) }
    #expect(failure == .noTextFiles(paths: [scratch.path], found: ["3 × .bin (not text)", "1 × .jpg (not text)"]))
    #expect(failure?.kind == .noInput)
  }

  @Test func badTextWithTheNameOfATextIsAnErrorAndNotMissing() throws {
    let scratch = try Scratch()
    _ = try scratch.write("fine", "a.txt")
    _ = try scratch.write([0x63, 0x61, 0x66, 0xE9, 0x20], "b.txt")
    let source = try TextSource([scratch.path])
    let failure = #expect(throws: CorpusFailure.self) { _ = try documents(source) }
    #expect(failure == .invalidUTF8(path: Files.path(scratch.path, "b.txt"), offset: 3))
  }

  @Test func emptyFilesAndMissingFilesAreTheirOwnErrors() throws {
    let scratch = try Scratch()
    let empty = try scratch.write([], "empty.txt")
    let blank = try scratch.write(" \n\n\t\n", "blank.txt")
    #expect(throws: CorpusFailure.noText(paths: [empty])) { _ = try TextSource([empty]) }
    let source = try TextSource([blank])
    #expect(throws: CorpusFailure.noText(paths: [blank])) { _ = try CorpusSurvey(source) }
    let missing = #expect(throws: CorpusFailure.self) { _ = try TextSource([scratch.path + "/nowhere.txt"]) }
    #expect(missing?.kind == .noInput)
    #expect(throws: CorpusFailure.noTextFiles(paths: [], found: [])) { _ = try TextSource([]) }
  }

  @Test func aLinkToAFolderIsNotFollowed() throws {
    let scratch = try Scratch()
    _ = try scratch.write("text", "inner/a.txt")
    #expect(symlinkFolder(scratch.path, named: scratch.path + "/inner/loop"))
    let source = try TextSource([scratch.path])
    #expect(source.files.count == 1)
    #expect(source.skipped.map(\.reason) == ["a link to a folder"])
  }
}
