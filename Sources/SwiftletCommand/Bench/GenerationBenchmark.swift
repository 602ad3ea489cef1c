import Swiftlet

/// The speed of greedy decoding, on Llama shapes with random weights.
struct GenerationBenchmark {
  let name: String
  let width: Int, inner: Int, layers: Int, heads: Int

  static let all = [
    GenerationBenchmark(name: "15m", width: 288, inner: 768, layers: 6, heads: 6),
    GenerationBenchmark(name: "110m", width: 768, inner: 2048, layers: 12, heads: 12),
  ]

  /// What was measured.
  struct Figures {
    var tokensPerSecond: Double, promptTokensPerSecond: Double
    /// The bytes of the weights that each token reads.
    var bytesPerToken: Int
  }

  /// Reads a prompt of 16 tokens, and decodes `tokens` more, one at a time.
  func measure(_ execution: Execution, tokens: Int) throws -> Figures {
    var c = TransformerConfiguration.preset(.nano, family: .llama, vocabularySize: 32000, context: 1024)
    (c.width, c.innerWidth, c.layers, c.heads, c.keyHeads) = (width, inner, layers, heads, heads)
    c.headWidth = width / heads
    let model = try Transformer(c)
    let weights = model.initialWeights(seed: 1)
    let cache = KeyValueCache(model, sequences: 1, capacity: 16 + tokens)
    let activations = Activations(model, tokens: 16, sequences: 1, training: false, logitRows: 1)
    func pass(_ tokens: [Int32]) throws -> Int32 {
      let scores = try model.extend(
        cache, [(0, tokens)], weights: weights, activations: activations, execution: execution)
      var best = 0
      for index in 1..<scores.columns where scores.pointer[index] > scores.pointer[best] { best = index }
      return Int32(best)
    }
    let prompt = (0..<16).map { Int32(5 + $0 * 7) }
    let clock = ContinuousClock()
    func seconds(_ body: () throws -> Void) rethrows -> Double { try clock.measure(body) / .seconds(1) }
    _ = try pass(prompt)
    cache.truncate(sequence: 0, to: 0)
    var next: Int32 = 0
    let promptSeconds = try seconds { next = try pass(prompt) }
    let time = try seconds {
      for _ in 0..<tokens { next = try pass([next]) }
    }
    return Figures(
      tokensPerSecond: Double(tokens) / time, promptTokensPerSecond: 16 / promptSeconds,
      bytesPerToken: model.layout.parameterCount * MemoryLayout<Float>.stride)
  }
}
