import Tensors

/// How well a model predicts a whole text it has not seen; with the unigram baseline beside it.
public struct LanguageEvaluation: Sendable, Equatable {
  /// The sum of all losses, in nats.
  public var lossSum: Double
  /// How many tokens were predicted.
  public var tokens: Int
  /// The bytes of text that they stand for; nil where that says nothing (masked tokens).
  public var bytes: Int?
  /// The entropy of the predicted tokens' own frequencies, in nats: what no model reaches without context.
  public var unigramEntropy: Double
  /// The part of sentence pairs whose order was told rightly, for BERT's second task; its mean loss in nats.
  public var nextSentenceLoss: Double?

  /// An evaluation.
  public init(
    lossSum: Double, tokens: Int, bytes: Int?, unigramEntropy: Double, nextSentenceLoss: Double? = nil
  ) {
    (self.lossSum, self.tokens, self.bytes) = (lossSum, tokens, bytes)
    (self.unigramEntropy, self.nextSentenceLoss) = (unigramEntropy, nextSentenceLoss)
  }

  /// The mean loss of a token, in nats.
  public var loss: Double { lossSum / Double(tokens) }
  /// e to the loss: among how many equally likely tokens the model chooses, so to say.
  public var perplexity: Double { exponential(loss) }
  /// Bits for each byte of text: comparable between tokenizers.
  public var bitsPerByte: Double? {
    bytes.flatMap { $0 > 0 ? lossSum / logarithm(2) / Double($0) : nil }
  }
}
