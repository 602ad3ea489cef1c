/// Whether an answer given with 80 % is right 8 times in 10 (Naeini, Cooper & Hauskrecht 2015).
public struct Calibration: Sendable, Equatable {
  /// The answers within one range of confidence.
  public struct Bin: Sendable, Equatable {
    /// How many answers.
    public var count = 0
    /// The sum of their confidences.
    public var confidence = 0.0
    /// How many are right.
    public var correct = 0
  }

  /// Ranges of confidence of equal width, from 0 to 1, each without its lower bound.
  public private(set) var bins: [Bin]

  /// Sorts the answers into bins by their confidence in `0 ... 1`.
  public init(confidences: [Double], correct: [Bool], bins count: Int = 15) {
    bins = Array(repeating: Bin(), count: count)
    for (confidence, isCorrect) in zip(confidences, correct) {
      let index = min(max(Int((confidence * Double(count)).rounded(.up)) - 1, 0), count - 1)
      bins[index].count += 1
      bins[index].confidence += confidence
      bins[index].correct += isCorrect ? 1 : 0
    }
  }

  /// The expected calibration error: the mean distance of confidence and accuracy, each bin weighted by its answers.
  public var expectedError: Double {
    let total = bins.reduce(0) { $0 + $1.count }
    guard total > 0 else { return 0 }
    return bins.reduce(0.0) { $0 + abs($1.confidence - Double($1.correct)) } / Double(total)
  }
}
