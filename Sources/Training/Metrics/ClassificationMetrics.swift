import Tensors

/// How well a classifier answers a labelled set, one label for each text; with the majority baseline beside it.
public struct ClassificationMetrics: Sendable {
  /// The names of the labels.
  public let labels: [String]
  /// How many texts.
  public let count: Int
  /// The mean of the negative logarithms of the true labels' probabilities, in nats.
  public let loss: Double
  /// Answers by truth.
  public let confusion: ConfusionMatrix
  /// Precision, recall and F1 of each label.
  public let perLabel: [PrecisionRecall]
  /// The area under the ROC curve: of the second label where there are two, otherwise the mean over the labels that
  /// occur, each against the rest.
  ///
  /// Nil where it cannot be told.
  public let rocAUC: Double?
  /// The average precision, likewise.
  public let prAUC: Double?
  /// Confidence against accuracy.
  public let calibration: Calibration
  /// What always answering the most frequent label reaches.
  public let majority: ConfusionMatrix

  /// The part that is right.
  public var accuracy: Double { confusion.accuracy }
  /// Means over labels.
  public var macro: PrecisionRecall { confusion.macro }
  /// Over all answers.
  public var micro: PrecisionRecall { confusion.micro }
  /// Matthews' correlation coefficient.
  public var matthewsCorrelation: Double { confusion.matthewsCorrelation }

  /// Judges probabilities, [texts, labels] row by row.
  /// - Parameter majorityLabel: The most frequent label of the training set; by default that of this set.
  public init(probabilities: [Float], truths: [Int], labels: [String], majorityLabel: Int? = nil) {
    let columns = labels.count
    precondition(
      probabilities.count == truths.count * columns, "\(probabilities.count) for \(truths.count) × \(columns)")
    self.labels = labels
    count = truths.count
    var answers: [Int] = []
    var confidences: [Double] = []
    var loss = 0.0
    for (row, truth) in truths.enumerated() {
      let scores = probabilities[row * columns..<(row + 1) * columns]
      let best = scores.indices.max { scores[$0] < scores[$1] } ?? scores.startIndex
      answers.append(best - scores.startIndex)
      confidences.append(Double(scores[best]))
      loss -= logarithm(max(Double(scores[scores.startIndex + truth]), 1e-45))
    }
    self.loss = loss / Double(truths.count)
    let confusion = ConfusionMatrix(truths: truths, answers: answers, labels: columns)
    self.confusion = confusion
    perLabel = (0..<columns).map(confusion.scores)
    calibration = Calibration(confidences: confidences, correct: zip(answers, truths).map { $0 == $1 })
    let curves = (columns == 2 ? 1..<2 : 0..<columns).map { label in
      RankingCurve(
        scores: truths.indices.map { Double(probabilities[$0 * columns + label]) }, truths: truths.map { $0 == label })
    }
    rocAUC = Self.mean(curves.map(\.areaUnderROC))
    prAUC = Self.mean(curves.map(\.averagePrecision))
    let frequent = (0..<columns).max { confusion.support($0) < confusion.support($1) } ?? 0
    majority = ConfusionMatrix(
      truths: truths, answers: Array(repeating: majorityLabel ?? frequent, count: truths.count), labels: columns)
  }

  /// The mean of those that are known.
  static func mean(_ values: [Double?]) -> Double? {
    let known = values.compactMap { $0 }
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }
}
