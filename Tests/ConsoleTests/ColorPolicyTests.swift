import Console
import Testing

@Suite struct ColorPolicyTests {
  @Test(
    "NO_COLOR, then force, then the terminal, then CLICOLOR",
    arguments: [
      ([:], true, true), ([:], false, false), (["NO_COLOR": "1"], true, false), (["NO_COLOR": ""], true, true),
      (["NO_COLOR": "1", "FORCE_COLOR": "1"], true, false), (["FORCE_COLOR": "1"], false, true),
      (["CLICOLOR_FORCE": "1", "TERM": "dumb"], false, true), (["CLICOLOR_FORCE": "0"], false, false),
      (["TERM": "dumb"], true, false), (["CLICOLOR": "0"], true, false), (["CLICOLOR": "1"], true, true),
    ] as [([String: String], Bool, Bool)])
  func decision(_ environment: [String: String], _ isTerminal: Bool, _ expected: Bool) {
    #expect(ColorPolicy.usesColor(environment: environment, isTerminal: isTerminal) == expected)
  }

  @Test("Text without colour is left alone")
  func style() {
    #expect(TextStyle.red.apply("x", if: false) == "x")
    #expect(TextStyle.red.apply("x", if: true) == "\u{1B}[31mx\u{1B}[0m")
  }
}
