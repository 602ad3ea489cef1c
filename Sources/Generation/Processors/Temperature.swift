/// Divides the scores: below 1 the likely become likelier, above 1 the unlikely do.
public struct Temperature: LogitsProcessor {
  /// What scores are divided by, above 0.
  public var temperature: Float

  /// A temperature.
  public init(temperature: Float) { self.temperature = temperature }

  /// Divides every score.
  public func process(_ logits: inout [Float], after history: TokenHistory) {
    for index in logits.indices { logits[index] /= temperature }
  }
}
