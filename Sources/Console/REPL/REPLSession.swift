import Files

/// What was said at the prompt: the text that is being written, and what `/undo` goes back to.
struct REPLSession: Equatable {
  /// One prompt, or one continuation, and what came of it.
  struct Turn: Equatable {
    /// What was typed; empty where an earlier text was continued.
    var prompt: String
    /// The text before this turn, when it continues one.
    var before: String
    /// Where the model began.
    var start: REPLPrompt
    /// What it wrote.
    var completion: String
    /// Where the next continuation begins.
    var end: REPLPrompt
    /// Which sample it is.
    var sample: Int

    /// The whole text after this turn.
    var text: String { before + prompt + completion }
  }

  var turns: [Turn] = []

  /// The text that is being written.
  var text: String { turns.last?.text ?? "" }

  /// The session for a file.
  func json(settings: [REPLSetting]) -> JSONValue {
    [
      "turns": .array(
        turns.map { turn in
          [
            "prompt": .string(turn.prompt), "before": .string(turn.before), "completion": .string(turn.completion),
            "sample": .integer(turn.sample),
          ]
        }),
      "settings": .object(
        settings.reduce(into: JSONObject()) { object, setting in object[setting.name] = .string(setting.value) }),
    ]
  }

  /// A session of a file, and its settings; nil where it is none.
  static func read(_ json: JSONValue) -> (session: REPLSession, settings: [(String, String)])? {
    guard let turns = json["turns"]?.array else { return nil }
    var session = REPLSession()
    for turn in turns {
      guard let prompt = turn["prompt"]?.string, let before = turn["before"]?.string,
        let completion = turn["completion"]?.string, let sample = turn["sample"]?.int
      else { return nil }
      session.turns.append(
        Turn(
          prompt: prompt, before: before, start: .text(before + prompt), completion: completion,
          end: .text(before + prompt + completion), sample: sample))
    }
    let settings = (json["settings"]?.object ?? JSONObject()).compactMap { name, value in
      value.string.map { (name, $0) }
    }
    return (session, settings)
  }

  /// The texts as they stand, parted by a line, for reading.
  var transcript: String {
    var texts: [String] = []
    for turn in turns {
      // A continuation takes the place of what it continues.
      if !turn.before.isEmpty, texts.last == turn.before { texts.removeLast() }
      texts.append(turn.text)
    }
    return texts.map { $0 + ($0.hasSuffix("\n") ? "" : "\n") }.joined(separator: "\n---\n\n")
  }
}
