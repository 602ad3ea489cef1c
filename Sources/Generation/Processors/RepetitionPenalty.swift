/// Makes tokens that prompt or text have already less likely (CTRL, Keskar and others 2019): positive scores are
/// divided by the penalty, negative ones multiplied, once however often the token came.
public struct RepetitionPenalty: LogitsProcessor {
  /// Above 1 discourages repetition, below 1 encourages it.
  public var penalty: Float

  /// A penalty.
  public init(penalty: Float) { self.penalty = penalty }

  /// Changes the score of each token of the history.
  public func process(_ logits: inout [Float], after history: TokenHistory) {
    for token in Set(history.tokens) where logits.indices.contains(Int(token)) {
      let score = logits[Int(token)]
      logits[Int(token)] = score < 0 ? score * penalty : score / penalty
    }
  }
}
