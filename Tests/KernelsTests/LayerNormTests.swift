import Kernels
import TestSupport
import Testing

@Suite struct LayerNormTests {
  struct Forward: KernelCase {
    var rows: Int, columns: Int, hasResidual: Bool, keepsSum: Bool, hasBias: Bool
    var numbers: [[Float]] {
      var sample = SampleNumbers(seed: UInt64(rows * 1000 + columns))
      // x, residual, sum, weight, bias, y, mean, inverse
      return [
        sample.normal(rows * columns, deviation: 2), sample.normal(rows * columns),
        sample.normal(rows * columns), sample.normal(columns), sample.normal(columns),
        sample.normal(rows * columns), sample.normal(rows), sample.normal(rows),
      ]
    }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      kernels.layerNorm(
        rows: rows, columns: columns, x: m[0], residual: hasResidual ? UnsafePointer(m[1]) : nil,
        sum: keepsSum ? m[2] : nil, weight: m[3], bias: hasBias ? UnsafePointer(m[4]) : nil, epsilon: 1e-5,
        y: m[5], mean: m[6], inverse: m[7], on: pool)
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      ReferenceKernels.layerNorm(
        rows: rows, columns: columns, x: m[0], residual: hasResidual ? UnsafePointer(m[1]) : nil,
        sum: keepsSum ? m[2] : nil, weight: m[3], bias: hasBias ? UnsafePointer(m[4]) : nil,
        epsilon: Real(Float(1e-5)), y: m[5], mean: m[6], inverse: m[7], on: pool)
    }
  }

  struct Backward: KernelCase {
    var rows: Int, columns: Int, accumulates: Bool, hasBias: Bool
    var numbers: [[Float]] {
      var sample = SampleNumbers(seed: UInt64(rows * 1000 + columns))
      // x, weight, mean, inverse, yGradient, xGradient, weightGradient, biasGradient
      return [
        sample.normal(rows * columns, deviation: 2), sample.normal(columns), sample.normal(rows),
        sample.uniform(rows).map { $0 + 1.5 }, sample.normal(rows * columns), sample.normal(rows * columns),
        sample.normal(columns), sample.normal(columns),
      ]
    }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      kernels.layerNormBackward(
        rows: rows, columns: columns, x: m[0], weight: m[1], mean: m[2], inverse: m[3], yGradient: m[4],
        xGradient: m[5], accumulates: accumulates, weightGradient: m[6], biasGradient: hasBias ? m[7] : nil,
        on: pool)
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      ReferenceKernels.layerNormBackward(
        rows: rows, columns: columns, x: m[0], weight: m[1], mean: m[2], inverse: m[3], yGradient: m[4],
        xGradient: m[5], accumulates: accumulates, weightGradient: m[6], biasGradient: hasBias ? m[7] : nil,
        on: pool)
    }
  }

  @Test(arguments: Variant.all, oddSizes) func forward(variant: Variant, columns: Int) {
    for rows in rowCounts(columns: columns) {
      for (hasResidual, keepsSum, hasBias) in [(false, false, true), (true, true, true), (true, false, false)] {
        let test = Forward(
          rows: rows, columns: columns, hasResidual: hasResidual, keepsSum: keepsSum, hasBias: hasBias)
        check(test, on: variant, "\(rows) × \(columns), residual \(hasResidual), bias \(hasBias)")
      }
    }
  }

  @Test(arguments: Variant.all, oddSizes) func backward(variant: Variant, columns: Int) {
    for rows in rowCounts(columns: columns) {
      for (accumulates, hasBias) in [(false, true), (true, false)] {
        let test = Backward(rows: rows, columns: columns, accumulates: accumulates, hasBias: hasBias)
        // The products that are summed are up to ten times as large as what goes in.
        check(test, on: variant, units: 16, "\(rows) × \(columns), accumulates \(accumulates), bias \(hasBias)")
      }
    }
  }

  @Test func backwardOfTheReferenceAgreesWithDifferences() {
    let (rows, columns) = (3, 7)
    var sample = SampleNumbers(seed: 5)
    let x = sample.normal(rows * columns).map(Double.init)
    let weight = sample.normal(columns).map(Double.init)
    let bias = sample.normal(columns).map(Double.init)
    let yGradient = sample.normal(rows * columns).map(Double.init)
    let pool = ThreadPool(threads: 1)
    var (mean, inverse) = ([Double](repeating: 0, count: rows), [Double](repeating: 0, count: rows))
    func loss(_ x: [Double], _ weight: [Double], _ bias: [Double]) -> Double {
      var y = [Double](repeating: 0, count: rows * columns)
      ReferenceKernels.layerNorm(
        rows: rows, columns: columns, x: x, residual: nil, sum: nil, weight: weight, bias: bias, epsilon: 1e-5,
        y: &y, mean: &mean, inverse: &inverse, on: pool)
      return zip(y, yGradient).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let expected = [
      numericalGradient(of: { loss($0, weight, bias) }, at: x),
      numericalGradient(of: { loss(x, $0, bias) }, at: weight),
      numericalGradient(of: { loss(x, weight, $0) }, at: bias),
    ]
    _ = loss(x, weight, bias)
    var xGradient = [Double](repeating: 0, count: x.count)
    var weightGradient = [Double](repeating: 0, count: columns)
    var biasGradient = weightGradient
    ReferenceKernels.layerNormBackward(
      rows: rows, columns: columns, x: x, weight: weight, mean: mean, inverse: inverse, yGradient: yGradient,
      xGradient: &xGradient, accumulates: false, weightGradient: &weightGradient, biasGradient: &biasGradient,
      on: pool)
    for (found, expected) in zip([xGradient, weightGradient, biasGradient], expected) {
      #expect(largestRelativeDifference(found, expected) < 1e-8)
    }
  }
}
