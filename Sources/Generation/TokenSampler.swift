import Tensors

/// Chooses the next token: applies the rules of the settings to the scores, then takes the likeliest or draws.
package struct TokenSampler: Sendable {
  private let pipeline: LogitsPipeline
  private let isGreedy: Bool

  /// A sampler after some settings.
  ///
  /// - Parameter endTokens: the tokens that end a text.
  package init(_ settings: GenerationSettings, endTokens: [Int32]) {
    pipeline = LogitsPipeline(settings, endTokens: endTokens)
    isGreedy = settings.isGreedy
  }

  /// Chooses a token.
  ///
  /// Drawing takes one number from the generator, whatever the scores; greed takes none.
  package func choose(
    _ scores: inout [Float], after history: TokenHistory, using random: inout RandomGenerator
  ) throws(GenerationFailure) -> Int32 {
    guard scores.allSatisfy(\.isFinite) else { throw .notFinite(token: history.tokens.count) }
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
