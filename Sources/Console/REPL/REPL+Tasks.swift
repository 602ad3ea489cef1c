import Files

extension REPL {
  /// Writes a text from a prompt or on from an earlier text, and keeps it.
  func generate(prompt: String, before: String, start: REPLPrompt, sample: Int) throws {
    beginOperation()
    var isAtLineStart = true
    let isInteractive = input.isInteractive
    let completion = try model.complete(start, sample: sample) { text in
      // Where programs read, each completion is one line.
      guard isInteractive else { return }
      write(text)
      isAtLineStart = text.last?.isNewline ?? isAtLineStart
    } isInterrupted: {
      isInterrupted()
    }
    lastCompletion = completion
    session.turns.append(
      .init(
        prompt: prompt, before: before, start: start, completion: completion.text,
        end: completion.tokens.map { .tokens($0) } ?? .text(before + prompt + completion.text), sample: sample))
    guard isInteractive else {
      write(Self.oneLine(completion.text) + "\n")
      return
    }
    if !isAtLineStart || completion.text.isEmpty { write("\n") }
    switch completion.finishReason {
    case "interrupted": say("(stopped; an empty line goes on)", .dim)
    case "context": say("(the model sees no more than this; /set context_end slide lets it go on)", .dim)
    case "length": if isVerbose { say("(max_new_tokens reached; an empty line goes on)", .dim) }
    default: break
    }
    if completion.forgottenTokens > 0 {
      say("(\(completion.forgottenTokens) tokens of the beginning were forgotten)", .dim)
    }
    if isVerbose { showStatistics() }
  }

  /// Writes on from the last text.
  func continueText() throws {
    guard let turn = session.turns.last else { return say("There is no text to continue.") }
    try generate(prompt: "", before: turn.text, start: turn.end, sample: turn.sample)
  }

  /// Writes the last text again, with other chances.
  func retry() throws {
    guard let turn = session.turns.last else { return say("There is no text to write again.") }
    // The text that was stays until there is another one.
    let place = session.turns.count - 1
    try generate(prompt: turn.prompt, before: turn.before, start: turn.start, sample: turn.sample + 1)
    session.turns.remove(at: place)
  }

  /// Shows how the gaps of a text can be filled.
  func fill(_ text: String, count: Int) throws {
    beginOperation()
    let choices = try model.fill(text, count: count)
    guard input.isInteractive else {
      write(Self.oneLine(choices.first?.text ?? "") + "\n")
      return
    }
    show(choices)
  }

  /// Shows the labels of a text.
  func classify(_ text: String) throws {
    beginOperation()
    let choices = try model.classify(text)
    guard input.isInteractive else {
      if case .tagging = model.task {
        write(choices.map { Self.oneLine($0.text) }.joined(separator: " ") + "\n")
      } else {
        write((choices.first.map { "\(Self.oneLine($0.text))\t\(HumanFormat.fixed($0.score, 6))" } ?? "") + "\n")
      }
      return
    }
    show(choices)
  }

  /// Shows choices with their scores.
  func show(_ choices: [REPLChoice]) {
    var table = TextTable([], alignments: [.right, .left])
    for choice in choices { table.add([HumanFormat.fixed(choice.score, 4), choice.text]) }
    say(table.text)
  }

  /// Shows how long the last text took.
  func showStatistics() {
    guard let completion = lastCompletion else { return say("Nothing was written yet.") }
    say(
      "\(completion.promptTokens) tokens read, \(completion.newTokens) written, "
        + "first after \(HumanFormat.fixed(completion.secondsToFirstToken * 1000, 0)) ms, "
        + "\(HumanFormat.rate(completion.tokensPerSecond)) tokens/s, "
        + "\(HumanFormat.duration(seconds: completion.seconds)) in all", .dim)
  }

  /// A text in one line: its newlines as `\n`.
  static func oneLine(_ text: String) -> String {
    text.reduce(into: "") { line, character in
      switch character {
      case "\n": line += "\\n"
      case "\r", "\r\n": line += "\\r"
      default: line.append(character)
      }
    }
  }
}
