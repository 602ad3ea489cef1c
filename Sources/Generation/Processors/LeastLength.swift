/// Forbids the tokens that end a text while it is too short.
public struct LeastLength: LogitsProcessor {
  /// The least count of tokens, the prompt's among them.
  public var total: Int
  /// The least count of new tokens.
  public var new: Int
  /// The tokens that end a text.
  public var endTokens: [Int32]

  /// A least length.
  public init(total: Int, new: Int, endTokens: [Int32]) {
    self.total = total
    self.new = new
    self.endTokens = endTokens
  }

  /// Forbids the end while either count is not reached.
  public func process(_ logits: inout [Float], after history: TokenHistory) {
    guard history.tokens.count < total || history.generated.count < new else { return }
    for token in endTokens where logits.indices.contains(Int(token)) { logits[Int(token)] = -.infinity }
  }
}
