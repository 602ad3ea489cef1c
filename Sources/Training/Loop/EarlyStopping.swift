/// Ends a run when its score has not become better for some evaluations; remembers whose weights are to be kept.
public struct EarlyStopping: Sendable, Equatable {
  /// How many evaluations in a row may bring nothing; nil never stops.
  public var patience: Int?
  /// The best score so far (less is better).
  public private(set) var best: Double?
  /// The step of the weights to keep: of that score, or of the last one that is as good as far as the figure can tell.
  public private(set) var bestStep: Int?
  /// How many evaluations have brought no better score since the best.
  public private(set) var evaluationsSinceBest = 0

  /// Before the first evaluation.
  public init(patience: Int? = nil) { self.patience = patience }

  init(patience: Int?, best: Double?, bestStep: Int?, evaluationsSinceBest: Int) {
    (self.patience, self.best, self.bestStep) = (patience, best, bestStep)
    self.evaluationsSinceBest = evaluationsSinceBest
  }

  /// Takes in a score (less is better), and says whether its weights are to be kept.
  /// - Parameter uncertainty: By how much scores differ by chance; later weights, which have learned more calmly, are kept
  ///   unless the best score is better by more. Without it only a better score is kept.
  public mutating func record(_ score: Double, step: Int, uncertainty: Double? = nil) -> Bool {
    guard score.isFinite else {
      evaluationsSinceBest += 1
      return false
    }
    let isBetter = score < best ?? .infinity
    if isBetter { best = score }
    evaluationsSinceBest = isBetter ? 0 : evaluationsSinceBest + 1
    let isKept = isBetter || uncertainty.map { score <= (best ?? .infinity) + $0 } ?? false
    if isKept { bestStep = step }
    return isKept
  }

  /// Whether the run should end.
  public var shouldStop: Bool { patience.map { evaluationsSinceBest >= max($0, 1) } ?? false }
}
