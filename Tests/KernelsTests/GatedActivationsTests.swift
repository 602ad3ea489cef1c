import Kernels
import TestSupport
import Testing

@Suite struct GatedActivationsTests {
  struct Case: KernelCase {
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

  @Test(arguments: Variant.all, Activation.allCases) func agrees(variant: Variant, activation: Activation) {
    for width in [1, 5, 17, 64, 100] {
      for rows in rowCounts(columns: width) {
        check(Case(activation: activation, rows: rows, width: width), on: variant, "\(rows) × \(width)")
      }
    }
  }
}
