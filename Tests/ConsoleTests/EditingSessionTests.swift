import Console
import Testing

@Suite struct EditingSessionTests {
  private func session(
    _ history: [String] = [], completion: @escaping (String) -> LineCompletion? = { _ in nil }
  ) -> EditingSession {
    EditingSession(prompt: "> ", continuation: ". ", history: LineHistory(history), completion: completion)
  }

  private func type(_ keys: [Key], into session: inout EditingSession) -> LineInput? {
    for key in keys {
      _ = session.draw(width: 40, height: 10)
      if let result = session.handle(key) { return result }
    }
    return nil
  }

  private func expect(_ keys: [Key], in session: inout EditingSession, _ expected: LineInput) {
    let result = type(keys, into: &session)
    #expect(result == expected)
  }

  @Test("Enter, Ctrl-C and Ctrl-D")
  func endings() {
    var line = session()
    expect([.text("a"), .enter], in: &line, .line("a"))
    line = session()
    expect([.interrupt], in: &line, .interrupted)
    line = session()
    expect([.text("a"), .interrupt], in: &line, .cancelled)
    line = session()
    expect([.endOfInput], in: &line, .end)
    line = session()
    expect([.text("a"), .text("b"), .left, .endOfInput, .enter], in: &line, .line("a"))
  }

  @Test("The history is looked through, from a pasted text only at its first and last line")
  func history() {
    var line = session(["old", "new"])
    expect([.text("x"), .up, .up, .down, .down, .enter], in: &line, .line("x"))
    line = session(["old"])
    expect([.paste("a\nb"), .up, .text("!"), .enter], in: &line, .line("a!\nb"))
    line = session(["old"])
    expect([.paste("a\nb"), .up, .up, .enter], in: &line, .line("old"))
  }

  @Test("Tab completes, as far as all candidates agree, and then lists them")
  func completion() {
    let words = ["/save", "/set", "/show"]
    let complete = { (text: String) in
      LineCompletion(replacedCount: text.count, candidates: words.filter { $0.hasPrefix(text) })
    }
    var line = session(completion: complete)
    _ = type([.text("/"), .text("s"), .text("h"), .tab], into: &line)
    #expect(line.text == "/show")
    line = session(completion: complete)
    _ = type([.text("/"), .tab], into: &line)
    #expect(line.text == "/s")
    _ = type([.tab, .tab], into: &line)
    let shown = line.draw(width: 40, height: 10)
    #expect(shown.contains("/save  /set  /show\r\n"))
    line = session(completion: complete)
    _ = type([.text("x"), .tab], into: &line)
    #expect(line.text == "x")
  }

  @Test("Ctrl-L draws on a clean screen")
  func clear() {
    var line = session()
    _ = type([.text("a"), .clearScreen], into: &line)
    let shown = line.draw(width: 40, height: 10)
    #expect(shown.hasPrefix("\u{1B}[H\u{1B}[2J"))
  }
}
