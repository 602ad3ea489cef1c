import Kernels
import TestSupport
import Testing

@Suite struct GatedActivationsTests {
  struct Forward: KernelCase {
    var activation: Activation, rows: Int, width: Int
    var numbers: [[Float]] {
      var sample = SampleNumbers(seed: UInt64(rows * 1000 + width))
      return [sample.normal(2 * rows * width, deviation: 2), sample.normal(rows * width)]
    }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      kernels.gate(activation, rows: rows, width: width, x: m[0], y: m[1], on: pool)
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      ReferenceKernels.gate(activation, rows: rows, width: width, x: m[0], y: m[1], on: pool)
    }
  }

  struct Backward: KernelCase {
    var activation: Activation, rows: Int, width: Int
    var numbers: [[Float]] {
      var sample = SampleNumbers(seed: UInt64(rows * 1000 + width))
      return [
        sample.normal(2 * rows * width, deviation: 2), sample.normal(rows * width), sample.normal(2 * rows * width),
      ]
    }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      kernels.gateBackward(
        activation, rows: rows, width: width, x: m[0], yGradient: m[1], xGradient: m[2], on: pool)
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      ReferenceKernels.gateBackward(
        activation, rows: rows, width: width, x: m[0], yGradient: m[1], xGradient: m[2], on: pool)
    }
  }

  @Test(arguments: Variant.all, Activation.allCases) func forward(variant: Variant, activation: Activation) {
    for width in [1, 5, 17, 64, 100] {
      for rows in rowCounts(columns: width) {
        check(Forward(activation: activation, rows: rows, width: width), on: variant, "\(rows) × \(width)")
      }
    }
  }

  @Test(arguments: Variant.all, Activation.allCases) func backward(variant: Variant, activation: Activation) {
    for width in [1, 5, 17, 64, 100] {
      for rows in rowCounts(columns: width) {
        check(Backward(activation: activation, rows: rows, width: width), on: variant, "\(rows) × \(width)")
      }
    }
  }

  @Test func backwardOfTheReferenceAgreesWithDifferences() {
    var sample = SampleNumbers(seed: 9)
    let (rows, width) = (2, 3)
    let x = sample.normal(2 * rows * width).map(Double.init)
    let yGradient = sample.normal(rows * width).map(Double.init)
    let pool = ThreadPool(threads: 1)
    let expected = numericalGradient(
      of: { x in
        var y = [Double](repeating: 0, count: rows * width)
        ReferenceKernels.gate(.silu, rows: rows, width: width, x: x, y: &y, on: pool)
        return zip(y, yGradient).reduce(0) { $0 + $1.0 * $1.1 }
      }, at: x)
    var xGradient = x
    ReferenceKernels.gateBackward(
      .silu, rows: rows, width: width, x: x, yGradient: yGradient, xGradient: &xGradient, on: pool)
    #expect(largestRelativeDifference(xGradient, expected) < 1e-8)
  }
}
