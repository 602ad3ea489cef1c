import Corpora
import Testing

@Suite struct EncodingDamageTests {
  @Test(arguments: [
    ("caf\u{C3}\u{A9}", EncodingDamage.doublyEncoded), ("it\u{E2}\u{20AC}\u{2122}s", .doublyEncoded),
    ("\u{C3}\u{0178}", .doublyEncoded), ("lost \u{FFFD}", .replaced), ("bell\u{7}", .control), ("a\u{85}b", .control),
    ("zero\u{200B}width", .invisible), ("\u{FEFF}text", .invisible),
  ])
  func isFound(text: String, damage: EncodingDamage) { #expect(EncodingDamage.found(in: text).contains(damage)) }

  @Test(arguments: [
    "plain", "café, naïve, Ärger, ß", "João, São, Ça va", "“quoted” — 5 €", "鳥が 😀", "tab\tand\nline", "",
  ])
  func soundTextHasNone(text: String) { #expect(EncodingDamage.found(in: text).isEmpty) }
}
