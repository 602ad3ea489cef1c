import Swiftlet

/// How fast models of one shape read.
enum ReadingSpeed {
  /// Tokens a second through the blocks, of each of some weights, which are measured in turn; the best of several times
  /// counts, since other programs can only slow one down.
  static func tokensPerSecond(
    of weights: [ParameterBuffer], in model: Transformer, execution: Execution
  ) throws -> [Double] {
    let length = min(model.configuration.maximumLength, 128), texts = 8
    let vocabulary = model.configuration.vocabularySize
    let batch = TokenBatch((0..<texts).map { text in (0..<length).map { Int32((text * 31 + $0 * 7) % vocabulary) } })
    let activations = Activations(model, tokens: length * texts, sequences: texts, training: false)
    let clock = ContinuousClock()
    var best = [Double](repeating: .infinity, count: weights.count)
    let start = clock.now
    var rounds = 0
    while rounds < 4 || (rounds < 40 && (clock.now - start) / .seconds(1) < 2) {
      for (index, weights) in weights.enumerated() {
        let seconds =
          try clock.measure {
            _ = try model.hidden(of: batch, weights: weights, activations: activations, execution: execution)
          } / .seconds(1)
        best[index] = min(best[index], seconds)
      }
      rounds += 1
    }
    return best.map { Double(length * texts) / $0 }
  }
}
