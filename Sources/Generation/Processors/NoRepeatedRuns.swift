/// Forbids each token that would make a run of `length` tokens come a second time.
public struct NoRepeatedRuns: LogitsProcessor {
  /// The length of a run.
  public var length: Int

  /// A rule about runs of a length.
  public init(length: Int) { self.length = length }

  /// Forbids the tokens that followed the newest `length - 1` tokens when those came before.
  public func process(_ logits: inout [Float], after history: TokenHistory) {
    let tokens = history.tokens
    guard length >= 1, tokens.count >= length else { return }
    let prefix = tokens[(tokens.count - length + 1)...]
    for start in 0...(tokens.count - length) {
      let last = start + length - 1
      guard tokens[start..<last].elementsEqual(prefix), logits.indices.contains(Int(tokens[last])) else { continue }
      logits[Int(tokens[last])] = -.infinity
    }
  }
}
