import KernelSupport
import Layers
import TestSupport
import Tensors
import Testing

@Suite struct FeedForwardTests {
  /// ReLU and its square are not among them: their derivatives have a jump or a kink, which differences step across.
  @Test(
    "Backward is the derivative of forward", arguments: [Activation.gelu, .geluTanh, .silu, .tanh],
    [false, true])
  func gradient(activation: Activation, isGated: Bool) {
    for kernels in KernelChoice.allCases {
      var layout = ParameterLayout()
      let up =
        isGated
        ? Linear(&layout, ["gate": 5, "up": 5], inputs: 4, hasBias: true, .zeros, depth: 0)
        : Linear(&layout, ["up": 5], inputs: 4, hasBias: true, .zeros, depth: 0)
      let down = Linear(&layout, ["down": 4], inputs: 5, hasBias: true, .zeros, depth: 0)
      let layer = FeedForward(up: up, down: down, activation: activation, isGated: isGated)
      let bench = LayerBench(layout)
      let (x, y, weighting, xGradient) = (
        bench.matrix(9, 4), bench.matrix(9, 4), bench.matrix(9, 4), bench.matrix(9, 4)
      )
      let saved = bench.plan { FeedForward.Saved(layer, rows: 9, &$0) }
      let scratch = bench.plan { FeedForward.Scratch(layer, rows: 9, &$0) }
      let pass = bench.pass(kernels)
      func loss() -> Double {
        layer.forward(x, to: y, saved, pass)
        return bench.loss(y, weighting)
      }
      _ = loss()
      layer.backward(weighting, x: x, to: xGradient, saved, scratch, pass, bench.gradients)
      bench.check("x", x, xGradient, loss: loss)
      bench.checkParameters(loss: loss)
    }
  }
}
