import Corpora
import Tensors

/// Logistic regression on the words and letters of texts; where labels are values, ridge regression.
public struct NGramClassifier: Sendable {
  let features: NGramFeatures
  let linear: LinearClassifier

  /// Learns from a training set; nil where it has no rows, or labels of words.
  public init?(learningFrom training: LabelledData) {
    guard !training.rows.isEmpty, training.kind != .tokens else { return nil }
    let texts = training.rows.map(\.texts)
    features = NGramFeatures(learningFrom: texts)
    linear = LinearClassifier(
      features.vectors(of: texts), columns: features.count, kind: training.kind,
      labelCount: max(1, training.labelNames.count), labels: training.rows.map(\.labels),
      values: training.rows.map(\.value))
  }

  init(features: NGramFeatures, linear: LinearClassifier) { (self.features, self.linear) = (features, linear) }

  /// What labels are.
  public var kind: LabelKind { linear.kind }
  /// Numbers of a text's answer.
  public var columns: Int { linear.labels }

  /// Of each row and label, its probability; of values, the value.
  public func answers(to rows: [LabelledRow]) -> [Float] { linear.answers(features.vectors(of: rows.map(\.texts))) }

  /// Of each text, or pair, and label, its score; of values, the value.
  func scores(of texts: [[String]]) -> [Float] { linear.scores(features.vectors(of: texts)) }

  /// The same with numbers of 16 bits, as they are stored.
  func rounded() -> NGramClassifier {
    NGramClassifier(
      features: features,
      linear: LinearClassifier(
        numbers: linear.weights.map { BFloat16($0).float }, columns: linear.columns, kind: kind,
        labelCount: linear.labels))
  }
}

extension LabelledRow {
  /// The text, or the two of a pair.
  var texts: [String] { [text] + (pair.map { [$0] } ?? []) }
}
