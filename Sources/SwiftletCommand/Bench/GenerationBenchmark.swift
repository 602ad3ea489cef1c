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
    /// New tokens of all texts, and tokens of a prompt.
    var tokensPerSecond: Double, promptTokensPerSecond: Double
    /// The bytes of the weights that each token reads.
    var bytesPerToken: Int
  }

  /// Reads a prompt of 256 tokens, and decodes `tokens` more of each text, one at a time.
  func measure(_ execution: Execution, format: WeightFormat, texts: Int, tokens: Int) throws -> Figures {
    var c = TransformerConfiguration.preset(.nano, family: .llama, vocabularySize: 32000, context: 2048)
    (c.width, c.innerWidth, c.layers, c.heads, c.keyHeads) = (width, inner, layers, heads, heads)
    c.headWidth = width / heads
    c.tiesEmbeddings = true
    let model = try Transformer(c)
    let floats = model.initialWeights(seed: 1)
    let stored = model.stored(floats, as: format)
    // As a folder in this format comes into memory.
    let weights = format == .fp32 ? floats : ParameterBuffer(floats, beside: stored)
    let cache = KeyValueCache(model, sequences: texts, capacity: 256 + tokens)
    let activations = Activations(model, tokens: 256, sequences: texts, training: false, logitRows: texts)
    var newest = [(sequence: Int, tokens: [Int32])]()
    func pass(_ parts: [(sequence: Int, tokens: [Int32])]) throws {
      let scores = try model.extend(
        cache, parts, weights: weights, activations: activations, execution: execution, stored: stored)
      newest.removeAll(keepingCapacity: true)
      for (row, part) in parts.enumerated() {
        let line = scores.pointer + row * scores.stride
        var best = 0
        for index in 1..<scores.columns where line[index] > line[best] { best = index }
        newest.append((part.sequence, [Int32(best)]))
      }
    }
    let clock = ContinuousClock()
    func seconds(_ body: () throws -> Void) rethrows -> Double { try clock.measure(body) / .seconds(1) }
    let prompt = (0..<256).map { Int32(5 + $0 * 7 % 900) }
    try pass([(0, prompt)])
    cache.truncate(sequence: 0, to: 0)
    let promptSeconds = try seconds { try pass([(0, prompt)]) }
    cache.truncate(sequence: 0, to: 16)
    try pass((0..<texts).map { ($0, [5]) })
    let time = try seconds {
      for _ in 0..<tokens { try pass(newest) }
    }
    return Figures(
      tokensPerSecond: Double(tokens * texts) / time, promptTokensPerSecond: 256 / promptSeconds,
      bytesPerToken: model.bytesPerToken(stored))
  }

  /// The bytes a second at which all threads together read memory that is in no cache: the best of some passes.
  static func memoryBandwidth(_ execution: Execution) -> Double {
    // Eight times the largest cache of this class of machines.
    let rows = 4096, columns = 16_384
    let memory = MatrixStorage(rows: rows, columns: columns), ones = MatrixStorage(rows: 1, columns: columns)
    let sums = MatrixStorage(rows: 1, columns: rows)
    let matrix = StoredMatrix(
      .fp32, rows: rows, columns: columns, values: UnsafeRawPointer(memory.matrix.pointer), rowBytes: 4 * columns,
      scales: nil)
    let clock = ContinuousClock()
    let best = (0..<6).map { _ in
      clock.measure { execution.linear(ones.matrix, weight: matrix, into: sums.matrix) } / .seconds(1)
    }.min()
    return Double(matrix.byteCount) / (best ?? .infinity)
  }
}
