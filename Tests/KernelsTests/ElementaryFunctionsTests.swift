import Kernels
import TestSupport
import Testing

/// The stated error bounds, over dense grids.
///
/// The functions are private to the kernels, so each is measured through
/// a kernel that is little else: softmax of pairs for the exponential, the activations for the others.
@Suite struct ElementaryFunctionsTests {
  /// Applies an activation to numbers.
  private func apply(_ activation: Activation, _ x: [Float], _ variant: Variant) -> [Float] {
    var y = [Float](repeating: .nan, count: x.count)
    variant.kernels.activate(activation, count: x.count, x: x, y: &y, on: ThreadPool(threads: 1))
    return y
  }

  /// Floats over a range, dense everywhere: many in each binade.
  private func grid(from low: Float, to high: Float, count: Int) -> [Float] {
    (0..<count).map { low + (high - low) * Float($0) / Float(count - 1) }
  }

  private func logarithmicGrid(from low: Float, to high: Float) -> [Float] {
    stride(from: low.bitPattern, through: high.bitPattern, by: 4099).map { Float(bitPattern: $0) }
  }

  private func units(_ found: Float, _ truth: Double) -> Double {
    abs(Double(found) - truth) / Double(max(Float(abs(truth)).ulp, Float.leastNormalMagnitude.ulp))
  }

  @Test(arguments: Variant.all) func tanhWithinThreeUnits(variant: Variant) {
    let positive = logarithmicGrid(from: 1e-30, to: 100)
    let x = positive + positive.map { -$0 } + [0]
    let worst = zip(x, apply(.tanh, x, variant)).map { units($1, Double.hyperbolicTangent(Double($0))) }.max() ?? 0
    #expect(worst <= 3)
  }

  @Test(arguments: Variant.all) func exponentialWithinTwoUnits(variant: Variant) {
    // The softmax of (x, 0) is (eˣ / (eˣ + 1), …); far below zero the sum is 1 and eˣ itself is what is left. The
    // correction of the second walk and the rounding of the sum add half a unit to the function's 1.5.
    let x = grid(from: -86.9, to: -17, count: 1_000_003)
    var pairs = x.flatMap { [$0, 0] as [Float] }
    variant.kernels.softmax(
      rows: x.count, columns: 2, stride: 2, x: &pairs, on: ThreadPool(threads: 1))
    let worst =
      x.indices.map { index in
        let e = Double.exponential(Double(x[index]))
        return units(pairs[2 * index], e / (e + 1))
      }.max() ?? 0
    #expect(worst <= 2)
  }

  @Test(arguments: Variant.all) func exponentialAtTheEdges(variant: Variant) {
    var row: [Float] = [-.infinity, 0, -1e30, -104, -87.4, -80]
    variant.kernels.softmax(rows: 1, columns: 6, stride: 6, x: &row, on: ThreadPool(threads: 1))
    #expect(row[0] == 0 && row[1] == 1 && row[2] == 0 && row[3] == 0)
    #expect(row[4] <= 1.2e-38 && row[5] > 0)
  }

  @Test(arguments: Variant.all) func sigmoidByWayOfSiLU(variant: Variant) {
    let x = grid(from: -80, to: 80, count: 500_009)
    let worst =
      zip(x, apply(.silu, x, variant)).map { x, y in
        units(y, Double(x) / (1 + Double.exponential(-Double(x))))
      }.max() ?? 0
    #expect(worst <= 4)
  }

  @Test(arguments: Variant.all) func errorFunctionByWayOfGELU(variant: Variant) {
    // GELU = x · (1 + erf(x / √2)) / 2: its error relative to x is half of erf's, plus roundings.
    let x = grid(from: -8, to: 8, count: 500_009)
    let worst =
      zip(x, apply(.gelu, x, variant)).map { x, y -> Double in
        let truth = Double(x) * 0.5 * (1 + Double.errorFunction(Double(x) * 0.5.squareRoot()))
        return abs(Double(y) - truth) / Double(max(abs(x), 1e-6))
      }.max() ?? 0
    #expect(worst <= 1.5e-7)
  }

  @Test(arguments: Variant.all, Activation.allCases)
  func specialNumbers(variant: Variant, activation: Activation) {
    let x: [Float] = [.nan, .infinity, -.infinity, 1e30, -1e30, 0, -0.0, 1e-38, 88, -88, 104, -104]
    let (y, plain) = (
      apply(activation, x, variant), x.map { ReferenceKernels.apply(activation, to: $0) }
    )
    #expect(y[0].isNaN)
    for index in 1..<x.count where plain[index].isFinite {
      #expect(abs(y[index] - plain[index]) <= 4 * plain[index].ulp + 1e-37, "\(activation)(\(x[index]))")
    }
    #expect(y[1] == plain[1])
  }
}
