import Tensors

/// Forbids the tokens that are less likely than a share of the likeliest (Nguyen and others 2024).
public struct MinP: LogitsProcessor {
  /// The share, from 0 to 1.
  public var share: Float

  /// A share.
  public init(share: Float) { self.share = share }

  /// Forbids every token below the share.
  public func process(_ logits: inout [Float], after history: TokenHistory) {
    guard share > 0, let distribution = Distribution(logits) else { return }
    for index in logits.indices where distribution.weight(logits[index]) < Double(share) {
      logits[index] = -.infinity
    }
  }
}
