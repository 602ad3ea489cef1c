import Corpora

/// How well a model labels words; with the things that their labels mark, where they do.
public struct WordMetrics: Sendable {
  /// The figures of all words together, as if each were a text.
  public let words: ClassificationMetrics
  /// Things found whole and of the right kind; nil where the labels mark none.
  public let entities: EntityMetrics?
  /// How many texts, and the part of them whose words are all right.
  public let texts: Int, textAccuracy: Double
  /// Words that were cut off with the end of their text; they count as answered with the most frequent label.
  public let unanswered: Int

  /// Judges the words of some texts.
  /// - Parameters:
  ///   - probabilities: [words, labels] row by row, the words of all texts one behind the other.
  ///   - truths: The label of each word of each text.
  ///   - labels: Their names.
  ///   - majorityLabel: The most frequent label of the training set; by default that of this set.
  ///   - unanswered: How many words were cut off.
  public init(
    probabilities: [Float], truths: [[Int]], labels: [String], majorityLabel: Int? = nil, unanswered: Int = 0
  ) {
    words = ClassificationMetrics(
      probabilities: probabilities, truths: Array(truths.joined()), labels: labels, majorityLabel: majorityLabel)
    var answers: [[Int]] = []
    var word = 0
    for truth in truths {
      answers.append(
        (word..<word + truth.count).map { word in
          let scores = probabilities[word * labels.count..<(word + 1) * labels.count]
          return (scores.indices.max { scores[$0] < scores[$1] } ?? scores.startIndex) - scores.startIndex
        })
      word += truth.count
    }
    entities =
      EntitySpans.areMarks(labels)
      ? EntityMetrics(truths: truths.map { $0.map { labels[$0] } }, answers: answers.map { $0.map { labels[$0] } })
      : nil
    texts = truths.count
    textAccuracy = Double(zip(truths, answers).count { $0 == $1 }) / Double(max(1, truths.count))
    self.unanswered = unanswered
  }
}

/// Which of the things that labels mark were found: with the same words, and of the same kind.
public struct EntityMetrics: Sendable, Equatable {
  /// Precision, recall and F1 of each kind that occurs in truths or answers, sorted by name.
  public let perKind: [(kind: String, scores: PrecisionRecall)]
  /// Over all things, whatever their kind.
  public let micro: PrecisionRecall
  /// The plain mean over kinds.
  public let macro: PrecisionRecall

  /// Judges labels, text by text.
  public init(truths: [[String]], answers: [[String]]) {
    var counts: [String: (hits: Int, answered: Int, support: Int)] = [:]
    for (truth, answer) in zip(truths, answers) {
      let (wanted, found) = (Set(EntitySpans.spans(truth)), Set(EntitySpans.spans(answer)))
      for span in wanted { counts[span.kind, default: (0, 0, 0)].support += 1 }
      for span in found {
        counts[span.kind, default: (0, 0, 0)].answered += 1
        if wanted.contains(span) { counts[span.kind, default: (0, 0, 0)].hits += 1 }
      }
    }
    perKind = counts.keys.sorted().map { kind in
      let count = counts[kind] ?? (0, 0, 0)
      return (kind, PrecisionRecall(hits: count.hits, answered: count.answered, support: count.support))
    }
    let all = counts.values
    micro = PrecisionRecall(
      hits: all.reduce(0) { $0 + $1.hits }, answered: all.reduce(0) { $0 + $1.answered },
      support: all.reduce(0) { $0 + $1.support })
    macro = PrecisionRecall(meanOf: perKind.map(\.scores))
  }

  /// Whether all figures are the same.
  public static func == (left: EntityMetrics, right: EntityMetrics) -> Bool {
    left.micro == right.micro && left.macro == right.macro
      && left.perKind.elementsEqual(right.perKind) { $0.kind == $1.kind && $0.scores == $1.scores }
  }
}
