import Tensors

/// How well a model predicts a whole text it has not seen; with the unigram baseline beside it.
public struct LanguageEvaluation: Sendable, Equatable {
  /// How well a model tells whether the second segment of a pair follows the first: BERT's second task.
  public struct NextSentence: Sendable, Equatable {
    /// The mean loss, in nats; ln 2 is a guess.
    public var loss: Double
    /// The part of the pairs that was told rightly.
    public var accuracy: Double
    /// The part that always answering with the more frequent answer has right.
    public var majority: Double
    /// How many pairs.
    public var count: Int

    /// Figures.
    public init(loss: Double, accuracy: Double, majority: Double, count: Int) {
      (self.loss, self.accuracy, self.majority, self.count) = (loss, accuracy, majority, count)
    }
  }

  /// The sum of all losses, in nats.
  public var lossSum: Double
  /// How many tokens were predicted.
  public var tokens: Int
  /// The bytes of text that they stand for; nil where that says nothing (masked tokens).
  public var bytes: Int?
  /// The entropy of the predicted tokens' own frequencies, in nats: what no model reaches without context.
  public var unigramEntropy: Double
  /// BERT's second task, of a model that has learned it.
  public var nextSentence: NextSentence?
  /// The mean loss of masked tokens and their unigram entropy, of a model that has learned both objectives.
  public private(set) var maskedLoss: Double?, maskedUnigramEntropy: Double?

  /// An evaluation.
  public init(lossSum: Double, tokens: Int, bytes: Int?, unigramEntropy: Double, nextSentence: NextSentence? = nil) {
    (self.lossSum, self.tokens, self.bytes) = (lossSum, tokens, bytes)
    (self.unigramEntropy, self.nextSentence) = (unigramEntropy, nextSentence)
  }

  /// Adds what the same model makes of masked tokens.
  public mutating func addMasked(_ masked: LanguageEvaluation) {
    (maskedLoss, maskedUnigramEntropy) = (masked.loss, masked.unigramEntropy)
  }

  /// The mean loss of a token, in nats; of both objectives, that of the next token.
  public var loss: Double { lossSum / Double(tokens) }
  /// What models are compared by: of both objectives the mean of their losses, with BERT's second task their sum.
  public var objective: Double { (maskedLoss.map { (loss + $0) / 2 } ?? loss) + (nextSentence?.loss ?? 0) }
  /// e to the loss: among how many equally likely tokens the model chooses, so to say.
  public var perplexity: Double { exponential(loss) }
  /// Bits for each byte of text: comparable between tokenizers.
  public var bitsPerByte: Double? {
    bytes.flatMap { $0 > 0 ? lossSum / logarithm(2) / Double($0) : nil }
  }
}
