import Layers
import Tensors

extension Transformer {
  /// Reads new tokens of some texts of a cache, all in one pass, and scores what could come next.
  ///
  /// Texts may have different lengths, and may get different numbers of tokens: whole prompts, or one token each. The
  /// scores are those of `logits(of:)` on the whole text, but for the rounding of sums in another order.
  /// - Parameters:
  ///   - cache: The texts; the new tokens are appended.
  ///   - prompts: The new tokens, at least one of each text that is named.
  ///   - weights: The parameters.
  ///   - activations: Memory for as many tokens as are new.
  ///   - execution: How to compute.
  /// - Returns: The scores after each text's last token: [prompts, V].
  /// - Throws: `ModelFailure` if the tokens are not for this model, or the cache has no room for them; then it is
  ///   unchanged.
  public func extend(
    _ cache: KeyValueCache, _ prompts: [(sequence: Int, tokens: [Int32])], weights: ParameterBuffer,
    activations: Activations, execution: Execution
  ) throws(ModelFailure) -> Matrix {
    try check(prompts, cache, weights, activations)
    guard configuration.head == .causalLanguage else {
      throw .wrongHead(needed: "a causal language head", found: configuration.head)
    }
    activations.load(prompts, after: cache, for: self)
    let (head, memory) = try languageHead(activations)
    let pass = Pass(
      weights: weights, execution: execution, rows: activations.rows, rotary: cache.rotary, cache: cache.memory)
    let hidden = trunk.forward(activations.memory.trunk, activations.memory.block, pass)
    for (sequence, tokens) in prompts { cache.lengths[sequence] += tokens.count }
    return head.forward(hidden, rows: activations.rows.lastRows[...], memory, pass).keeping(activations)
  }
}
