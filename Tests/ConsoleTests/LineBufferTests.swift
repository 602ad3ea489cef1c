import Console
import Testing

@Suite struct LineBufferTests {
  private func edit(_ text: String, _ keys: [Key]) -> String {
    var buffer = LineBuffer(text)
    for key in keys { _ = buffer.apply(key) }
    return buffer.textBeforeCursor + "|" + buffer.text.dropFirst(buffer.textBeforeCursor.count)
  }

  @Test(
    "Keys change text and cursor",
    arguments: [
      ("", [.text("a"), .text("b")], "ab|"), ("ab", [.left, .text("x")], "ax|b"), ("ab", [.home, .delete], "|b"),
      ("ab", [.backspace], "a|"), ("", [.backspace, .delete, .left, .right], "|"),
      ("one two  three", [.wordLeft], "one two  |three"),
      ("one two  three", [.wordLeft, .wordLeft, .wordRight], "one two|  three"),
      ("one two", [.deleteWordBackward], "one |"), ("one two, ", [.deleteWordBackward], "one |"),
      ("one two", [.home, .deleteWord], "| two"), ("one two", [.home, .wordRight, .deleteToEnd], "one|"),
      ("one two", [.wordLeft, .deleteToStart], "|two"), ("one two", [.deleteWordBackward, .home, .yank], "two|one "),
      ("ab", [.transpose], "ba|"), ("abc", [.home, .right, .transpose], "ba|c"), ("a", [.transpose], "a|"),
      ("e", [.text("\u{301}"), .text("x"), .left, .left], "|éx"), ("🇸", [.text("🇪"), .backspace], "|"),
      ("one\ntwo", [.home], "one\n|two"), ("one\ntwo", [.home, .left, .home, .end], "one|\ntwo"),
      ("one\ntwo", [.deleteToStart], "one\n|"), ("", [.paste("a\nb")], "a\nb|"),
    ] as [(String, [Key], String)])
  func edits(_ text: String, _ keys: [Key], _ expected: String) {
    #expect(edit(text, keys) == expected)
  }

  @Test("Up and down move between lines")
  func lines() {
    var buffer = LineBuffer("long line\nab\nthird")
    let moved = [true, true, true, false, false, false].map { up in
      let hasLine = buffer.moveLine(up: up)
      return (hasLine, buffer.textBeforeCursor)
    }
    #expect(moved.map(\.0) == [true, true, false, true, true, false])
    #expect(moved.map(\.1) == ["long line\nab", "lo", "lo", "long line\nab", "long line\nab\nth", "long line\nab\nth"])
  }
}
