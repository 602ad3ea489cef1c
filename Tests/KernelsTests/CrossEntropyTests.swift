import Kernels
import TestSupport
import Testing

@Suite struct CrossEntropyTests {
  struct Case: KernelCase {
    var rows: Int, columns: Int, gap: Int, smoothing: Float, gradientScale: Float?, deviation: Float = 3
    var stride: Int { columns + gap }
    var numbers: [[Float]] {
      var sample = SampleNumbers(seed: UInt64(rows * 1000 + columns))
      return [sample.normal(rows * stride, deviation: deviation), sample.normal(rows)]
    }
    var targets: [Int32] {
      var sample = SampleNumbers(seed: UInt64(rows))
      return sample.integers(rows, below: columns)
    }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      kernels.crossEntropy(
        rows: rows, columns: columns, stride: stride, logits: m[0], targets: targets, smoothing: smoothing,
        gradientScale: gradientScale, losses: m[1], on: pool)
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      // Gaps between rows are outside of the comparison's interest: both leave them alone.
      ReferenceKernels.crossEntropy(
        rows: rows, columns: columns, stride: stride, logits: m[0], targets: targets, smoothing: Real(smoothing),
        gradientScale: gradientScale.map { Real($0) }, losses: m[1], on: pool)
    }
  }

  struct Softmax: KernelCase {
    var rows: Int, columns: Int, gap: Int
    var numbers: [[Float]] {
      var sample = SampleNumbers(seed: UInt64(rows * 1000 + columns))
      return [sample.normal(rows * (columns + gap), deviation: 4)]
    }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      kernels.softmax(rows: rows, columns: columns, stride: columns + gap, x: m[0], on: pool)
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      ReferenceKernels.softmax(rows: rows, columns: columns, stride: columns + gap, x: m[0], on: pool)
    }
  }

  private static let widths = oddSizes + [511, 512, 513, 1025, 5003]

  @Test(arguments: Variant.all, widths) func agrees(variant: Variant, columns: Int) {
    for rows in [1, 3, columns < 600 ? 40 : 7] {
      for (smoothing, scale) in [(0, nil), (0, 1), (0.1, 0.25), (0.1, nil)] as [(Float, Float?)] {
        let test = Case(rows: rows, columns: columns, gap: 2, smoothing: smoothing, gradientScale: scale)
        check(test, on: variant, "\(rows) × \(columns), smoothing \(smoothing)")
      }
    }
  }

  @Test(arguments: Variant.all, widths) func softmax(variant: Variant, columns: Int) {
    for rows in [1, 3, columns < 600 ? 40 : 7] {
      check(Softmax(rows: rows, columns: columns, gap: 3), on: variant, "\(rows) × \(columns)")
    }
  }

  @Test(arguments: Variant.all) func largeLogitsAreSafe(variant: Variant) {
    // Deviation 3,000, so up to ±1e4: all but a few probabilities vanish, and losses are thousands.
    for columns in [3, 65, 700] {
      let test = Case(
        rows: 9, columns: columns, gap: 0, smoothing: 0.1, gradientScale: 1, deviation: 3000)
      check(test, on: variant, "\(columns) columns")
    }
  }

  @Test(arguments: Variant.all) func maskedLogitsCountNothing(variant: Variant) {
    // Whole chunks of -∞ before, between and behind.
    var logits = [Float](repeating: -.infinity, count: 3000)
    (logits[700], logits[701], logits[2100]) = (1, 2, 3)
    var loss: Float = 0
    variant.kernels.crossEntropy(
      rows: 1, columns: 3000, stride: 3000, logits: &logits, targets: [701], smoothing: 0, gradientScale: 1,
      losses: &loss, on: ThreadPool(threads: 1))
    let sum = Double.exponential(1) + Double.exponential(2) + Double.exponential(3)
    #expect(abs(Double(loss) - (Double.logarithm(sum) - 2)) < 1e-6)
    #expect(logits[0] == 0 && logits[1500] == 0 && logits[2999] == 0)
    #expect(abs(Double(logits[700]) - Double.exponential(1) / sum) < 1e-7)
    #expect(abs(Double(logits[701]) - (Double.exponential(2) / sum - 1)) < 1e-7)
  }

  @Test(arguments: Variant.all, [Float.nan, .infinity]) func whatIsNotFiniteShowsInTheLoss(variant: Variant, bad: Float)
  {
    for place in [0, 5, 600, 998] {
      var logits = [Float](repeating: 0.5, count: 999)
      logits[place] = bad
      var loss: Float = 0
      variant.kernels.crossEntropy(
        rows: 1, columns: 999, stride: 999, logits: &logits, targets: [7], smoothing: 0, gradientScale: nil,
        losses: &loss, on: ThreadPool(threads: 1))
      #expect(!loss.isFinite)
    }
  }

  @Test(arguments: [0, 0.2]) func gradientOfTheReferenceAgreesWithDifferences(smoothing: Double) {
    let (rows, columns) = (3, 5)
    var sample = SampleNumbers(seed: 8)
    let logits = sample.normal(rows * columns).map(Double.init)
    let targets: [Int32] = [4, 0, 2]
    func losses(_ logits: inout [Double], _ scale: Double?) -> Double {
      var losses = [Double](repeating: 0, count: rows)
      ReferenceKernels.crossEntropy(
        rows: rows, columns: columns, stride: columns, logits: &logits, targets: targets, smoothing: smoothing,
        gradientScale: scale, losses: &losses, on: ThreadPool(threads: 1))
      return losses.reduce(0, +)
    }
    let expected = numericalGradient(
      of: { x in
        var x = x
        return losses(&x, nil)
      }, at: logits)
    var found = logits
    _ = losses(&found, 1)
    #expect(largestRelativeDifference(found, expected) < 1e-8)
  }
}
