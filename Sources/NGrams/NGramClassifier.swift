import Corpora
import Tensors

/// Logistic regression on the words and letters of texts; where labels are values, ridge regression.
public struct NGramClassifier: Sendable {
  let features: NGramFeatures
  let linear: LinearClassifier

  /// Learns from a training set; nil where it has no rows, or labels of words.
  /// - Parameter execution: Whose threads it learns on; the bits are the same for any number.
  public init?(learningFrom training: LabelledData, execution: Execution = Execution(threads: 1)) {
    guard !training.rows.isEmpty, training.kind != .tokens else { return nil }
    let texts = training.rows.map(\.texts)
    features = NGramFeatures(learningFrom: texts)
    linear = LinearClassifier(
      features.vectors(of: texts), columns: features.count, kind: training.kind,
      labelCount: max(1, training.labelNames.count), labels: training.rows.map(\.labels),
      values: training.rows.map(\.value), execution: execution)
  }

  init(features: NGramFeatures, linear: LinearClassifier) { (self.features, self.linear) = (features, linear) }

  /// What labels are.
  public var kind: LabelKind { linear.kind }
  /// Numbers of a text's answer.
  public var columns: Int { linear.labels }

  /// How many n-grams it knows.
  public var size: Int { features.count }

  /// Of each row and label, its probability; of values, the value.
  public func answers(to rows: some Sequence<LabelledRow>) -> [Float] {
    linear.answers(features.vectors(of: rows.map(\.texts)))
  }

  /// Of each text, or pair, and label, its score; of values, the value.
  func scores(of texts: [[String]]) -> [Float] { linear.scores(features.vectors(of: texts)) }

  /// So many are kept whatever they weigh.
  private static let few = 16_384

  /// The same as it is stored: with numbers of 16 bits; of many n-grams the half that weighs most.
  ///
  /// The other half, mostly n-grams of a single text, is worth nothing that we could measure (Benchmarks.md).
  package func condensed() -> NGramClassifier {
    let (columns, outputs, weights) = (linear.columns, linear.outputs, linear.weights)
    let sizes = (0..<columns).map { column in
      (0..<outputs).reduce(Float(0)) { max($0, abs(weights[column * outputs + $1])) }
    }
    let least = sizes.sorted(by: >).prefix(max((columns + 1) / 2, Self.few)).last ?? 0
    let kept = (0..<columns).filter { sizes[$0] >= least }
    let numbers = (kept + [columns]).flatMap { column in
      (0..<outputs).map { BFloat16(weights[column * outputs + $0]).float }
    }
    return NGramClassifier(
      features: features.only(kept),
      linear: LinearClassifier(numbers: numbers, columns: kept.count, kind: kind, labelCount: linear.labels))
  }
}

extension LabelledRow {
  /// The text, or the two of a pair.
  var texts: [String] { [text] + (pair.map { [$0] } ?? []) }
}
