/// How often each label was answered for each true label.
public struct ConfusionMatrix: Sendable, Equatable {
  /// How many labels.
  public let labels: Int
  /// `counts[truth][answer]`.
  public private(set) var counts: [[Int]]

  /// Counts the answers; both lists are as long as each other and hold labels in `0 ..< labels`.
  public init(truths: [Int], answers: [Int], labels: Int) {
    precondition(truths.count == answers.count, "\(truths.count) truths and \(answers.count) answers")
    self.labels = labels
    counts = Array(repeating: Array(repeating: 0, count: labels), count: labels)
    for (truth, answer) in zip(truths, answers) { counts[truth][answer] += 1 }
  }

  /// How many answers.
  public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }
  /// How many of them are right.
  public var correct: Int { (0..<labels).reduce(0) { $0 + counts[$1][$1] } }
  /// How often a label is true.
  public func support(_ label: Int) -> Int { counts[label].reduce(0, +) }
  /// How often a label was answered.
  public func answered(_ label: Int) -> Int { counts.reduce(0) { $0 + $1[label] } }

  /// The part of the answers that are right; not a number where there are none.
  public var accuracy: Double { Double(correct) / Double(total) }

  /// Precision, recall and F1 of one label.
  public func scores(_ label: Int) -> PrecisionRecall {
    PrecisionRecall(hits: counts[label][label], answered: answered(label), support: support(label))
  }

  /// Means over the labels that occur, as truth or as answer: each label counts alike, however rare.
  public var macro: PrecisionRecall {
    let occurring = (0..<labels).filter { support($0) + answered($0) > 0 }.map(scores)
    return PrecisionRecall(meanOf: occurring)
  }

  /// Over all answers, whatever the label: where each text has one label, all three are the accuracy.
  public var micro: PrecisionRecall { PrecisionRecall(hits: correct, answered: total, support: total) }

  /// Matthews' correlation coefficient, for any number of labels (Gorodkin 2004): 1 perfect, 0 for a constant answer.
  public var matthewsCorrelation: Double {
    let n = Double(total)
    let covariance =
      Double(correct) * n - (0..<labels).reduce(0.0) { $0 + Double(support($1)) * Double(answered($1)) }
    let truths = n * n - (0..<labels).reduce(0.0) { $0 + Double(support($1)) * Double(support($1)) }
    let answers = n * n - (0..<labels).reduce(0.0) { $0 + Double(answered($1)) * Double(answered($1)) }
    return truths * answers == 0 ? 0 : covariance / (truths * answers).squareRoot()
  }
}
