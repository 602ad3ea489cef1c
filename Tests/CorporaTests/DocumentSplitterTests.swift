import Corpora
import Testing

struct DocumentSplitterTests {
  private func read(_ text: String, _ boundary: DocumentBoundary) throws -> [String] {
    let scratch = try Scratch()
    return try documents(TextSource([scratch.write(text, "a.txt")], documents: boundary))
  }

  @Test(arguments: [
    ("one\ntwo\n\nthree", ["one\ntwo", "three"]),
    ("\n\n one\n \t \ntwo\n\n\n", [" one", "two"]),
    ("one\u{0C}two\n<|endoftext|>\nthree <|endoftext|>four", ["one", "two", "three ", "four"]),
    ("a <|endoftex b\n<|", ["a <|endoftex b\n<|"]),
    ("one\r\ntwo\r\n\r\nthree\r", ["one\ntwo", "three"]),
    ("one\rtwo\r\rthree", ["one\ntwo", "three"]),
    ("\u{FEFF}one", ["one"]),
    ("no end", ["no end"]),
  ])
  func paragraphs(_ text: String, _ wanted: [String]) throws {
    #expect(try read(text, .paragraphs) == wanted)
  }

  @Test func lines() throws {
    #expect(try read("one\n\n  two \r\nthree\u{0C}four", .lines) == ["one", "  two ", "three", "four"])
  }

  @Test func filesKeepEveryCharacter() throws {
    let text = "\n\n one\n\n\u{0C}two <|endoftext|>\n \n"
    #expect(try read(text, .files) == [text])
    let scratch = try Scratch()
    let both = try TextSource([scratch.write("a\n", "a"), scratch.write("b", "b")], documents: .files)
    #expect(try documents(both) == ["a\n", "b"])
  }

  @Test(arguments: DocumentBoundary.allCases)
  func aLongLineComesInParts(_ boundary: DocumentBoundary) throws {
    let scratch = try Scratch()
    // Three megabytes without a line end; characters of three bytes, and few spaces.
    let text = String(repeating: "雨が降る日に本を読む" + (boundary == .lines ? " " : ""), count: 100_000)
    let source = try TextSource([scratch.write(text, "line.txt")], documents: boundary)
    var parts = 0
    try source.forEachPart { part in
      parts += 1
      #expect(part.utf8.count <= 1 << 20)
      #expect(String(validating: part.utf8, as: UTF8.self) != nil)
    }
    #expect(parts >= 3)
    #expect(try documents(source).map { $0.trimmingSpaces } == [text.trimmingSpaces])
  }

  @Test func aLongDocumentIsCutBeforeALineEnd() throws {
    let scratch = try Scratch()
    let text = (0..<200_000).map { "line \($0)" }.joined(separator: "\n")
    let source = try TextSource([scratch.write(text, "a.txt")], documents: .paragraphs)
    var beginnings: [UInt8] = []
    try source.forEachPart { if !$0.begins { beginnings.append($0.utf8[0]) } }
    #expect(!beginnings.isEmpty && beginnings.allSatisfy { $0 == 0x0A })
    #expect(try documents(source) == [text])
  }
}

extension String {
  /// Without spaces at the end.
  fileprivate var trimmingSpaces: Substring {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return text
  }
}
