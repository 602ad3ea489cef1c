import Foundation
import Swiftlet
import Testing

/// `swiftlet repl` as a person meets it.
@Suite struct ReplTests {
  /// The prompt on a terminal, waiting for its first line.
  private func start(_ model: String, _ scratch: Scratch, _ options: String...) throws -> PseudoTerminal {
    let environment = ["TERM": "xterm", "HOME": scratch.root, "XDG_STATE_HOME": scratch.path("state")]
    let terminal = try #require(
      PseudoTerminal(
        Program.path, ["repl", "--model", model, "--threads", "1"] + options, environment: environment))
    try #require(terminal.wait(for: ">>> "), "\(terminal.shown)")
    return terminal
  }

  @Test("On a terminal: editing, streaming, Ctrl-C, a suggestion, history, Ctrl-D")
  func terminal() throws {
    let scratch = try Scratch()
    let terminal = try start(smallModel(in: scratch), scratch)

    // Typed with a mistake, corrected in the middle of a word with a character of several bytes.
    terminal.type("/hlepé\u{7F}\r")
    #expect(terminal.wait(for: "Is /help meant?"), "\(terminal.shown)")
    var position = terminal.position
    terminal.type("/set max_new_tokens 100000000\r")
    #expect(terminal.wait(for: "max_new_tokens is 100000000", after: position))
    // Not even where the model would end the text by itself before Ctrl-C is typed.
    terminal.type("/set min_new_tokens 100000000\r")
    #expect(terminal.wait(for: "min_new_tokens is 100000000", after: position))
    terminal.type("/set context_end slide\r")
    #expect(terminal.wait(for: "context_end is slide", after: position))

    position = terminal.position
    terminal.type("And God\r")
    // The editor has left the terminal, and the text streams.
    try #require(terminal.wait(for: "\u{1B}[?2004l", after: position))
    try #require(terminal.wait(forBytes: terminal.position + 200))
    terminal.type("\u{3}")
    try #require(terminal.wait(for: "(stopped", after: position), "\(terminal.shown.suffix(500))")

    // Impatience does not lose the session, nor does an interrupted empty line; the history has what was typed.
    terminal.type("\u{3}\u{3}")
    terminal.settle()
    position = terminal.position
    terminal.type("\u{3}")
    #expect(terminal.wait(for: "Use Ctrl-D or /bye to leave.", after: position))
    terminal.settle()
    terminal.type("/show te\t\r")
    #expect(terminal.wait(for: "And God", after: position))
    terminal.settle()
    terminal.type("\u{4}")
    #expect(terminal.waitForExit() == 0)
    let history = try Files.readText(scratch.path("state/swiftlet/history"))
    #expect(history.hasSuffix("And God\n/show text\n"))
    let attributes = try FileManager.default.attributesOfItem(atPath: scratch.path("state/swiftlet/history"))
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
  }

  @Test("What is typed while a text streams waits for the prompt, Ctrl-D too")
  func typedAhead() throws {
    let scratch = try Scratch()
    // A text that goes on beyond the model's small context, and long enough to be typed into.
    let terminal = try start(
      smallModel(in: scratch), scratch, "--max-tokens", "3000", "--min-new-tokens", "3000", "--context-end", "slide")
    let position = terminal.position
    terminal.type("And God\r")
    try #require(terminal.wait(for: "\u{1B}[?2004l", after: position))
    try #require(terminal.wait(forBytes: terminal.position + 100))
    terminal.type("/show parx\u{7F}ameters\r\u{4}")
    #expect(terminal.wait(for: "repetition_penalty", after: position), "\(terminal.shown.suffix(300))")
    #expect(terminal.waitForExit() == 0)
  }

  @Test("Every command on a terminal")
  func commands() throws {
    let scratch = try Scratch()
    let classifier = try smallModel(in: scratch, name: "labels") { $0.classifying(sequencesInto: ["good", "bad"]) }
    let terminal = try start(smallModel(in: scratch), scratch, "--max-tokens", "5", "--no-history")
    #expect(terminal.shown.contains("Type the beginning of a text"))
    func asked(_ line: String, _ expected: String) {
      #expect(terminal.ask(line, expected), "\(line): \(terminal.shown.suffix(400).debugDescription)")
    }
    asked("/help", "/export FILE")
    asked("/stats", "Nothing was written yet.")
    asked("And God", "\u{1B}[?2004l")
    asked("/stats", "5 written, first after")
    asked("/set verbose", "\u{1B}[?2004l")
    asked("/retry", "tokens/s")
    asked("/top 3", " %")
    asked("/tokens And God", "7 bytes")
    asked("/show", "context 64")
    asked("/show parameters", "repetition_penalty")
    asked("/set temperatur 1", "Is temperature meant?")
    asked("/set temperature 100000", "temperature must be a number from 0 to 100")
    asked("/set temperature 0", "temperature is 0")
    asked("/set best_of 2", "best_of must be 1")
    asked("/set temperature default", "temperature is 0.8")
    asked("", "tokens/s")
    asked("/save ~/session.json", "Saved 2 texts")
    asked("/undo", "And God")
    asked("/undo", "No text is left.")
    asked("/undo", "There is nothing to undo.")
    asked("/load \(scratch.path("session.json"))", "2 texts.")
    asked("/export \(scratch.path("text.txt"))", "Wrote")
    asked("/clear", "\u{1B}[?2004l")
    asked("/continue", "There is no text to continue.")
    asked("/load \(scratch.path("nothing"))", "nothing")
    asked("/fill a <mask>", "/fill needs a masked model")
    asked("/model \(scratch.path("nowhere"))", "nowhere")
    asked("/model", "gpt2")
    asked("/model \(classifier)", "good, bad")
    asked("And God", "0.")
    asked("/xyz", "/help shows all")
    terminal.type("/bye\r")
    #expect(terminal.waitForExit() == 0)
    #expect(try Files.readText(scratch.path("text.txt")).hasPrefix("And God"))
    #expect(Files.kind(of: scratch.path("state/swiftlet/history")) == nil)
  }

  @Test("Completion, a pasted text, several lines, wide characters")
  func editing() throws {
    let scratch = try Scratch()
    let terminal = try start(smallModel(in: scratch), scratch, "--max-tokens", "3")
    func asked(_ line: String, _ expected: String) {
      #expect(terminal.ask(line, expected), "\(line): \(terminal.shown.suffix(400).debugDescription)")
    }
    asked("/mo\t\(scratch.root)/mod\t", "layers")
    asked("\u{1B}[200~pasted one\npasted two\u{1B}[201~", "pasted two")
    asked("/show text", "pasted one\r\npasted two")
    asked("\"\"\"quoted one", "... ")
    asked("quoted two\"\"\"", "\u{1B}[?2004l")
    asked("/show text", "quoted one\r\nquoted two")
    // The wide character before the cursor goes, and what is typed comes in its place.
    asked("早上好\u{1B}[D\u{7F}晚", "早晚好")
    asked("/show text", "早晚好")
    // Ctrl-C gives up a line that was begun.
    let position = terminal.position
    terminal.type("given up\u{3}")
    #expect(terminal.wait(for: "\u{1B}[?2004h", after: position))
    asked("/show text", "早晚好")
    // The line before the last one, once more.
    asked("\u{1B}[A\u{1B}[A", "早晚好")
    terminal.terminate()
    #expect(terminal.waitForExit() == 143)
  }

  @Test("SIGTERM between two waits for a key is not lost")
  func termination() throws {
    let scratch = try Scratch()
    let terminal = try start(smallModel(in: scratch), scratch)
    // The line is drawn anew for each key, and nobody reads that: the program is held in a write when the signal comes.
    terminal.type(String(repeating: "abcdefgh", count: 150))
    usleep(300_000)
    terminal.terminate()
    usleep(100_000)
    #expect(terminal.waitForExit() == 143)
  }

  @Test("Masked models are asked to fill, classifiers to label, and a model of both objectives does two things")
  func otherTasks() throws {
    let scratch = try Scratch()
    var terminal = try start(smallModel(in: scratch, .bert, name: "masked"), scratch)
    #expect(terminal.shown.contains("Type a text with <mask>"))
    #expect(terminal.ask("And God", "Put <mask> where a word is missing"))
    #expect(terminal.ask("And <mask> saw the <mask>.", "0.0"))
    #expect(terminal.ask("/fill 2 the <mask>", "0.0"))
    #expect(terminal.ask("/retry", "/retry needs a model that generates text."))
    terminal = try start(
      smallModel(in: scratch, .roberta, name: "words") { $0.classifying(tokensInto: ["O", "B-X"]) }, scratch)
    #expect(terminal.ask("And God said", "God/"))
    terminal = try start(
      smallModel(in: scratch, .llama, name: "both", format: .q8) {
        var both = $0
        both.fillsMasks = true
        return both
      }, scratch, "--max-tokens", "4")
    #expect(terminal.ask("And God", "\u{1B}[?2004l"))
    #expect(terminal.ask("/stats", "4 written"))
    #expect(terminal.ask("/fill 3 And <mask> saw", "0.0"))
  }

  @Test("From a pipe: one answer a line, and nothing else")
  func pipeline() throws {
    let scratch = try Scratch()
    let run = try Program.run(
      "repl", "--model", try smallModel(in: scratch), "--temperature", "0", "--max-tokens", "5", "--threads", "1",
      input: "And God\n/set max_new_tokens 3\nIn the\n")
    #expect(run.status == 0)
    #expect(run.output.split(separator: "\n", omittingEmptySubsequences: false).count == 3)
    #expect(!run.output.contains(">>>") && !run.output.contains("\u{1B}"))
  }

  @Test("From a pipe: an error is no answer, and ends the run with its code")
  func pipelineErrors() throws {
    let scratch = try Scratch()
    let path = try smallModel(in: scratch, format: .q4)
    let run = try Program.run(
      "repl", "--model", path, "--max-tokens", "5", "--threads", "1",
      input: "And God\n/hlep\n/set context_end nowhere\nIn the\n")
    #expect(run.status == 64)
    #expect(run.output.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
    #expect(run.errors.contains("Is /help meant?") && run.errors.contains("context_end must be stop or slide"))
    let labels = try smallModel(in: scratch, name: "labels") { $0.classifying(sequencesInto: ["good", "bad"]) }
    let labelled = try Program.run("repl", "--model", labels, "--threads", "1", input: "And God\nIn the\n")
    #expect(labelled.output.split(separator: "\n").allSatisfy { $0.hasPrefix("good\t0.") || $0.hasPrefix("bad\t0.") })
    #expect(labelled.output.split(separator: "\n").count == 2)
  }
}
