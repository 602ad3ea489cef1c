/// Takes something from the scores of the tokens that the new text has already, as the OpenAI interface defines it:
/// score - presence · [count > 0] - frequency · count.
public struct FrequencyPenalty: LogitsProcessor {
  /// Taken once.
  public var presence: Float
  /// Taken for each time.
  public var frequency: Float

  /// Penalties on tokens of the new text.
  public init(presence: Float, frequency: Float) {
    self.presence = presence
    self.frequency = frequency
  }

  /// Changes the score of each token that was generated.
  public func process(_ logits: inout [Float], after history: TokenHistory) {
    var counts: [Int32: Int] = [:]
    for token in history.generated { counts[token, default: 0] += 1 }
    for (token, count) in counts where logits.indices.contains(Int(token)) {
      logits[Int(token)] -= presence + frequency * Float(count)
    }
  }
}
