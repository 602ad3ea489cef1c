import Swiftlet
import Testing

/// `swiftlet repl` as a person meets it.
@Suite struct ReplTests {
  /// A model of random weights: what it writes makes no sense, and does not end.
  private func model(in scratch: Scratch) throws -> String {
    let text = "In the beginning God created the heaven and the earth.\nAnd God said, Let there be light.\n"
    let tokenizer = try Tokenizer.train(from: [text], options: TokenizerTrainingOptions(vocabularySize: 300)).tokenizer
    let configuration = TransformerConfiguration.preset(
      .nano, family: .gpt2, vocabularySize: tokenizer.vocabularySize, context: 64)
    let model = try Transformer(configuration)
    let path = scratch.path("model")
    try ModelFolder(configuration: configuration, weights: model.initialWeights(seed: 1), tokenizer: tokenizer)
      .write(to: path)
    return path
  }

  @Test("On a terminal: editing, streaming, Ctrl-C, a suggestion, history, Ctrl-D")
  func terminal() throws {
    let scratch = try Scratch()
    let environment = ["TERM": "xterm", "HOME": scratch.root, "XDG_STATE_HOME": scratch.path("state")]
    let arguments = ["repl", "--model", try model(in: scratch), "--threads", "1"]
    let terminal = try #require(PseudoTerminal(Program.path, arguments, environment: environment))
    try #require(terminal.wait(for: ">>> ") != nil, "\(terminal.shown)")

    // Typed with a mistake, corrected in the middle of a word with a character of several bytes.
    terminal.type("/hlepé\u{7F}\r")
    #expect(terminal.wait(for: "Is /help meant?") != nil, "\(terminal.shown)")
    var position = terminal.position
    terminal.type("/set max_new_tokens 100000000\r")
    #expect(terminal.wait(for: "max_new_tokens is 100000000", after: position) != nil)
    terminal.type("/set context_end slide\r")
    #expect(terminal.wait(for: "context_end is slide", after: position) != nil)

    position = terminal.position
    terminal.type("And God\r")
    // The editor has left the terminal, and the text streams.
    try #require(terminal.wait(for: "\u{1B}[?2004l", after: position) != nil)
    try #require(terminal.wait(forBytes: terminal.position + 200))
    terminal.type("\u{3}")
    let seconds = try #require(terminal.wait(for: "(stopped", after: position), "\(terminal.shown.suffix(500))")
    // A tenth of a second is the aim; a machine that builds and tests at once may take longer.
    #expect(seconds < 1)

    // Impatience does not lose the session, nor does an interrupted empty line; the history has what was typed.
    terminal.type("\u{3}\u{3}")
    terminal.settle()
    position = terminal.position
    terminal.type("\u{3}")
    #expect(terminal.wait(for: "Use Ctrl-D or /bye to leave.", after: position) != nil)
    terminal.settle()
    terminal.type("/show te\t\r")
    #expect(terminal.wait(for: "And God", after: position) != nil)
    terminal.type("\u{4}")
    #expect(terminal.waitForExit() == 0)
    let history = try Files.readText(scratch.path("state/swiftlet/history"))
    #expect(history.hasSuffix("And God\n/show text\n"))
  }

  @Test("From a pipe: one answer a line, and nothing else")
  func pipeline() throws {
    let scratch = try Scratch()
    let run = try Program.run(
      "repl", "--model", try model(in: scratch), "--temperature", "0", "--max-tokens", "5", "--threads", "1",
      input: "And God\n/set max_new_tokens 3\nIn the\n")
    #expect(run.status == 0)
    #expect(run.output.split(separator: "\n", omittingEmptySubsequences: false).count == 3)
    #expect(!run.output.contains(">>>") && !run.output.contains("\u{1B}"))
  }
}
