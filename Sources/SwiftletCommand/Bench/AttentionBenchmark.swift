import Swiftlet

/// The speed of attention alone, on the shapes A1 to A5.
struct AttentionBenchmark {
  let name: String
  let batch: Int, heads: Int, length: Int, headWidth: Int
  let causal: Bool

  static let all = [
    AttentionBenchmark(name: "A1", batch: 64, heads: 6, length: 256, headWidth: 64, causal: true),
    AttentionBenchmark(name: "A2", batch: 8, heads: 8, length: 512, headWidth: 64, causal: true),
    AttentionBenchmark(name: "A3", batch: 8, heads: 8, length: 1024, headWidth: 64, causal: true),
    AttentionBenchmark(name: "A4", batch: 2, heads: 8, length: 4096, headWidth: 64, causal: true),
    AttentionBenchmark(name: "A5", batch: 64, heads: 8, length: 128, headWidth: 64, causal: false),
  ]

  /// What was measured; a multiplication and an addition are two operations, and half of a causal square is not counted.
  struct Figures {
    var forwardSeconds: Double, bothSeconds: Double
    var forwardOperations: Double
    var forwardGigaflops: Double { forwardOperations / forwardSeconds / 1e9 }
    /// Backward is five products where forward is two.
    var bothGigaflops: Double { 3.5 * forwardOperations / bothSeconds / 1e9 }
  }

  /// Measures it on random numbers.
  func measure(_ execution: Execution, seconds: Double) -> Figures {
    let width = heads * headWidth
    let shape = AttentionShape(heads: heads, keyHeads: heads, headWidth: headWidth, causal: causal)
    let spans = (0..<batch).map { SequenceSpan(first: $0 * length, count: length) }
    var random = RandomGenerator(seed: 1)
    func matrix(_ columns: Int, random isRandom: Bool = true) -> MatrixStorage {
      let storage = MatrixStorage(rows: batch * length, columns: columns)
      if isRandom {
        for index in 0..<storage.matrix.count { storage.matrix.pointer[index] = Float(random.uniform() * 2 - 1) }
      }
      return storage
    }
    let (qkv, gradient) = (matrix(3 * width), matrix(width))
    let (output, sums, qkvGradient) = (
      matrix(width, random: false), matrix(heads, random: false), matrix(3 * width, random: false)
    )
    let tensors = AttentionTensors(
      queries: qkv.matrix.columns(0..<width), keys: qkv.matrix.columns(width..<2 * width),
      values: qkv.matrix.columns(2 * width..<3 * width), output: output.matrix, logSumExp: sums.matrix)
    func forward() { execution.attend(tensors, shape, spans: spans, dropout: .none) }
    func both() {
      forward()
      execution.attendBackward(
        tensors, shape, spans: spans, dropout: .none, outputGradient: gradient.matrix,
        queryGradient: qkvGradient.matrix.columns(0..<width),
        keyGradient: qkvGradient.matrix.columns(width..<2 * width),
        valueGradient: qkvGradient.matrix.columns(2 * width..<3 * width))
    }
    let operations =
      4 * Double(batch) * Double(heads) * Double(length) * Double(length) * Double(headWidth) * (causal ? 0.5 : 1)
    return Figures(
      forwardSeconds: MedianTime.of(seconds: seconds, forward).seconds,
      bothSeconds: MedianTime.of(seconds: seconds, both).seconds, forwardOperations: operations)
  }
}
