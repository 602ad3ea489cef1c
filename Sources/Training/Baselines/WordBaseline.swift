import Corpora
import Files

/// What a labeller of words must beat: every word gets the label that it has most often in the training set, and a word
/// that is not there the most frequent one of all (the "most frequent class" of Jurafsky & Martin, *Speech and Language
/// Processing*).
///
/// Of labels that are as frequent, the first by its number counts.
public struct WordBaseline: Sendable {
  private let usual: [ExactString: Int]
  private let mostFrequent: Int
  private let labels: [String]

  /// Learns from a training set; nil where labels are not of words.
  public init?(_ training: LabelledData) {
    guard training.kind == .tokens, let majority = training.majority else { return nil }
    var counts: [ExactString: [Int32: Int]] = [:]
    for row in training.rows {
      for (word, label) in zip(row.words, row.labels) {
        counts[ExactString(word), default: [:]][label, default: 0] += 1
      }
    }
    usual = counts.compactMapValues { counts in
      counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }.map { Int($0.key) }
    }
    (mostFrequent, labels) = (majority.label, training.labelNames)
  }

  /// Its figures for a set with labels of the training set's names.
  ///
  /// Throws `LabelledFailure.unknownLabels` where there are others.
  public func metrics(on data: LabelledData) throws(LabelledFailure) -> WordMetrics {
    let rows = try data.relabelled(as: labels, of: "the training set").rows
    var probabilities: [Float] = []
    for row in rows {
      for word in row.words {
        let answer = usual[ExactString(word)] ?? mostFrequent
        probabilities += labels.indices.map { $0 == answer ? 1 : 0 }
      }
    }
    return WordMetrics(
      probabilities: probabilities, truths: rows.map { $0.labels.map { Int($0) } }, labels: labels,
      majorityLabel: mostFrequent)
  }
}
