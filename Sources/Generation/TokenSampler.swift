import Tensors

/// Chooses the next token: applies the rules of the settings to the scores, then takes the likeliest or draws.
package struct TokenSampler: Sendable {
  private let pipeline: LogitsPipeline
  private let isGreedy: Bool

  /// A sampler after some settings.
  ///
  /// - Parameters:
  ///   - endTokens: the tokens that end a text.
  ///   - breakers: the tokens over which no repetition reaches, for DRY.
  package init(_ settings: GenerationSettings, endTokens: [Int32], breakers: Set<Int32> = []) {
    pipeline = LogitsPipeline(settings, endTokens: endTokens, breakers: breakers)
    isGreedy = settings.isGreedy
  }

  /// Chooses a token.
  ///
  /// Drawing takes one number from the generator, whatever the scores; greed takes none.
  package func choose(
    _ scores: inout [Float], after history: TokenHistory, using random: inout RandomGenerator
  ) throws(GenerationFailure) -> Int32 {
    // Minus infinity is what a constraint forbids; a model's own scores are never infinite.
    guard scores.allSatisfy({ $0.isFinite || $0 == -.infinity }), scores.contains(where: { $0.isFinite }) else {
      throw .notFinite(token: history.tokens.count)
    }
    pipeline.process(&scores, after: history)
    if isGreedy {
      let best = Distribution.likeliest(scores)
      guard scores[best] > -.infinity else { throw .nothingAllowed(token: history.tokens.count) }
      return Int32(best)
    }
    guard let distribution = Distribution(scores) else { throw .nothingAllowed(token: history.tokens.count) }
    return Int32(distribution.draw(scores, at: random.uniform()))
  }
}
