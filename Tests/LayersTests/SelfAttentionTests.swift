import Layers
import TestSupport
import Tensors
import Testing

@Suite struct SelfAttentionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var heads: Int, keyHeads: Int, isCausal: Bool, isRotary: Bool, dropout: Double, hasNorms = false
    var testDescription: String {
      "\(heads)/\(keyHeads) heads\(isCausal ? ", causal" : "")\(isRotary ? ", rotary" : "")\(hasNorms ? ", norms" : ""), dropout \(dropout)"
    }
  }

  static let cases = [
    Case(heads: 2, keyHeads: 2, isCausal: true, isRotary: false, dropout: 0),
    Case(heads: 2, keyHeads: 2, isCausal: false, isRotary: false, dropout: 0.3),
    Case(heads: 4, keyHeads: 2, isCausal: true, isRotary: true, dropout: 0),
    Case(heads: 4, keyHeads: 1, isCausal: true, isRotary: true, dropout: 0.2),
    Case(heads: 2, keyHeads: 2, isCausal: false, isRotary: false, dropout: 0, hasNorms: true),
    Case(heads: 4, keyHeads: 2, isCausal: true, isRotary: true, dropout: 0.2, hasNorms: true),
  ]

  @Test("Backward is the derivative of forward", arguments: cases, KernelChoice.allCases)
  func gradient(_ case: Case, kernels: KernelChoice) {
    let (width, headWidth) = (6, 4)
    let (queryWidth, keyWidth) = (`case`.heads * headWidth, `case`.keyHeads * headWidth)
    var layout = ParameterLayout()
    let projection = Linear(
      &layout, ["q": queryWidth, "k": keyWidth, "v": keyWidth], inputs: width, hasBias: true, .zeros, depth: 0)
    let output = Linear(&layout, ["o": width], inputs: queryWidth, hasBias: true, .zeros, depth: 0)
    let norms =
      `case`.hasNorms
      ? HeadNorms(&layout, queries: "qn", keys: "kn", headWidth: headWidth, epsilon: 1e-6, depth: 0) : nil
    let attention = SelfAttention(
      projection: projection, output: output,
      shape: AttentionShape(
        heads: `case`.heads, keyHeads: `case`.keyHeads, headWidth: headWidth, causal: `case`.isCausal),
      norms: norms, isRotary: `case`.isRotary, dropout: `case`.dropout, layer: 0)
    let bench = LayerBench(layout)
    let x = bench.matrix(9, width)
    let (y, weighting, xGradient) = (bench.matrix(9, width), bench.matrix(9, width), bench.matrix(9, width))
    let saved = bench.plan { SelfAttention.Saved(attention, rows: 9, &$0) }
    let scratch = bench.plan { SelfAttention.Scratch(attention, rows: 9, &$0) }
    let rotary = RotaryTable(RotaryFrequencies(base: 100), headWidth: headWidth, positions: 5)
    let pass = bench.pass(kernels, dropoutSeed: 5, rotary: rotary)
    func loss() -> Double {
      attention.forward(x, to: y, saved, pass)
      return bench.loss(y, weighting)
    }
    _ = loss()
    attention.backward(weighting, x: x, to: xGradient, saved, scratch, pass, bench.gradients)
    bench.check("x", x, xGradient, loss: loss)
    bench.checkParameters(loss: loss)
  }
}
