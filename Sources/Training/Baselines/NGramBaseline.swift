import Corpora
import NGrams
import Tensors

/// What a classifier must beat to be worth its training: logistic regression on the words and letters of the same
/// training set.
///
/// ```swift
/// let baseline = try NGramBaseline(training)
/// baseline.predictions(on: held).evaluation()
/// ```
public struct NGramBaseline: Sendable {
  /// What learned.
  public let classifier: NGramClassifier
  private let labels: [String]

  /// Learns from a training set.
  ///
  /// Throws `TrainingFailure.noData` where there are no rows.
  /// - Parameter execution: Whose threads it learns on; the bits are the same for any number.
  public init(
    _ training: LabelledData, execution: Execution = Execution(threads: 1)
  ) throws(TrainingFailure) {
    guard let classifier = NGramClassifier(learningFrom: training, execution: execution) else {
      throw .noData(set: "training", needed: "it has no rows")
    }
    (self.classifier, labels) = (classifier, training.labelNames)
  }

  /// Its answers for a set whose labels are numbered as those of the training set.
  public func predictions(on data: LabelledData) -> Predictions {
    Predictions(
      probabilities: classifier.answers(to: data.rows), kind: classifier.kind, labels: labels,
      truths: data.rows.map(\.labels), values: data.rows.map(\.value))
  }
}
