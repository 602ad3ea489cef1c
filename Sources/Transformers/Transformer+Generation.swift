import KernelSupport
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
  ///   - stored: The matrices in the form in which they are stored; continuations of at most `fewTokens` tokens, and
  ///     the scores of any, are computed from these. They stand for the same numbers as `weights`, or nearly so.
  ///   - scoresAll: Whether every new token is scored, and not only the last of each text.
  /// - Returns: The scores after each text's last token: [prompts, V]; or of all new tokens, one behind the other.
  /// - Throws: `ModelFailure` if the tokens are not for this model, or the cache has no room for them; then it is
  ///   unchanged.
  public func extend(
    _ cache: KeyValueCache, _ prompts: [(sequence: Int, tokens: [Int32])], weights: ParameterBuffer,
    activations: Activations, execution: Execution, stored: StoredWeights? = nil, scoresAll: Bool = false
  ) throws(ModelFailure) -> Matrix {
    try check(prompts, cache, weights, activations)
    guard configuration.head == .causalLanguage else {
      throw .wrongHead(needed: "a causal language head", found: configuration.head)
    }
    activations.load(prompts, after: cache, for: self)
    let (head, memory) = try languageHead(activations)
    let scored = scoresAll ? activations.rows.count : prompts.count
    guard scored <= activations.logitRows else {
      throw .activationsTooSmall(what: "rows of logits", found: scored, planned: activations.logitRows)
    }
    let rows = scoresAll ? Array(activations.rows.allRows) : activations.rows.lastRows
    func pass(_ stored: StoredWeights?) -> Pass {
      Pass(
        weights: weights, execution: execution, rows: activations.rows, rotary: cache.rotary, cache: cache.memory,
        stored: stored, selection: activations.select(rows))
    }
    let areFew = prompts.allSatisfy { $0.tokens.count <= Self.fewTokens }
    let (trunkPass, headPass) = (pass(areFew ? stored : nil), pass(stored))
    let hidden = trunk.forward(activations.memory.trunk, activations.memory.block, trunkPass)
    for (sequence, tokens) in prompts { cache.lengths[sequence] += tokens.count }
    return head.forward(hidden, rows: headPass.places(of: rows[...]), memory, headPass).keeping(activations)
  }

  /// So many new tokens of a text are a continuation, whose products are bound by memory; more are a prompt.
  public static let fewTokens = 8

  /// The matrices that decoding multiplies by, and the tokens' table; the rest of a model is small.
  public var matrices: [Parameter] {
    var parameters = trunk.blocks.flatMap { block in
      [
        block.attention.projection.weight, block.attention.output.weight, block.feedForward.up.weight,
        block.feedForward.down.weight,
      ]
    }
    parameters.append(trunk.embeddings.tokens)
    if let decoder = heads.language?.decoder.weight, decoder != trunk.embeddings.tokens { parameters.append(decoder) }
    return parameters
  }

  /// Weights in a format; the table of tokens and the head keep 8 bits where the others get 4, as their errors reach the
  /// scores directly.
  public func stored(_ weights: ParameterBuffer, as format: WeightFormat) -> StoredWeights {
    let tables = [trunk.embeddings.tokens, heads.language?.decoder.weight]
    return StoredWeights(
      weights, formats: matrices.map { ($0, format == .q4 && tables.contains($0) ? .q8 : format) })
  }

  /// The bytes of weights that one token's decoding reads; a table beside the head costs one row.
  public func bytesPerToken(_ stored: StoredWeights) -> Int {
    let head = heads.language?.decoder.weight
    return matrices.reduce(0) { sum, parameter in
      guard let matrix = stored[parameter] else { return sum }
      return sum + (parameter == trunk.embeddings.tokens && head != parameter ? 0 : matrix.byteCount)
    }
  }
}
