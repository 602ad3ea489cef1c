import Console
import Testing

@Suite struct LineViewTests {
  private func view(_ text: String, keys: [Key] = [], width: Int = 10, height: Int = .max) -> LineView {
    var buffer = LineBuffer(text)
    for key in keys { _ = buffer.apply(key) }
    return LineView(prompt: ">>> ", continuation: "... ", buffer: buffer, width: width, height: height)
  }

  private func check(_ view: LineView, _ rows: [String], _ row: Int, _ column: Int) {
    #expect(view.rows == rows)
    #expect(view.cursorRow == row)
    #expect(view.cursorColumn == column)
  }

  @Test("Short lines, full rows, wrapped lines, wide characters at the edge, newlines")
  func layouts() {
    check(view(""), [">>> "], 0, 4)
    check(view("abc"), [">>> abc"], 0, 7)
    check(view("abcdef"), [">>> abcdef", ""], 1, 0)
    check(view("abcdefgh"), [">>> abcdef", "gh"], 1, 2)
    check(view("abcdefgh", keys: [.home]), [">>> abcdef", "gh"], 0, 4)
    check(view("abcdefgh", keys: [.left, .left]), [">>> abcdef", "gh"], 1, 0)
    check(view("abcde早"), [">>> abcde", "早"], 1, 2)
    check(view("ab\ncd"), [">>> ab", "... cd"], 1, 6)
    check(view("abcdef\ncd"), [">>> abcdef", "... cd"], 1, 6)
    check(view("abcdef\ncd", keys: [.home, .left]), [">>> abcdef", "... cd"], 0, 9)
    check(view("a\u{1B}b"), [">>> a^[b"], 0, 8)
    check(view("abcdefe\u{301}"), [">>> abcdef", "e\u{301}"], 1, 1)
  }

  @Test("Of a text that is higher than the window, the rows around the cursor are shown")
  func windows() {
    let text = (0..<20).map { "r\($0)" }.joined(separator: "\n")
    let end = view(text, height: 5)
    #expect(end.rows == ["... r15", "... r16", "... r17", "... r18", "... r19"])
    #expect(end.cursorRow == 4)
  }

  @Test("No width is too narrow", arguments: [0, 1, 2, 3, 4, 5])
  func narrow(_ width: Int) {
    let view = view("早上好 abc\nd", width: width)
    #expect(view.cursorRow < view.rows.count)
  }

  @Test("Drawing goes up to the first row, and back to the cursor")
  func drawing() {
    let view = view("abcdefgh", keys: [.home])
    #expect(view.drawing(over: 2) == "\u{1B}[2A\r\u{1B}[J>>> abcdef\r\ngh\u{1B}[1A\r\u{1B}[4C")
    #expect(view.leaving == "\u{1B}[1B\r\n")
  }
}
