import Kernels
import TestSupport
import Testing

/// Attention over spans, with rows that lie apart and not-a-numbers in the gaps.
struct AttentionCase {
  var spans: [SequenceSpan]
  var heads = 2, keyHeads = 2, headWidth = 16
  var causal = true
  var dropout = Dropout.none
  var precision = Precision.fp32
  /// What stands in one row of the keys and values, or of the queries and the gradient of the output.
  var poison: (number: Float, row: Int, isKey: Bool)?

  var name: String {
    "\(spans.map { "\($0.queries)/\($0.keys)" }), \(heads)/\(keyHeads) heads of \(headWidth), \(precision)"
      + (causal ? ", causal" : "") + (dropout.isNone ? "" : ", dropout")
  }

  struct Results {
    var output: [Float] = [], logSumExp: [Float] = []
    var queries: [Float] = [], keys: [Float] = [], values: [Float] = []
    var all: [[Float]] { [output, logSumExp, queries, keys, values] }
  }

  /// Sequences of these lengths, one after the other.
  static func spans(_ lengths: [Int]) -> [SequenceSpan] {
    var first = 0
    return lengths.map { length in
      defer { first += length }
      return SequenceSpan(first: first, count: length)
    }
  }

  /// The results of a variant, forward and backward.
  func results(of variant: Variant, threads: Int = 1, misalignment: Int = 0) -> Results {
    let pool = ThreadPool(threads: threads)
    return run(misalignment: misalignment) { arguments, gradients in
      variant.kernels.attend(arguments, on: pool)
      variant.kernels.attendBackward(arguments, gradients, on: pool)
    }
  }

  /// Runs `body`, and returns the results without gaps.
  func run(
    misalignment: Int, _ body: (AttentionArguments, AttentionGradients) -> Void
  ) -> Results {
    let gap = 5
    let rows = spans.map { $0.firstQuery + $0.queries }.max() ?? 0
    let keyRows = spans.map { $0.firstKey + $0.keys }.max() ?? 0
    let (width, keyWidth) = (heads * headWidth, keyHeads * headWidth)
    var sample = SampleNumbers(seed: UInt64(rows * 100 + headWidth))
    func matrix(_ rows: Int, _ width: Int, poisoned: Bool = false) -> PoisonedMemory<Float> {
      var numbers: [Float] = []
      for row in 0..<rows {
        numbers += poisoned ? [Float](repeating: .nan, count: width) : sample.normal(width)
        if row + 1 < rows { numbers += [Float](repeating: .nan, count: gap) }
      }
      return PoisonedMemory(numbers, misalignment: misalignment)
    }
    let (q, k, v) = (matrix(rows, width), matrix(keyRows, keyWidth), matrix(keyRows, keyWidth))
    let outputGradient = matrix(rows, width)
    if let poison {
      for matrix in poison.isKey ? [k, v] : [q, outputGradient] {
        let width = poison.isKey ? keyWidth : width
        for column in 0..<width { matrix.pointer[poison.row * (width + gap) + column] = poison.number }
      }
    }
    let (output, logSumExp) = (matrix(rows, width, poisoned: true), matrix(rows, heads, poisoned: true))
    let dq = matrix(rows, width, poisoned: true)
    let (dk, dv) = (matrix(keyRows, keyWidth, poisoned: true), matrix(keyRows, keyWidth, poisoned: true))
    let dense = PoisonedMemory<Float>([Float](repeating: .nan, count: rows * heads))
    spans.withUnsafeBufferPointer { spans in
      var arguments = AttentionArguments(
        spans: spans, heads: heads, keyHeads: keyHeads, headWidth: headWidth,
        scale: 1 / Float(headWidth).squareRoot(),
        causal: causal, queries: q.pointer, queryStride: width + gap, keys: k.pointer, keyStride: keyWidth + gap,
        values: v.pointer, valueStride: keyWidth + gap, output: output.pointer, outputStride: width + gap,
        logSumExp: dense.pointer)
      arguments.dropout = dropout
      arguments.precision = precision
      body(
        arguments,
        AttentionGradients(
          output: outputGradient.pointer, outputStride: width + gap, queries: dq.pointer, queryStride: width + gap,
          keys: dk.pointer, keyStride: keyWidth + gap, values: dv.pointer, valueStride: keyWidth + gap))
    }
    for memory in [output, logSumExp, dq, dk, dv, dense] { #expect(memory.isIntact, "\(name): written outside") }
    func plain(_ memory: PoisonedMemory<Float>, _ rows: Int, _ width: Int) -> [Float] {
      for row in 0..<max(0, rows - 1) {
        let gapIsIntact = (0..<gap).allSatisfy { memory.pointer[row * (width + gap) + width + $0].isNaN }
        #expect(gapIsIntact, "\(name): written behind row \(row)")
      }
      return (0..<rows).flatMap { row in (0..<width).map { memory.pointer[row * (width + gap) + $0] } }
    }
    return Results(
      output: plain(output, rows, width), logSumExp: dense.numbers, queries: plain(dq, rows, width),
      keys: plain(dk, keyRows, keyWidth), values: plain(dv, keyRows, keyWidth))
  }
}
