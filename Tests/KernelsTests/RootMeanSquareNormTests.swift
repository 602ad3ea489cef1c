import Kernels
import TestSupport
import Testing

@Suite struct RootMeanSquareNormTests {
  struct Forward: KernelCase {
    var rows: Int, columns: Int, hasResidual: Bool, keepsSum: Bool
    var numbers: [[Float]] {
      var sample = SampleNumbers(seed: UInt64(rows * 1000 + columns))
      // x, residual, sum, weight, y, inverse
      return [
        sample.normal(rows * columns, deviation: 2), sample.normal(rows * columns),
        sample.normal(rows * columns), sample.normal(columns), sample.normal(rows * columns), sample.normal(rows),
      ]
    }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      kernels.rmsNorm(
        rows: rows, columns: columns, x: m[0], residual: hasResidual ? UnsafePointer(m[1]) : nil,
        sum: keepsSum ? m[2] : nil, weight: m[3], epsilon: 1e-5, y: m[4], inverse: m[5], on: pool)
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      ReferenceKernels.rmsNorm(
        rows: rows, columns: columns, x: m[0], residual: hasResidual ? UnsafePointer(m[1]) : nil,
        sum: keepsSum ? m[2] : nil, weight: m[3], epsilon: Real(Float(1e-5)), y: m[4], inverse: m[5], on: pool)
    }
  }

  struct Backward: KernelCase {
    var rows: Int, columns: Int, accumulates: Bool
    var numbers: [[Float]] {
      var sample = SampleNumbers(seed: UInt64(rows * 1000 + columns))
      // x, weight, inverse, yGradient, xGradient, weightGradient
      return [
        sample.normal(rows * columns, deviation: 2), sample.normal(columns),
        sample.uniform(rows).map { $0 + 1.5 }, sample.normal(rows * columns), sample.normal(rows * columns),
        sample.normal(columns),
      ]
    }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      kernels.rmsNormBackward(
        rows: rows, columns: columns, x: m[0], weight: m[1], inverse: m[2], yGradient: m[3], xGradient: m[4],
        accumulates: accumulates, weightGradient: m[5], on: pool)
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      ReferenceKernels.rmsNormBackward(
        rows: rows, columns: columns, x: m[0], weight: m[1], inverse: m[2], yGradient: m[3], xGradient: m[4],
        accumulates: accumulates, weightGradient: m[5], on: pool)
    }
  }

  @Test(arguments: Variant.all, oddSizes) func forward(variant: Variant, columns: Int) {
    for rows in rowCounts(columns: columns) {
      for (hasResidual, keepsSum) in [(false, false), (true, true), (true, false)] {
        let test = Forward(rows: rows, columns: columns, hasResidual: hasResidual, keepsSum: keepsSum)
        check(test, on: variant, "\(rows) × \(columns), residual \(hasResidual)")
      }
    }
  }

  @Test(arguments: Variant.all, oddSizes) func backward(variant: Variant, columns: Int) {
    for rows in rowCounts(columns: columns) {
      for accumulates in [false, true] {
        let test = Backward(rows: rows, columns: columns, accumulates: accumulates)
        // The products that are summed are up to ten times as large as what goes in.
        check(test, on: variant, units: 16, "\(rows) × \(columns), accumulates \(accumulates)")
      }
    }
  }

  @Test func backwardOfTheReferenceAgreesWithDifferences() {
    let (rows, columns) = (3, 7)
    var sample = SampleNumbers(seed: 6)
    let x = sample.normal(rows * columns).map(Double.init)
    let weight = sample.normal(columns).map(Double.init)
    let yGradient = sample.normal(rows * columns).map(Double.init)
    let pool = ThreadPool(threads: 1)
    var inverse = [Double](repeating: 0, count: rows)
    func loss(_ x: [Double], _ weight: [Double]) -> Double {
      var y = [Double](repeating: 0, count: rows * columns)
      ReferenceKernels.rmsNorm(
        rows: rows, columns: columns, x: x, residual: nil, sum: nil, weight: weight, epsilon: 1e-5, y: &y,
        inverse: &inverse, on: pool)
      return zip(y, yGradient).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let expected = [
      numericalGradient(of: { loss($0, weight) }, at: x), numericalGradient(of: { loss(x, $0) }, at: weight),
    ]
    _ = loss(x, weight)
    var xGradient = [Double](repeating: 0, count: x.count)
    var weightGradient = [Double](repeating: 0, count: columns)
    ReferenceKernels.rmsNormBackward(
      rows: rows, columns: columns, x: x, weight: weight, inverse: inverse, yGradient: yGradient,
      xGradient: &xGradient, accumulates: false, weightGradient: &weightGradient, on: pool)
    #expect(largestRelativeDifference(xGradient, expected[0]) < 1e-8)
    #expect(largestRelativeDifference(weightGradient, expected[1]) < 1e-8)
  }
}
