import Console
import Testing

@Suite struct KeyDecoderTests {
  private static let escape = "\u{1B}"

  @Test(
    "Bytes become keys",
    arguments: [
      ("a", [.text("a")]), ("é早🐦", [.text("é"), .text("早"), .text("🐦")]), ("\r", [.enter]), ("\n", [.enter]),
      ("\t", [.tab]), ("\u{7F}", [.backspace]),
      (
        "\u{1}\u{5}\u{B}\u{15}\u{17}", [.home, .end, .deleteToEnd, .deleteToStart, .deleteWordBackward]
      ),
      ("\u{2}\u{6}\u{10}\u{E}\u{14}\u{C}", [.left, .right, .up, .down, .transpose, .clearScreen]),
      ("\u{3}\u{4}\u{1A}", [.interrupt, .endOfInput, .suspend]),
      (escape + "[A" + escape + "[B" + escape + "[C" + escape + "[D", [.up, .down, .right, .left]),
      (escape + "OA" + escape + "OH" + escape + "[1~" + escape + "[F", [.up, .home, .home, .end]),
      (escape + "[3~", [.delete]),
      (
        escape + "b" + escape + "f" + escape + "d" + escape + "\u{7F}",
        [.wordLeft, .wordRight, .deleteWord, .deleteWordBackward]
      ),
      (escape + "[1;5C" + escape + "[1;5D", [.wordRight, .wordLeft]), (escape + "[99;99R", [.unknown]),
      (escape + "[200~one\rtwo\r\nthree" + escape + "[201~!", [.paste("one\ntwo\nthree"), .text("!")]),
      (escape + "[200~\u{3}\u{1B}[A" + escape + "[201~", [.paste("\u{3}\u{1B}[A")]),
    ] as [(String, [Key])])
  func keys(_ bytes: String, _ keys: [Key]) {
    var decoder = KeyDecoder()
    let decoded = decoder.decode(Array(bytes.utf8))
    #expect(decoded == keys)
    #expect(!decoder.isIncomplete)
    // The same, byte by byte.
    var slow = KeyDecoder()
    let slowly = bytes.utf8.flatMap { slow.decode([$0]) }
    #expect(slowly == keys)
  }

  @Test("Bytes that are no characters are skipped, and a lone escape is nothing")
  func rubbish() {
    var decoder = KeyDecoder()
    let bytes: [[UInt8]] = [
      [0xFF, 0x80, UInt8(ascii: "a"), 0xE6, UInt8(ascii: "b"), UInt8(ascii: "c")], [0x1B],
    ]
    let decoded = bytes.map { decoder.decode($0) }
    #expect(decoded == [[.text("a"), .text("b"), .text("c")], []])
    #expect(decoder.isIncomplete)
    let rest = decoder.flush() + decoder.decode([UInt8(ascii: "b")])
    #expect(rest == [.text("b")])
  }

  @Test("No bytes whatever stop it")
  func anything() {
    var decoder = KeyDecoder()
    var state: UInt32 = 1
    for _ in 0..<200_000 {
      state = state &* 1_664_525 &+ 1_013_904_223
      _ = decoder.decode([UInt8(truncatingIfNeeded: state >> 24)])
      if state % 1000 == 0 { _ = decoder.decode(Array("\u{1B}[201~".utf8)) }
    }
    _ = decoder.decode(Array("\u{1B}[201~".utf8))
    _ = decoder.flush()
    let last = decoder.decode(Array("a".utf8))
    #expect(last == [.text("a")])
  }
}
