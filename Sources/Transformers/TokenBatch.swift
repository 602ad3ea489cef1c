/// Some sequences of tokens, one behind the other: no padding.
public struct TokenBatch: Sendable, Equatable {
  /// Which tokens of its sequence a token sees.
  public enum Attention: Sendable, Hashable {
    /// As the family has it: those before it in gpt2 and llama, all in bert and roberta.
    case ofFamily
    /// All, in a causal family too: how a model of both objectives fills masks.
    case bidirectional
  }

  /// All tokens of the first sequence, then those of the second, and so on.
  public var tokens: [Int32]
  /// The segment of each token (0 for the first sentence, 1 for the second); empty where all are 0.
  public var segments: [Int32]
  /// How many tokens each sequence has.
  public var lengths: [Int]
  /// Which tokens see which.
  public var attention = Attention.ofFamily

  /// A batch.
  public init(
    tokens: [Int32] = [], segments: [Int32] = [], lengths: [Int] = [], attention: Attention = .ofFamily
  ) {
    (self.tokens, self.segments, self.lengths, self.attention) = (tokens, segments, lengths, attention)
  }

  /// A batch of sequences, all of segment 0.
  public init(_ sequences: [[Int32]], attention: Attention = .ofFamily) {
    self.init(tokens: Array(sequences.joined()), lengths: sequences.map(\.count), attention: attention)
  }

  /// Forgets the tokens, and keeps the memory for the next ones.
  public mutating func removeAll() {
    tokens.removeAll(keepingCapacity: true)
    segments.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    attention = .ofFamily
  }
}
