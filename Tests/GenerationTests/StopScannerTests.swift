import Generation
import Testing

@Suite struct StopScannerTests {
  /// Feeds a text character by character.
  private func scan(_ text: String, _ stops: [String]) -> (parts: [String], isStopped: Bool) {
    var scanner = StopScanner(stops)
    var parts = text.unicodeScalars.map { scanner.append(String($0)) }
    parts.append(scanner.flush())
    return (parts, scanner.isStopped)
  }

  @Test(
    "The text ends before the first stop string",
    arguments: [
      ("one two three", ["two"], "one ", true), ("one two three", ["three", "two"], "one ", true),
      ("aaab", ["aab"], "a", true), ("one tw", ["two"], "one tw", false), ("ababac", ["abac"], "ab", true),
      ("héé", ["é"], "h", true), ("no stop", [], "no stop", false), ("xyz", ["xyzz"], "xyz", false),
      ("a\n\nb", ["\n\n"], "a", true), ("早上好。晚安", ["。晚"], "早上好", true),
    ] as [(String, [String], String, Bool)])
  func stops(_ text: String, _ stops: [String], _ expected: String, _ isStopped: Bool) {
    let result = scan(text, stops)
    #expect(result.parts.joined() == expected)
    #expect(result.isStopped == isStopped)
    // The same in one piece.
    var whole = StopScanner(stops)
    #expect(whole.append(text) + whole.flush() == expected)
  }

  @Test("Only what may still become a stop string is held back")
  func heldBack() {
    #expect(scan("abc<en>d", ["<end>"]).parts == ["a", "b", "c", "", "", "", "<en>", "d", ""])
  }
}
