import Kernels
import TestSupport
import Testing

@Suite struct ActivationsTests {
  struct Forward: KernelCase {
    var activation: Activation, count: Int
    var numbers: [[Float]] {
      var sample = SampleNumbers(seed: UInt64(count))
      return [sample.normal(count, deviation: 3), sample.normal(count)]
    }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      kernels.activate(activation, count: count, x: m[0], y: m[1], on: pool)
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      ReferenceKernels.activate(activation, count: count, x: m[0], y: m[1], on: pool)
    }
  }

  struct Backward: KernelCase {
    var activation: Activation, count: Int, inPlace: Bool
    var numbers: [[Float]] {
      var sample = SampleNumbers(seed: UInt64(count))
      return [sample.normal(count, deviation: 3), sample.normal(count), sample.normal(count)]
    }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      kernels.activateBackward(
        activation, count: count, x: m[0], yGradient: m[1], xGradient: inPlace ? m[1] : m[2], on: pool)
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      ReferenceKernels.activateBackward(
        activation, count: count, x: m[0], yGradient: m[1], xGradient: inPlace ? m[1] : m[2], on: pool)
    }
  }

  @Test(arguments: Variant.all, Activation.allCases) func forward(variant: Variant, activation: Activation) {
    for count in oddSizes + [40_001] {
      check(Forward(activation: activation, count: count), on: variant, "\(activation), \(count) numbers")
    }
  }

  @Test(arguments: Variant.all, Activation.allCases) func backward(variant: Variant, activation: Activation) {
    for count in oddSizes + [40_001] {
      for inPlace in [false, true] {
        check(
          Backward(activation: activation, count: count, inPlace: inPlace), on: variant,
          "\(activation), \(count) numbers")
      }
    }
  }

  @Test(arguments: Activation.allCases) func derivativesAgreeWithDifferences(activation: Activation) {
    // An odd number of steps keeps clear of zero, where the rectifiers have a corner.
    for step in -39...40 {
      let x = (Double(step) - 0.5) / 8
      let expected = numericalGradient(of: { ReferenceKernels.apply(activation, to: $0[0]) }, at: [x])[0]
      #expect(abs(ReferenceKernels.derivative(of: activation, at: x) - expected) < 1e-8, "at \(x)")
    }
  }

  @Test(arguments: Variant.all, Activation.allCases)
  func derivativesStayFiniteFarOut(variant: Variant, activation: Activation) {
    let x: [Float] = [1e4, -1e4, 60, -60, 20, -20, 1e18, -1e18]
    let ones = [Float](repeating: 1, count: x.count)
    var gradient = ones
    variant.kernels.activateBackward(
      activation, count: x.count, x: x, yGradient: ones, xGradient: &gradient, on: ThreadPool(threads: 1))
    for (x, gradient) in zip(x, gradient) {
      let expected: Float =
        switch activation {
        case .tanh: 0
        case .reluSquared: max(2 * x, 0)
        case .gelu, .geluTanh, .silu, .relu: x > 0 ? 1 : 0
        }
      #expect(abs(gradient - expected) <= 1e-6, "\(activation)′(\(x))")
    }
  }
}
