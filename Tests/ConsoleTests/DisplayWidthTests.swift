import Console
import Testing

@Suite struct DisplayWidthTests {
  @Test(
    "Columns of texts",
    arguments: [
      ("abc", 3), ("", 0), ("wörld", 5), ("wo\u{308}rld", 5), ("早上好", 6), ("ｆｕｌｌ", 8), ("한국어", 6),
      ("\u{1112}\u{1161}\u{11AB}", 2), ("👍", 2), ("👍🏽", 2), ("👩‍👩‍👧", 2), ("🇸🇪", 2), ("❤️", 2), ("❤", 1), ("1️⃣", 2),
      ("\t", 4), ("\u{1}", 2), ("\u{200B}", 0), ("é́", 1), ("שלום", 4), ("กำ", 2),
    ] as [(String, Int)])
  func columns(_ text: String, _ columns: Int) {
    #expect(DisplayWidth.of(text) == columns)
  }

  @Test("A prefix never cuts a character, nor takes more columns than there are")
  func prefix() {
    #expect(DisplayWidth.prefix("早上好", columns: 5) == "早上")
    #expect(DisplayWidth.prefix("abc", columns: 9) == "abc")
    #expect(DisplayWidth.prefix("abc", columns: 0) == "")
  }

  @Test("Control characters are shown, not obeyed")
  func control() {
    #expect(DisplayWidth.visible("\u{1B}") == "^[")
    #expect(DisplayWidth.visible("\u{7F}") == "^?")
    #expect(DisplayWidth.visible("a") == "a")
  }
}
