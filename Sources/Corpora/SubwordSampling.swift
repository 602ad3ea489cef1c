import Tensors
import Tokenization

/// Cuts texts into other pieces each time they are read, so that a model learns words by more than one spelling
/// (subword regularisation: Kudo 2018, arXiv:1804.10959; BPE-dropout: Provilkov and others 2020, arXiv:1910.13267).
///
/// Which pieces is a function of the seed, of the number of the window and of the place in the text; so a run that was
/// stopped reads what the other would have read.
public struct SubwordSampling: Sendable {
  /// What knows the pieces.
  public let tokenizer: Tokenizer
  /// How far the pieces may be others: see `Tokenizer.sample`.
  public let alpha: Float
  private let randomness: Randomness

  /// Sampling by a tokenizer that has several segmentations for a text.
  public init(_ tokenizer: Tokenizer, alpha: Float, seed: UInt64) {
    (self.tokenizer, self.alpha) = (tokenizer, alpha)
    randomness = Randomness(seed: seed).derive("subwords")
  }

  /// The pieces of a text, another time others.
  public func encode(_ text: String, epoch: Int, number: Int) -> [Int32] {
    var random = randomness.derive("text", epoch, number).generator
    return tokenizer.sample(text, alpha: alpha, using: &random)
  }

  /// Puts other pieces in place of the tokens from `start` on; of more than `room` the last are cut off.
  func resample(from start: Int, of tokens: inout [Int32], room: Int, window: Int, place: Int) {
    var random = randomness.derive("window", window, place).generator
    let other = tokenizer.resample(Array(tokens[start...]), alpha: alpha, using: &random)
    tokens.replaceSubrange(start..., with: other.prefix(max(room, 0)))
  }

  /// How many tokens a token becomes in the mean, measured on the beginning of a text.
  ///
  /// Windows are so much shorter that they still fit when they are cut into more pieces.
  func growth(of stream: TokenStream) -> Double {
    let most = 1 << 14
    var tokens = stream[0..<min(most, stream.count)]
    let count = tokens.count
    resample(from: 0, of: &tokens, room: .max, window: -1, place: 0)
    return max(1, Double(tokens.count) / Double(max(count, 1)))
  }
}
