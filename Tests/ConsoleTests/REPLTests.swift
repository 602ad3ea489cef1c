import Console
import Files
import Testing

@Suite struct REPLTests {
  /// A model that writes the same words, each time with the number of the sample.
  private final class Mock: REPLModel {
    var task: REPLTask
    var name: String
    var temperature = "0.8"
    var alsoFills = false
    var fails = false
    var prompts: [REPLPrompt] = []

    init(_ task: REPLTask = .generation, name: String = "mock") {
      self.task = task
      self.name = name
    }

    var facts: [(name: String, value: String)] { [("model", name)] }
    var settings: [REPLSetting] { [REPLSetting(name: "temperature", value: temperature, summary: "how wild")] }

    func set(_ name: String, to value: String?) throws {
      guard name == "temperature" else { throw JSONFailure.unexpectedEnd(offset: 7) }
      guard value != "hot" else { throw JSONFailure.unexpectedEnd(offset: 9) }
      temperature = value ?? "0.8"
    }

    func request(_ name: String, as value: String) throws { try set(name, to: value) }

    var mask: String? { if case .filling(let mask) = task { mask } else { alsoFills ? "<mask>" : nil } }

    func tokens(of text: String) -> [(identifier: Int32, piece: String)] {
      text.split(separator: " ").enumerated().map { (Int32($0.offset), "▁\($0.element)") }
    }

    func complete(
      _ prompt: REPLPrompt, sample: Int, onText: (String) -> Void, isInterrupted: () -> Bool
    ) throws -> REPLCompletion {
      prompts.append(prompt)
      if fails { throw JSONFailure.unexpectedEnd(offset: 5) }
      var text = ""
      for part in [" wörd\(sample)", " 早\n", "end"] {
        if isInterrupted() {
          return REPLCompletion(text: text, tokens: [1], finishReason: "interrupted")
        }
        onText(part)
        text += part
      }
      return REPLCompletion(
        text: text, tokens: [1, 2, Int32(prompts.count)], finishReason: "stop", promptTokens: 2, newTokens: 3,
        secondsToFirstToken: 0.25, seconds: 1.25, tokensPerSecond: 2)
    }

    func nextTokens(after prompt: REPLPrompt, count: Int) throws -> [REPLChoice] {
      prompts.append(prompt)
      return (0..<count).map { REPLChoice(text: "▁t\($0)", score: 1 / Double($0 + 2)) }
    }

    func fill(_ text: String, count: Int) throws -> [REPLChoice] {
      (0..<count).map { REPLChoice(text: text + "\($0)", score: 0.5) }
    }

    func classify(_ text: String) throws -> [REPLChoice] {
      [REPLChoice(text: "good", score: 0.75), REPLChoice(text: "bad", score: 0.25)]
    }
  }

  /// Lines that were written before.
  private final class Script: LineSource {
    let isInteractive: Bool
    private var lines: [LineInput]
    private(set) var prompts: [String] = []
    private(set) var remembered: [String] = []

    init(_ lines: [LineInput], isInteractive: Bool) {
      self.lines = lines
      self.isInteractive = isInteractive
    }

    func readLine(prompt: String, continuation: String) -> LineInput {
      prompts.append(prompt)
      return lines.isEmpty ? .end : lines.removeFirst()
    }

    func quietly<Result>(_ body: () throws -> Result) rethrows -> Result { try body() }
    func remember(_ line: String) { remembered.append(line) }
  }

  /// Runs a session; returns what it showed without the greeting.
  @discardableResult
  private func run(
    _ lines: [LineInput], model: Mock = Mock(), isInteractive: Bool = true,
    check: (Script) -> Void = { _ in }, complain: @escaping (String) -> Void = { _ in },
    isInterrupted: @escaping () -> Bool = { false }
  ) -> String {
    let source = Script(lines, isInteractive: isInteractive)
    var shown = ""
    let repl = REPL(
      model: model, input: source, loadModel: { Mock(name: $0) }, write: { shown += $0 }, complain: complain,
      beginOperation: {}, isInterrupted: isInterrupted)
    do {
      try repl.run()
    } catch {
      #expect(!isInteractive)
      shown += "thrown: \(error)"
    }
    check(source)
    guard isInteractive else { return shown }
    #expect(shown.hasPrefix("Type ") && shown.contains("/help"))
    return String(shown.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).dropFirst().joined())
  }

  @Test("A prompt is continued, an empty line goes on, /retry writes otherwise, /undo goes back")
  func turns() {
    let model = Mock()
    let shown = run(
      [.line("Once"), .line(""), .line("/retry"), .line("/undo"), .line("/continue"), .line("Twice")], model: model)
    let first = " wörd0 早\nend\n"
    #expect(shown == first + first + " wörd1 早\nend\n" + "Once wörd0 早\nend\n" + first + first)
    #expect(
      model.prompts == [
        .text("Once"), .tokens([1, 2, 1]), .tokens([1, 2, 1]), .tokens([1, 2, 1]), .text("Twice"),
      ])
  }

  @Test("Not a terminal: one completion a line, nothing else")
  func pipeline() {
    #expect(
      run([.line("one"), .line(""), .line("/set temperature 0"), .line("two")], isInteractive: false)
        == #" wörd0 早\nend"# + "\n" + #" wörd0 早\nend"# + "\n")
    #expect(
      run([.line("x")], model: Mock(.classification(labels: ["good", "bad"])), isInteractive: false)
        == "good\t0.750000\n")
    #expect(run([.line("a <mask>")], model: Mock(.filling(mask: "<mask>")), isInteractive: false) == "a <mask>0\n")
    #expect(run([.line("a b")], model: Mock(.tagging(labels: ["good", "bad"])), isInteractive: false) == "good bad\n")
  }

  @Test("Not a terminal: messages are no answers, and an error ends it")
  func pipelineErrors() {
    var complaints = ""
    let shown = run(
      [.line("/hlep"), .line("/stats"), .line("one"), .line("/set colour blue"), .line("two")], isInteractive: false,
      complain: { complaints += $0 })
    #expect(complaints.contains("Is /help meant?"))
    #expect(shown.hasPrefix("Nothing was written yet.\n" + #" wörd0 早\nend"# + "\nthrown: "))
    var calls = 0
    let stopped = run(
      [.line("one"), .line("two"), .line("three")], isInteractive: false,
      isInterrupted: {
        calls += 1
        return calls > 5
      })
    #expect(stopped.split(separator: "\n").count == 2)
  }

  @Test("What fails takes nothing away: a text that cannot be written again, a session that does not fit")
  func failures() throws {
    let folder = try Files.temporaryFolder()
    defer { try? Files.removeFolder(folder) }
    let model = Mock()
    run([.line("Once")], model: model)
    var shown = run([.line("Once"), .line("/set temperature 0.3"), .line("/save \(folder)/s")], model: model)
    let saved = try Files.readText("\(folder)/s")
    try AtomicFile.write(saved.replacing("0.3", with: "hot"), to: "\(folder)/s")
    shown = run([.line("Twice"), .line("/load \(folder)/s"), .line("/show text")], model: model)
    #expect(model.temperature == "0.3" && shown.hasSuffix("Twice wörd0 早\nend\n"))
    let failing = Mock()
    shown = run([.line("Once"), .line("/set temperature default"), .line("/retry")], model: failing)
    #expect(failing.temperature == "0.8")
    let source = Script([], isInteractive: true)
    var said = ""
    let repl = REPL(
      model: failing, input: source, loadModel: { Mock(name: $0) }, write: { said += $0 }, beginOperation: {},
      isInterrupted: { false })
    try repl.answer("Once")
    failing.fails = true
    #expect(throws: JSONFailure.self) { try repl.answer("/retry") }
    said = ""
    try repl.answer("/show text")
    #expect(said == "Once wörd0 早\nend\n")
  }

  @Test("Three quotes hold several lines together")
  func multipleLines() {
    let model = Mock()
    run(
      [.line("\"\"\"one"), .line("two\"\"\""), .line("\"\"\""), .line("x"), .line("\"\"\""), .line("\"\"\"a\"\"\"")],
      model: model
    ) { script in
      #expect(script.prompts == [">>> ", "... ", ">>> ", "... ", "... ", ">>> ", ">>> "])
      #expect(script.remembered.first == "\"\"\"one\ntwo\"\"\"")
    }
    #expect(model.prompts == [.text("one\ntwo"), .text("\nx\n"), .text("a")])
  }

  @Test("Ctrl-C on an empty line says how to leave, and gives up several lines")
  func interruptions() {
    let model = Mock()
    let shown = run([.interrupted, .cancelled, .line("\"\"\"one"), .interrupted, .line("two")], model: model)
    #expect(shown.hasPrefix("Use Ctrl-D or /bye to leave.\n"))
    #expect(model.prompts == [.text("two")])
  }

  @Test("Ctrl-C stops the writing and keeps the session")
  func stopped() {
    var calls = 0
    let shown = run(
      [.line("Once"), .line("/show text")],
      isInterrupted: {
        calls += 1
        return calls > 1
      })
    #expect(shown == " wörd0\n(stopped; an empty line goes on)\nOnce wörd0\n")
  }

  @Test("Settings are shown and changed, and errors end nothing")
  func settings() {
    let model = Mock()
    let shown = run(
      [
        .line("/set temperature 0.5"), .line("/set parameter temperature 0.6"), .line("/set temperature"),
        .line("/set colour blue"), .line("/set"), .line("/show"), .line("/show parameters"),
      ], model: model)
    #expect(model.temperature == "0.6")
    #expect(shown.contains("temperature is 0.5\n"))
    #expect(shown.contains("temperature  0.6  how wild\n"))
    #expect(shown.contains("ends at byte 7"))
    #expect(shown.contains("Use: /set NAME VALUE"))
    #expect(shown.contains("model  mock\n"))
  }

  @Test("An unknown command gets a suggestion; every command is in the help")
  func unknown() {
    #expect(run([.line("/hlep")]).contains(#"There is no command "/hlep". Is /help meant?"#))
    #expect(run([.line("/xyzzy")]).contains("/help shows all"))
    let help = run([.line("/?")])
    for name in [
      "/help", "/set", "/show", "/retry", "/undo", "/save", "/load", "/model", "/clear", "/tokens", "/top", "/fill",
      "/stats", "/export", "/bye", "/exit", "/continue",
    ] {
      #expect(help.contains(name))
    }
  }

  @Test("Tables: next tokens, tokens, statistics")
  func tables() {
    let model = Mock()
    let shown = run(
      [.line("/stats"), .line("Once"), .line("/top 2"), .line("/top 1 a b"), .line("/tokens a b"), .line("/stats")],
      model: model)
    #expect(shown.hasPrefix("Nothing was written yet.\n"))
    #expect(shown.contains("50.00 %  ▁t0\n33.33 %  ▁t1\n50.00 %  ▁t0\n"))
    #expect(shown.contains("0  ▁a\n1  ▁b\n2 tokens, 3 bytes\n"))
    #expect(shown.contains("2 tokens read, 3 written, first after 250 ms, 2.0 tokens/s, 1.3 s in all\n"))
    #expect(model.prompts == [.text("Once"), .tokens([1, 2, 1]), .text("a b")])
  }

  @Test("Masked models and classifiers at the prompt")
  func otherTasks() {
    let filling = Mock(.filling(mask: "<mask>"))
    #expect(run([.line("/fill 2 a <mask>")], model: filling) == "0.5000  a <mask>0\n0.5000  a <mask>1\n")
    #expect(run([.line("a <mask>")], model: filling).split(separator: "\n").count == 5)
    #expect(run([.line("no gap")], model: filling).contains("Put <mask>"))
    #expect(run([.line("/retry")], model: filling).contains("/retry needs a model that generates"))
    #expect(run([.line("x")], model: Mock(.classification(labels: []))) == "0.7500  good\n0.2500  bad\n")
    #expect(run([.line("/fill a <mask>")]).contains("/fill needs a masked model"))
    let both = Mock()
    both.alsoFills = true
    #expect(run([.line("/fill 1 a <mask>")], model: both) == "0.5000  a <mask>0\n")
    #expect(run([.line("a <mask>")], model: both).split(separator: "\n").count == 5)
    #expect(run([.line("x")], model: Mock(.tagging(labels: []))) == "0.7500  good\n0.2500  bad\n")
  }

  @Test("Sessions are saved and loaded, exported, and models changed")
  func files() throws {
    let folder = try Files.temporaryFolder()
    defer { try? Files.removeFolder(folder) }
    let model = Mock()
    run([.line("/set temperature 0.5"), .line("Once"), .line(""), .line("/save \(folder)/session")], model: model)
    let other = Mock()
    let shown = run(
      [
        .line("/load \(folder)/session"), .line("/continue"), .line("/undo"), .line("/undo"),
        .line("/export \(folder)/text"), .line("/model elsewhere"), .line("/show text"),
      ], model: other)
    #expect(other.temperature == "0.5")
    #expect(other.prompts == [.text("Once wörd0 早\nend wörd0 早\nend")])
    #expect(shown.contains("2 texts.\n"))
    #expect(shown.contains("model  elsewhere\n"))
    #expect(try Files.readText("\(folder)/text") == "Once wörd0 早\nend\n")
    try AtomicFile.write("{}", to: "\(folder)/other")
    #expect(run([.line("/load \(folder)/other")]).contains("is not a session"))
    #expect(run([.line("/load \(folder)/none"), .line("Once")]).contains("none"))
  }

  @Test("History can be turned off, and leaving leaves")
  func leaving() {
    run([.line("a"), .line("/set nohistory"), .line("b"), .line("/bye"), .line("c")]) { script in
      #expect(script.remembered == ["a", "/set nohistory"])
      #expect(script.prompts.count == 4)
    }
  }

  @Test("Tab completes commands, settings and paths")
  func completion() throws {
    let repl = REPL(model: Mock(), input: Script([], isInteractive: true), loadModel: { Mock(name: $0) })
    #expect(repl.complete("/he")?.candidates == ["/help"])
    #expect(repl.complete("/s")?.candidates.count == 4)
    #expect(repl.complete("/set temp")?.candidates == ["temperature "])
    #expect(repl.complete("/set parameter temp")?.candidates == ["temperature "])
    #expect(repl.complete("Once") == nil)
    let folder = try Files.temporaryFolder()
    defer { try? Files.removeFolder(folder) }
    try Files.createFolder("\(folder)/models")
    try AtomicFile.write("x", to: "\(folder)/mine.txt")
    let completion = repl.complete("/load \(folder)/m")
    #expect(completion == LineCompletion(replacedCount: 1, candidates: ["mine.txt", "models/"]))
  }
}
