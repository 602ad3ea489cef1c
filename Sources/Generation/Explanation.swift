import NGrams

/// What the words of a text had to do with a label.
public struct Explanation: Sendable {
  /// A word, or a mark that the model puts around texts.
  public struct Word: Sendable, Hashable {
    /// The word as the tokenizer read it.
    public var text: String
    /// Whether it is such a mark; marks have no weights.
    public var isMark: Bool
    /// The gradient of the label's score along the word's vectors: what a small change of them changes.
    public var gradientTimesInput: Double
    /// The word's share of the difference between the scores of the text and of the baseline.
    ///
    /// More than 0 speaks for the label, less against it (Sundararajan et al. 2017).
    public var integratedGradients: Double

    /// A word with its weights.
    public init(text: String, isMark: Bool, gradientTimesInput: Double = 0, integratedGradients: Double = 0) {
      (self.text, self.isMark) = (text, isMark)
      (self.gradientTimesInput, self.integratedGradients) = (gradientTimesInput, integratedGradients)
    }
  }

  /// The label.
  public var label: String
  /// Its score, before softmax or sigmoid.
  public var score: Double
  /// The score of the baseline, in which each word's token is `baseline`.
  public var baselineScore: Double
  /// What stands in the place of tokens in the baseline.
  public var baseline: String
  /// The words, in the order of the text.
  public var words: [Word]
  /// At how many points between baseline and text the gradient was taken.
  public var steps: Int
  /// For each layer and each head, what share of a word's attention goes to each word: [words × words], row by row.
  public var attention: [[[Float]]]
  /// The word, or mark, at which the classifier reads its answer.
  public var readAt: Int
  /// What n-grams that answer with the network had to do with it.
  public var ngrams: NGramShares?

  /// An explanation from its parts.
  public init(
    label: String, score: Double, baselineScore: Double, baseline: String, words: [Word], steps: Int,
    attention: [[[Float]]], readAt: Int
  ) {
    (self.label, self.score, self.baselineScore, self.baseline) = (label, score, baselineScore, baseline)
    (self.words, self.steps, self.attention, self.readAt) = (words, steps, attention, readAt)
  }

  /// What the words' shares add up to.
  public var sum: Double { words.reduce(0) { $0 + $1.integratedGradients } }
  /// What they should add up to: the completeness of integrated gradients.
  public var difference: Double { score - baselineScore }
  /// How far they are from it, as a part of it.
  public var completenessError: Double { abs(sum - difference) / max(abs(difference), 1e-6) }

  /// How many digits behind the point show two that matter of the largest weight of a line, and at least two.
  package static func digits(_ largest: Double) -> Int {
    var (digits, scaled) = (2, abs(largest))
    while scaled < 0.1, scaled > 0, digits < 8 { (digits, scaled) = (digits + 1, scaled * 10) }
    return digits
  }

  /// The mean over heads of the attention that the place of the answer pays to each word, in a layer.
  public func attentionOfAnswer(layer: Int) -> [Double] {
    words.indices.map { word in
      attention[layer].reduce(0) { $0 + Double($1[readAt * words.count + word]) } / Double(attention[layer].count)
    }
  }
}
