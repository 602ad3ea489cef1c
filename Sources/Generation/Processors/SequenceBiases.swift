/// Adds a bias to the tokens that would complete given sequences; minus infinity forbids them.
public struct SequenceBiases: LogitsProcessor {
  /// The sequences with their biases; several on the same token add up.
  public var biases: [SequenceBias]

  /// Biases on sequences.
  public init(biases: [SequenceBias]) { self.biases = biases }

  /// Adds the biases of the sequences whose other tokens stand at the end of the history.
  public func process(_ logits: inout [Float], after history: TokenHistory) {
    for bias in biases {
      guard let last = bias.tokens.last, logits.indices.contains(Int(last)) else { continue }
      if history.tokens.ends(with: bias.tokens.dropLast()) { logits[Int(last)] += bias.bias }
    }
  }
}

extension Array where Element: Equatable {
  /// Whether the array has these elements at its end.
  func ends(with other: ArraySlice<Element>) -> Bool {
    count >= other.count && self[(count - other.count)...].elementsEqual(other)
  }
}
