/// How far a long operation is.
public struct ProgressState: Sendable, Equatable {
  /// What it is: "pretraining".
  public var title: String
  /// Steps that are done, and all of them, if that is known.
  public var step: Int, steps: Int?
  /// The share that is done where it is not that of the steps, as under a budget of minutes.
  public var fraction: Double?
  /// The loss, and that on the validation text when it was last measured.
  public var loss: Double?, validationLoss: Double?
  /// The step size.
  public var learningRate: Double?
  /// The speed.
  public var tokensPerSecond: Double?
  /// Seconds until the end.
  public var secondsLeft: Double?

  /// A state.
  public init(
    title: String = "", step: Int = 0, steps: Int? = nil, fraction: Double? = nil, loss: Double? = nil,
    validationLoss: Double? = nil, learningRate: Double? = nil, tokensPerSecond: Double? = nil,
    secondsLeft: Double? = nil
  ) {
    (self.title, self.step, self.steps, self.fraction) = (title, step, steps, fraction)
    (self.loss, self.validationLoss, self.learningRate) = (loss, validationLoss, learningRate)
    (self.tokensPerSecond, self.secondsLeft) = (tokensPerSecond, secondsLeft)
  }

  /// The share that is done, from 0 to 1, if it is known.
  public var share: Double? {
    let share = fraction ?? steps.map { $0 > 0 ? Double(step) / Double($0) : 1 }
    return share.map { min(max($0, 0), 1) }
  }

  /// The facts in one line, the most important first.
  public var facts: [String] {
    var facts = [steps.map { "step \(step)/\($0)" } ?? "step \(step)"]
    if let loss { facts.append("loss \(HumanFormat.fixed(loss, 4))") }
    if let validationLoss { facts.append("validation \(HumanFormat.fixed(validationLoss, 4))") }
    if let secondsLeft { facts.append("\(HumanFormat.duration(seconds: secondsLeft)) left") }
    if let tokensPerSecond { facts.append("\(HumanFormat.rate(tokensPerSecond)) tokens/s") }
    if let learningRate { facts.append("rate \(HumanFormat.scientific(learningRate))") }
    return facts
  }

  /// The line as it stands in a log.
  public var logLine: String {
    let percent = share.map { [HumanFormat.percent($0)] } ?? []
    return (title.isEmpty ? "" : title + ": ") + (percent + facts).joined(separator: ", ")
  }

  /// The line with a bar, in at most so many columns; what does not fit is left out, from the end.
  public func bar(columns: Int) -> String {
    var line = title.isEmpty ? "" : title + " "
    if let share {
      let cells = min(24, max(6, columns / 5))
      line += Self.bar(share, cells: cells) + " " + HumanFormat.percent(share) + " "
    }
    var parts = ""
    for fact in facts {
      let next = parts.isEmpty ? fact : parts + ", " + fact
      guard DisplayWidth.of(line + next) <= columns else { break }
      parts = next
    }
    return DisplayWidth.prefix(line + parts, columns: columns)
  }

  /// A bar of block characters, filled by eighths.
  static func bar(_ share: Double, cells: Int) -> String {
    let eighths = Int((share * Double(cells * 8)).rounded(.down))
    let blocks: [String] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    let filled = String(repeating: "█", count: eighths / 8) + blocks[eighths % 8]
    return "▕" + filled + String(repeating: " ", count: cells - eighths / 8 - (eighths % 8 > 0 ? 1 : 0)) + "▏"
  }
}
