import Tensors

/// The loss that no model can beat without looking at the context: the entropy of the tokens' own frequencies, in nats.
public struct UnigramEntropy: Sendable, Equatable {
  private var counts: [Int]

  /// Before the first token.
  public init(vocabularySize: Int) { counts = Array(repeating: 0, count: vocabularySize) }

  /// Counts tokens, which are in the vocabulary.
  public mutating func add(_ tokens: some Sequence<Int32>) {
    for token in tokens { counts[Int(token)] += 1 }
  }

  /// The entropy of what was counted, in nats; 0 for nothing.
  public var value: Double {
    let total = Double(counts.reduce(0, +))
    return counts.reduce(0.0) { sum, count in
      count == 0 ? sum : sum - Double(count) / total * logarithm(Double(count) / total)
    }
  }
}
