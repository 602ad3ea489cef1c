import Layers
import TestSupport
import Tensors
import Testing

@Suite struct EmbeddingsTests {
  @Test("Backward is the derivative of forward", arguments: [false, true], [0, 0.3])
  func gradient(hasNorm: Bool, dropout: Double) {
    for kernels in KernelChoice.allCases {
      var layout = ParameterLayout()
      let tokens = layout.table("tokens", rows: 7, columns: 4, .zeros)
      let positions = layout.table("positions", rows: 5, columns: 4, .zeros)
      let segments = layout.table("segments", rows: 2, columns: 4, .zeros)
      let norm = hasNorm ? Normalization(&layout, "norm", .layer, width: 4, epsilon: 1e-5, depth: 0) : nil
      let embeddings = Embeddings(
        tokens: tokens, positions: positions, segments: segments, norm: norm, dropout: dropout)
      let bench = LayerBench(layout)
      let (y, weighting, gradient, scratch) = (
        bench.matrix(9, 4), bench.matrix(9, 4), bench.matrix(9, 4), bench.matrix(9, 4)
      )
      let saved = bench.plan { Embeddings.Saved(embeddings, rows: 9, &$0) }
      let pass = bench.pass(kernels, dropoutSeed: 21)
      func loss() -> Double {
        embeddings.forward(to: y, saved, pass)
        return bench.loss(y, weighting)
      }
      _ = loss()
      for row in 0..<9 { gradient.copyRow(row, from: weighting, row: row) }
      embeddings.backward(gradient, saved, scratch: scratch, pass, bench.gradients)
      bench.checkParameters(loss: loss)
    }
  }
}
