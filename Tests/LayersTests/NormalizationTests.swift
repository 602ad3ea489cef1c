import KernelSupport
import Layers
import TestSupport
import Tensors
import Testing

@Suite struct NormalizationTests {
  @Test(
    "Backward is the derivative of forward", arguments: [Normalization.Kind.layer, .rootMeanSquare],
    KernelChoice.allCases)
  func gradient(kind: Normalization.Kind, kernels: KernelChoice) {
    var layout = ParameterLayout()
    let norm = Normalization(&layout, "norm", kind, width: 6, epsilon: 1e-5, depth: 0)
    let bench = LayerBench(layout)
    let (x, y, projection, xGradient) = (
      bench.matrix(9, 6), bench.matrix(9, 6), bench.matrix(9, 6), bench.matrix(9, 6)
    )
    let saved = bench.plan { Normalization.Saved(rows: 9, &$0) }
    let pass = bench.pass(kernels)
    func loss() -> Double {
      norm.forward(x, to: y, saved, pass)
      return bench.loss(y, projection)
    }
    _ = loss()
    norm.backward(projection, x: x, to: xGradient, saved, pass, bench.gradients)
    bench.check("x", x, xGradient, loss: loss)
    bench.checkParameters(loss: loss)
  }

  @Test("Add & norm is a dropout, a sum and a norm", arguments: [0, 0.4], KernelChoice.allCases)
  func addAndNorm(probability: Float, kernels: KernelChoice) {
    var layout = ParameterLayout()
    let norm = Normalization(&layout, "norm", .layer, width: 6, epsilon: 1e-5, depth: 0)
    let bench = LayerBench(layout)
    let (x, residual) = (bench.matrix(9, 6), bench.matrix(9, 6))
    let (sum, y, expectedSum, expected) = (
      bench.matrix(9, 6), bench.matrix(9, 6), bench.matrix(9, 6), bench.matrix(9, 6)
    )
    let saved = bench.plan { Normalization.Saved(rows: 9, &$0) }
    let pass = bench.pass(kernels)
    let dropout = Dropout(probability: probability, seed: 3)
    norm.forward(adding: x, dropout, to: residual, sum: sum, to: y, saved, pass)
    for row in 0..<9 {
      for column in 0..<6 {
        let kept = probability == 0 || dropout.keeps(row: row, column: column)
        expectedSum[row, column] = residual[row, column] + (kept ? x[row, column] / (1 - probability) : 0)
      }
    }
    norm.forward(expectedSum, to: expected, saved, pass)
    for row in 0..<9 {
      #expect(zip(sum.row(row), expectedSum.row(row)).allSatisfy { abs($0 - $1) < 1e-5 })
      #expect(zip(y.row(row), expected.row(row)).allSatisfy { abs($0 - $1) < 1e-4 })
    }
  }
}
