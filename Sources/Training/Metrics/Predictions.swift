import Corpora
import Tensors

/// What a classifier answered to a whole set, beside the truth: all that figures, intervals and lists of mistakes need.
public struct Predictions: Sendable {
  /// Of each text and label, its probability, [texts, labels]; of values, the values.
  public var probabilities: [Float]
  /// What the labels are.
  public let kind: LabelKind
  /// Their names.
  public let labels: [String]
  /// The true labels of each text.
  public let truths: [[Int32]]
  /// The true values, where labels are values.
  public let values: [Double]

  /// Answers of a classifier.
  public init(probabilities: [Float], kind: LabelKind, labels: [String], truths: [[Int32]], values: [Double]) {
    (self.probabilities, self.kind, self.labels) = (probabilities, kind, labels)
    (self.truths, self.values) = (truths, values)
  }

  /// How many texts.
  public var count: Int { truths.count }
  /// Numbers of a text.
  public var columns: Int { kind == .value ? 1 : labels.count }

  /// The figures that the kind of labels has; there is at least one text.
  /// - Parameters:
  ///   - majorityLabel: The most frequent label of the training set, for the baseline; nil takes that of this set.
  ///   - meanValue: The mean of the training set's values, likewise.
  public func evaluation(majorityLabel: Int? = nil, meanValue: Double? = nil) -> Evaluation {
    switch kind {
    case .multiple:
      return .multiLabel(
        MultiLabelMetrics(
          probabilities: probabilities, truths: truths.map { row in labels.indices.map { row.contains(Int32($0)) } },
          labels: labels))
    case .value:
      return .values(RegressionMetrics(values: probabilities.map { Double($0) }, truths: values, mean: meanValue))
    default:
      return .labels(
        ClassificationMetrics(
          probabilities: probabilities, truths: truths.map { Int($0.first ?? 0) }, labels: labels,
          majorityLabel: majorityLabel))
    }
  }

  /// The same beside the baselines of the set that was learned from.
  public func evaluation(learnedFrom training: LabelledData) -> Evaluation {
    evaluation(
      majorityLabel: training.majority?.label,
      meanValue: kind == .value
        ? training.rows.reduce(0) { $0 + $1.value } / Double(max(1, training.rows.count)) : nil)
  }

  /// The label that a text was given, of several that exclude each other.
  public func answer(_ text: Int) -> Int {
    let row = text * columns..<(text + 1) * columns
    return (row.max { probabilities[$0] < probabilities[$1] } ?? row.lowerBound) - row.lowerBound
  }

  /// The texts that were answered wrongly, those first whose true label seemed least likely.
  ///
  /// Of several labels, the order is that of the most wrong one; of values, that of the distance.
  public var mistakes: [Int] {
    var errors: [(text: Int, size: Double)] = []
    for text in 0..<count {
      let row = probabilities[text * columns..<(text + 1) * columns].map { Double($0) }
      switch kind {
      case .value: errors.append((text, abs(row[0] - values[text])))
      case .multiple:
        let wrong = row.enumerated().map { label, probability in
          truths[text].contains(Int32(label)) ? 1 - probability : probability
        }
        if let worst = wrong.max(), worst > 0.5 { errors.append((text, worst)) }
      default:
        let truth = Int(truths[text].first ?? 0)
        if answer(text) != truth { errors.append((text, 1 - row[truth])) }
      }
    }
    return errors.sorted { ($1.size, $0.text) < ($0.size, $1.text) }.map(\.text)
  }
}
