/// Ends a run when its score has not become better for some evaluations; remembers which evaluation was the best.
public struct EarlyStopping: Sendable, Equatable {
  /// How many evaluations in a row may bring nothing; nil never stops.
  public var patience: Int?
  /// The best score so far (less is better).
  public private(set) var best: Double?
  /// The step it was reached at.
  public private(set) var bestStep: Int?
  /// How many evaluations have passed since.
  public private(set) var evaluationsSinceBest = 0

  /// Before the first evaluation.
  public init(patience: Int? = nil) { self.patience = patience }

  init(patience: Int?, best: Double?, bestStep: Int?, evaluationsSinceBest: Int) {
    (self.patience, self.best, self.bestStep) = (patience, best, bestStep)
    self.evaluationsSinceBest = evaluationsSinceBest
  }

  /// Takes in a score (less is better), and says whether it is the best so far.
  public mutating func record(_ score: Double, step: Int) -> Bool {
    if score.isFinite, score < best ?? .infinity {
      (best, bestStep, evaluationsSinceBest) = (score, step, 0)
      return true
    }
    evaluationsSinceBest += 1
    return false
  }

  /// Whether the run should end.
  public var shouldStop: Bool { patience.map { evaluationsSinceBest >= max($0, 1) } ?? false }
}
