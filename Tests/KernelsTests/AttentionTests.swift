import Kernels
import TestSupport
import Testing

@Suite struct AttentionTests {
  /// Checks a variant against Double, with the plain Float version as the competitor, and 1, 2 and 4 threads against
  /// each other.
  func check(_ test: AttentionCase, on variant: Variant) {
    var truth: [[Double]] = []
    var plain: [[Float]] = []
    var bounds: [[Double]]?
    _ = test.run(misalignment: 0) { arguments, gradients in
      let (output, sums) = ReferenceKernels.attention(arguments, as: Double.self)
      let (q, k, v) = ReferenceKernels.attentionGradients(arguments, gradients, as: Double.self)
      truth = [output, sums, q, k, v]
      let (plainOutput, plainSums) = ReferenceKernels.attention(arguments, as: Float.self)
      let (plainQ, plainK, plainV) = ReferenceKernels.attentionGradients(arguments, gradients, as: Float.self)
      plain = [plainOutput, plainSums, plainQ, plainK, plainV]
      if test.precision == .bf16 {
        let rounding = AttentionRounding(arguments, gradients)
        bounds = [
          rounding.output, [Double](repeating: 0, count: sums.count), rounding.queries, rounding.keys, rounding.values,
        ]
      }
    }
    var first: [[UInt32]] = []
    for (threads, misalignment) in [(1, 0), (2, 0), (4, 0), (2, 1)] {
      let results = test.results(of: variant, threads: threads, misalignment: misalignment)
      let bits = results.all.map { $0.map(\.bitPattern) }
      if first.isEmpty { first = bits }
      #expect(bits == first, "\(test.name): other bits with \(threads) threads, misaligned by \(misalignment)")
      guard threads == 1 else { continue }
      let noBounds = truth.map { [Double](repeating: 0, count: $0.count) }
      for (index, name) in ["output", "logSumExp", "queries", "keys", "values"].enumerated() {
        let fast = AttentionRounding.remove(
          (bounds ?? noBounds)[index], from: results.all[index], truth: truth[index])
        let largest = truth[index].reduce(0) { max($0, abs($1)) }
        let message = complaint(
          fast: fast, plain: plain[index], truth: truth[index], largest: max(largest, 1e-3), units: 6)
        #expect(message == nil, "\(test.name): \(name): \(message ?? "")")
      }
    }
  }

  @Test(arguments: Variant.all, Precision.allCases) func sequencesOfAllLengths(variant: Variant, precision: Precision) {
    for causal in [true, false] {
      check(
        AttentionCase(spans: AttentionCase.spans([37, 1, 12, 5, 2, 64, 33]), causal: causal, precision: precision),
        on: variant)
      check(
        AttentionCase(
          spans: AttentionCase.spans([97, 200]), heads: 1, keyHeads: 1, headWidth: 8, causal: causal,
          precision: precision),
        on: variant)
    }
  }

  /// Longer than the blocks of queries and keys of both passes.
  @Test(arguments: Variant.all, Precision.allCases) func severalBlocks(variant: Variant, precision: Precision) {
    for causal in [true, false] {
      check(
        AttentionCase(
          spans: AttentionCase.spans([541]), heads: 1, keyHeads: 1, headWidth: 8, causal: causal, precision: precision),
        on: variant)
    }
  }

  /// Fewer key heads than threads, and so parts of the keys as tasks of the backward pass.
  @Test(arguments: Variant.all, Precision.allCases) func partsOfKeys(variant: Variant, precision: Precision) {
    let newest = [
      SequenceSpan(firstQuery: 0, queries: 210, firstKey: 0, keys: 401),
      SequenceSpan(firstQuery: 210, queries: 7, firstKey: 401, keys: 50),
    ]
    for causal in [true, false] {
      check(
        AttentionCase(
          spans: newest, heads: 2, keyHeads: 1, headWidth: 8, causal: causal,
          dropout: Dropout(probability: 0.1, seed: 3), precision: precision), on: variant)
    }
  }

  @Test(arguments: Variant.all, [1, 3, 16, 20, 31, 33, 64, 65, 80, 130]) func headWidths(variant: Variant, width: Int) {
    for precision in Precision.allCases {
      check(AttentionCase(spans: AttentionCase.spans([29, 6]), headWidth: width, precision: precision), on: variant)
    }
  }

  @Test(arguments: Variant.all, Precision.allCases) func groupedHeads(variant: Variant, precision: Precision) {
    for (heads, keyHeads) in [(4, 2), (3, 1), (6, 2)] {
      for causal in [true, false] {
        check(
          AttentionCase(
            spans: AttentionCase.spans([40, 3, 17]), heads: heads, keyHeads: keyHeads, causal: causal,
            precision: precision),
          on: variant)
      }
    }
  }

  @Test(arguments: Variant.all, Precision.allCases) func dropout(variant: Variant, precision: Precision) {
    for causal in [true, false] {
      check(
        AttentionCase(
          spans: AttentionCase.spans([50, 3, 210]), heads: 2, keyHeads: 1, headWidth: 12, causal: causal,
          dropout: Dropout(probability: 0.3, seed: 7), precision: precision), on: variant)
    }
  }

  /// Gradients of what was turned are turned back on the way: the same bits as by the kernel with negative angles.
  @Test(arguments: Variant.all, Precision.allCases) func turnedHeads(variant: Variant, precision: Precision) {
    for (lengths, heads, keyHeads, width) in [([37, 1, 90], 4, 2, 6), ([541], 1, 1, 8), ([5, 130], 2, 2, 34)] {
      let test = AttentionCase(
        spans: AttentionCase.spans(lengths), heads: heads, keyHeads: keyHeads, headWidth: width, precision: precision)
      let rows = lengths.reduce(0, +)
      let angles = SampleAngles(rows: rows, headWidth: width)
      func results(threads: Int, isFused: Bool) -> [[UInt32]] {
        let pool = ThreadPool(threads: threads)
        return test.run(misalignment: 0) { arguments, gradients in
          var gradients = gradients
          variant.kernels.attend(arguments, on: pool)
          if isFused { gradients.rotation = angles.rotation }
          variant.kernels.attendBackward(arguments, gradients, on: pool)
          guard !isFused else { return }
          for (x, stride, heads) in [
            (gradients.queries, gradients.queryStride, heads), (gradients.keys, gradients.keyStride, keyHeads),
          ] {
            variant.kernels.rotate(
              rows: rows, stride: stride, heads: heads, rotation: angles.opposite, x: x, on: pool)
          }
        }.all.map { $0.map(\.bitPattern) }
      }
      let apart = results(threads: 1, isFused: false)
      for threads in [1, 2, 4] {
        #expect(results(threads: threads, isFused: true) == apart, "\(test.name), \(threads) threads")
      }
    }
  }

  /// Fewer queries than keys, as in generation: the last query is aligned with the last key.
  @Test(arguments: Variant.all, Precision.allCases) func newestQueriesOfLongerSequences(
    variant: Variant, precision: Precision
  ) {
    let spans = [
      SequenceSpan(firstQuery: 0, queries: 1, firstKey: 0, keys: 300),
      SequenceSpan(firstQuery: 1, queries: 30, firstKey: 310, keys: 290),
      SequenceSpan(firstQuery: 31, queries: 3, firstKey: 600, keys: 41),
      SequenceSpan(firstQuery: 34, queries: 1, firstKey: 641, keys: 1),
    ]
    for causal in [true, false] {
      check(
        AttentionCase(spans: spans, heads: 4, keyHeads: 2, headWidth: 24, causal: causal, precision: precision),
        on: variant)
    }
  }

  /// Scores of a few hundred, whose exponentials overflow unless the largest is taken off first.
  @Test(arguments: Variant.all) func largeScores(variant: Variant) {
    let (length, width) = (70, 16)
    let numbers = (0..<length * width).map { Float(($0 * 37) % 101) - 50 }
    var output = [Float](repeating: .nan, count: length * width)
    var sums = [Float](repeating: .nan, count: length)
    let spans = [SequenceSpan(first: 0, count: length)]
    spans.withUnsafeBufferPointer { spans in
      output.withUnsafeMutableBufferPointer { output in
        sums.withUnsafeMutableBufferPointer { sums in
          guard let output = output.baseAddress, let sums = sums.baseAddress else { return }
          variant.kernels.attend(
            AttentionArguments(
              spans: spans, heads: 1, keyHeads: 1, headWidth: width, scale: 1, causal: false, queries: numbers,
              queryStride: width, keys: numbers, keyStride: width, values: numbers, valueStride: width, output: output,
              outputStride: width, logSumExp: sums), on: ThreadPool(threads: 1))
        }
      }
    }
    #expect(output.allSatisfy { $0.isFinite && abs($0) <= 50.001 })
    #expect(sums.allSatisfy { $0.isFinite })
  }
}
