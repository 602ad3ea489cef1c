/// How exact the answers of one label are, and how complete; 0 where there is nothing to divide by.
public struct PrecisionRecall: Sendable, Equatable {
  /// Which part of the answers is right.
  public var precision: Double
  /// Which part of the true ones was found.
  public var recall: Double
  /// The harmonic mean of both.
  public var f1: Double
  /// How often the label is true.
  public var support: Int

  /// From counts: right answers, all answers, all true ones.
  public init(hits: Int, answered: Int, support: Int) {
    precision = answered == 0 ? 0 : Double(hits) / Double(answered)
    recall = support == 0 ? 0 : Double(hits) / Double(support)
    f1 = answered + support == 0 ? 0 : 2 * Double(hits) / Double(answered + support)
    self.support = support
  }

  /// The plain mean of several labels' scores.
  public init(meanOf scores: [PrecisionRecall]) {
    let count = Double(max(scores.count, 1))
    precision = scores.reduce(0) { $0 + $1.precision } / count
    recall = scores.reduce(0) { $0 + $1.recall } / count
    f1 = scores.reduce(0) { $0 + $1.f1 } / count
    support = scores.reduce(0) { $0 + $1.support }
  }
}
