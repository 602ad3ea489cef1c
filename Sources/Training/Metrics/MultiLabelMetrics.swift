import Tensors

/// How well a classifier answers a set in which each text can have any number of labels.
public struct MultiLabelMetrics: Sendable {
  /// The names of the labels.
  public let labels: [String]
  /// How many texts.
  public let count: Int
  /// The mean binary cross-entropy of all texts and labels, in nats.
  public let loss: Double
  /// The part of the texts whose labels are all right.
  public let accuracy: Double
  /// Precision, recall and F1 of each label.
  public let perLabel: [PrecisionRecall]
  /// The plain means over labels.
  public let macro: PrecisionRecall
  /// Over all decisions, whatever the label.
  public let micro: PrecisionRecall
  /// The mean over labels of the area under the ROC curve; nil where it cannot be told.
  public let rocAUC: Double?
  /// The mean over labels of the average precision.
  public let prAUC: Double?
  /// The exact-match accuracy of always answering each label's more frequent value.
  public let majorityAccuracy: Double

  /// Judges probabilities, [texts, labels] row by row; a label is answered from the threshold on.
  public init(probabilities: [Float], truths: [[Bool]], labels: [String], threshold: Float = 0.5) {
    let columns = labels.count
    precondition(
      probabilities.count == truths.count * columns, "\(probabilities.count) for \(truths.count) × \(columns)")
    self.labels = labels
    count = truths.count
    let answers = truths.indices.map { row in (0..<columns).map { probabilities[row * columns + $0] >= threshold } }
    var loss = 0.0
    for (row, truth) in truths.enumerated() {
      for (column, isTrue) in truth.enumerated() {
        let probability = Double(probabilities[row * columns + column])
        loss -= logarithm(max(isTrue ? probability : 1 - probability, 1e-45))
      }
    }
    self.loss = loss / Double(truths.count * columns)
    accuracy = Double(zip(answers, truths).count { $0 == $1 }) / Double(truths.count)
    let counts = (0..<columns).map { label in
      (
        hits: truths.indices.count { answers[$0][label] && truths[$0][label] },
        answered: answers.count { $0[label] }, support: truths.count { $0[label] }
      )
    }
    perLabel = counts.map { PrecisionRecall(hits: $0.hits, answered: $0.answered, support: $0.support) }
    macro = PrecisionRecall(meanOf: perLabel)
    micro = PrecisionRecall(
      hits: counts.reduce(0) { $0 + $1.hits }, answered: counts.reduce(0) { $0 + $1.answered },
      support: counts.reduce(0) { $0 + $1.support })
    let curves = (0..<columns).map { label in
      RankingCurve(
        scores: truths.indices.map { Double(probabilities[$0 * columns + label]) }, truths: truths.map { $0[label] })
    }
    rocAUC = ClassificationMetrics.mean(curves.map(\.areaUnderROC))
    prAUC = ClassificationMetrics.mean(curves.map(\.averagePrecision))
    let frequent = counts.map { 2 * $0.support > truths.count }
    majorityAccuracy = Double(truths.count { $0 == frequent }) / Double(truths.count)
  }
}
