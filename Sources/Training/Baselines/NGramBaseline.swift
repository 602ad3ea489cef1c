import Corpora

/// What a classifier must beat to be worth its training: logistic regression on the words and letters of the same
/// training set.
///
/// ```swift
/// let baseline = try NGramBaseline(training)
/// baseline.predictions(on: held).evaluation()
/// ```
public struct NGramBaseline: Sendable {
  private let features: NGramFeatures
  private let classifier: LinearClassifier
  private let labels: [String]
  private let kind: LabelKind

  /// Learns from a training set.
  ///
  /// Throws `TrainingFailure.noData` where there are no rows.
  public init(_ training: LabelledData) throws(TrainingFailure) {
    guard !training.rows.isEmpty else { throw .noData(set: "training", needed: "it has no rows") }
    let texts = training.rows.map(Self.texts)
    features = NGramFeatures(learningFrom: texts)
    classifier = LinearClassifier(
      features.vectors(of: texts), columns: features.count, kind: training.kind,
      labelCount: max(1, training.labelNames.count), labels: training.rows.map(\.labels),
      values: training.rows.map(\.value))
    (labels, kind) = (training.labelNames, training.kind)
  }

  /// Its answers for a set whose labels are numbered as those of the training set.
  public func predictions(on data: LabelledData) -> Predictions {
    Predictions(
      probabilities: classifier.answers(features.vectors(of: data.rows.map(Self.texts))), kind: kind,
      labels: labels, truths: data.rows.map(\.labels), values: data.rows.map(\.value))
  }

  private static func texts(_ row: LabelledRow) -> [String] { [row.text] + (row.pair.map { [$0] } ?? []) }
}
