import Console
import Testing

@Suite struct ProgressLineTests {
  /// A clock and a screen.
  private final class Stage {
    var time = 0.0
    var screen = ""

    func line(isTerminal: Bool) -> ProgressLine {
      ProgressLine(
        isTerminal: isTerminal, columns: { 60 }, now: { self.time }, write: { self.screen += $0 })
    }
  }

  @Test("Without a terminal: a line every ten seconds and at the end, and no carriage return")
  func log() {
    let stage = Stage()
    var line = stage.line(isTerminal: false)
    for step in 1...100 {
      stage.time = Double(step) / 4
      line.show(ProgressState(step: step, steps: 100))
    }
    line.note("a note")
    line.finish()
    #expect(!stage.screen.contains("\r") && !stage.screen.contains("\u{1B}"))
    #expect(
      stage.screen == "1 %, step 1/100\n41 %, step 41/100\n81 %, step 81/100\na note\n100 %, step 100/100\n")
  }

  @Test("On a terminal: one line that is drawn again at most ten times a second")
  func terminal() {
    let stage = Stage()
    var line = stage.line(isTerminal: true)
    for step in 1...100 {
      stage.time = Double(step) / 100
      line.show(ProgressState(step: step, steps: 100))
    }
    #expect(stage.screen.split(separator: "\r").count <= 11)
    #expect(!stage.screen.contains("\n"))
    line.note("a note")
    #expect(stage.screen.contains("\r\u{1B}[Ka note\n"))
    line.finish()
    #expect(stage.screen.hasSuffix("\n"))
    #expect(stage.screen.contains("step 100/100"))
  }
}
