import Layers
import TestSupport
import Tensors
import Testing

@Suite struct LinearTests {
  @Test("Backward is the derivative of forward, and adds to what is there", arguments: KernelChoice.allCases)
  func gradient(kernels: KernelChoice) {
    var layout = ParameterLayout()
    let linear = Linear(&layout, ["a": 3, "b": 2], inputs: 4, hasBias: true, .zeros, depth: 1)
    let bench = LayerBench(layout)
    let (x, y, projection) = (bench.matrix(9, 4), bench.matrix(9, 5), bench.matrix(9, 5))
    let xGradient = bench.matrix(9, 4)
    let pass = bench.pass(kernels)
    func loss() -> Double {
      linear.forward(x, to: y, pass)
      return bench.loss(y, projection)
    }
    linear.backward(projection, x: x, to: xGradient, pass, bench.gradients)
    bench.check("x", x, xGradient, loss: loss)
    bench.checkParameters(loss: loss)

    let once = xGradient.row(3)
    linear.backward(projection, x: x, to: xGradient, accumulates: true, pass, bench.gradients)
    #expect(zip(xGradient.row(3), once).allSatisfy { abs($0 - 2 * $1) < 1e-5 })
  }

  @Test("Parts lie one below the other, under their own names")
  func names() {
    var layout = ParameterLayout()
    let linear = Linear(&layout, ["query": 4, "key": 2], inputs: 3, hasBias: true, .normal(deviation: 1), depth: 5)
    #expect(linear.weight.rows == 6 && linear.weight.columns == 3)
    #expect(layout.entries[0].tensors.map(\.name) == ["query.weight", "key.weight"])
    #expect(layout.entries[0].tensors.map(\.rows) == [0..<4, 4..<6])
    #expect(layout.entries[1].tensors.map(\.name) == ["query.bias", "key.bias"])
    #expect(layout.entries[1].tensors.map(\.isVector) == [true, true])
    #expect(layout.entries.map(\.decays) == [true, false])
    #expect(layout.entries.map(\.initialization) == [.normal(deviation: 1), .zeros])
    #expect(layout.entries.map(\.depth) == [5, 5])
  }
}
