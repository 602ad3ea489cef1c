import Files

/// The prompt at which a model is used: a person types, the model writes on.
///
/// It knows the terminal only through a source of lines and a way to write, and the model only as a `REPLModel`.
public final class REPL {
  let input: any LineSource
  let write: (String) -> Void
  let complain: (String) -> Void
  let loadModel: (String) throws -> any REPLModel
  let usesColor: Bool
  let isInterrupted: () -> Bool
  let beginOperation: () -> Void
  var model: any REPLModel
  var session = REPLSession()
  var lastCompletion: REPLCompletion?
  var isVerbose = false
  /// Whether lines go to the history.
  var keepsHistory = true
  private var isLeaving = false

  static let prompt = ">>> "
  static let continuation = "... "

  /// A prompt.
  ///
  /// - Parameters:
  ///   - loadModel: reads another model from a folder, for `/model`.
  ///   - write: shows text.
  ///   - complain: shows what went wrong where no person sits at a terminal, so that it is not taken for an answer.
  ///   - beginOperation: called before the model begins to work: an interruption from before does not count.
  ///   - isInterrupted: whether the model's work is to end.
  public init(
    model: any REPLModel, input: any LineSource, usesColor: Bool = false,
    loadModel: @escaping (String) throws -> any REPLModel,
    write: @escaping (String) -> Void = { StandardStream.output.write($0) },
    complain: @escaping (String) -> Void = { StandardStream.error.write($0) },
    beginOperation: @escaping () -> Void = { Interrupts.reset() },
    isInterrupted: @escaping () -> Bool = { Interrupts.isPending }
  ) {
    (self.model, self.input, self.usesColor, self.loadModel) = (model, input, usesColor, loadModel)
    (self.write, self.complain) = (write, complain)
    (self.beginOperation, self.isInterrupted) = (beginOperation, isInterrupted)
  }

  /// What completes a line, for the line editor.
  public func complete(_ text: String) -> LineCompletion? {
    REPLCompleter(settings: model.settings.map(\.name)).complete(text)
  }

  /// Reads and answers lines until the end.
  ///
  /// What goes wrong is said, and ends nothing where a person sits. Where programs read, it is thrown: they would take the
  /// next answer for this one's. So Ctrl-C ends such a run.
  public func run() throws {
    if input.isInteractive { say(greeting, .dim) }
    while !isLeaving, let text = readPrompt() {
      do {
        try input.quietly { try answer(text) }
      } catch  where input.isInteractive {
        say((error as? any Failure)?.description ?? "\(error)", .red)
      }
      if !input.isInteractive, isInterrupted() { return }
    }
  }

  /// Answers one line.
  package func answer(_ text: String) throws {
    if text.hasPrefix("/") {
      try obey(text)
    } else if text.isEmpty {
      if input.isInteractive, model.task == .generation, !session.turns.isEmpty { try continueText() }
    } else {
      switch model.task {
      case .generation where hasGap(text): try fill(text, count: input.isInteractive ? 5 : 1)
      case .generation: try generate(prompt: text, before: "", start: .text(text), sample: 0)
      case .filling(let mask):
        guard input.isInteractive, !hasGap(text) else {
          try fill(text, count: input.isInteractive ? 5 : 1)
          break
        }
        say("Put \(mask) where a word is missing: The quick brown \(mask) jumps.", .dim)
      case .classification, .tagging: try classify(text)
      }
    }
  }

  /// Whether there is something to fill in a text, for a model that fills.
  private func hasGap(_ text: String) -> Bool {
    guard let mask = model.mask else { return false }
    return [mask, "<mask>", "[MASK]"].contains { text.contains($0) }
  }

  func leave() { isLeaving = true }

  /// Shows a line, in a look.
  func say(_ text: String, _ style: TextStyle? = nil) {
    guard input.isInteractive || style == nil else { return complain(text + "\n") }
    write((style?.apply(text, if: usesColor) ?? text) + "\n")
  }

  // MARK: Reading

  /// The next prompt, of one or several lines; nil at the end.
  private func readPrompt() -> String? {
    while true {
      switch input.readLine(prompt: Self.prompt, continuation: Self.continuation) {
      case .end:
        return nil
      case .interrupted:
        guard input.isInteractive else { return nil }
        say("Use Ctrl-D or /bye to leave.", .dim)
      case .cancelled:
        continue
      case .line(let line):
        guard line.hasPrefix("\"\"\"") else {
          remember(line)
          return line
        }
        if let text = readLines(after: String(line.dropFirst(3))) {
          remember("\"\"\"" + text + "\"\"\"")
          return text
        }
      }
    }
  }

  /// The lines up to the one that ends with three quotes; nil when Ctrl-C gave them up.
  private func readLines(after first: String) -> String? {
    var text = first
    while !text.hasSuffix("\"\"\"") {
      switch input.readLine(prompt: Self.continuation, continuation: Self.continuation) {
      case .line(let line): text += "\n" + line
      case .interrupted, .cancelled: return nil
      case .end: return text
      }
    }
    return String(text.dropLast(3))
  }

  private func remember(_ line: String) {
    if keepsHistory { input.remember(line) }
  }

  private var greeting: String {
    let what =
      switch model.task {
      case .generation:
        "Type the beginning of a text, and the model writes on"
          + (model.mask.map { "; or a text with \($0), and it fills the gap." } ?? ".")
      case .filling(let mask): "Type a text with \(mask) where a word is missing."
      case .classification(let labels): "Type a text; the model says which of \(labels.count) labels fits."
      case .tagging(let labels): "Type a text; the model puts one of \(labels.count) labels on each word."
      }
    return "\(what) /help shows the commands."
  }
}
