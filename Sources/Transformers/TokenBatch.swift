/// Some sequences of tokens, one behind the other: no padding.
public struct TokenBatch: Sendable, Equatable {
  /// All tokens of the first sequence, then those of the second, and so on.
  public var tokens: [Int32]
  /// The segment of each token (0 for the first sentence, 1 for the second); empty where all are 0.
  public var segments: [Int32]
  /// How many tokens each sequence has.
  public var lengths: [Int]

  /// A batch.
  public init(tokens: [Int32] = [], segments: [Int32] = [], lengths: [Int] = []) {
    (self.tokens, self.segments, self.lengths) = (tokens, segments, lengths)
  }

  /// A batch of sequences, all of segment 0.
  public init(_ sequences: [[Int32]]) {
    self.init(tokens: Array(sequences.joined()), lengths: sequences.map(\.count))
  }

  /// Forgets the tokens, and keeps the memory for the next ones.
  public mutating func removeAll() {
    tokens.removeAll(keepingCapacity: true)
    segments.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
  }
}
