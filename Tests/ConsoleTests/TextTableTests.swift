import Console
import Testing

@Suite struct TextTableTests {
  @Test("Columns are aligned by what is seen, and control characters cannot break them")
  func alignment() {
    var table = TextTable(["token", "score"], alignments: [.left, .right])
    table.add(["▁早", "0.5"])
    table.add(["a\nb", "12.25"])
    #expect(table.lines == ["token  score", "▁早      0.5", "a^Jb   12.25"])
  }

  @Test("Without a header, and without rows")
  func empty() {
    #expect(TextTable([]).text == "")
    var table = TextTable([])
    table.add(["a", ""])
    #expect(table.text == "a")
  }
}
