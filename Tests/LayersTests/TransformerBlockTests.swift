import Layers
import TestSupport
import Tensors
import Testing

@Suite struct TransformerBlockTests {
  @Test(
    "Backward is the derivative of forward", arguments: [TransformerBlock.NormPosition.before, .after], [0, 0.3])
  func gradient(normPosition: TransformerBlock.NormPosition, dropout: Double) {
    check(normPosition, dropout: dropout, reading: nil)
  }

  /// A row of each sequence, one of them twice.
  @Test(
    "So it is where few rows are read", arguments: [TransformerBlock.NormPosition.before, .after], [0, 0.3])
  func gradientOfFewRows(normPosition: TransformerBlock.NormPosition, dropout: Double) {
    check(normPosition, dropout: dropout, reading: [1, 5, 8, 5])
  }

  private func check(_ normPosition: TransformerBlock.NormPosition, dropout: Double, reading rows: [Int32]?) {
    for kernels in KernelChoice.allCases {
      var layout = ParameterLayout()
      let block = Self.block(normPosition, dropout: dropout, &layout)
      let bench = LayerBench(layout)
      let (x, y, weighting, gradient) = (
        bench.matrix(9, 4), bench.matrix(rows?.count ?? 9, 4), bench.matrix(rows?.count ?? 9, 4), bench.matrix(9, 4)
      )
      let saved = bench.plan { TransformerBlock.Saved(block, rows: 9, &$0) }
      let scratch = bench.plan { plan in
        TransformerBlock.Scratch(block, branch: plan.matrix(9, 4), rows: 9, training: true, &plan)
      }
      let selection = bench.plan { plan in
        rows.flatMap { RowSelection.Memory(block, rows: 9, &plan).select($0[...]) }
      }
      let pass = bench.pass(kernels, dropoutSeed: 8)
      func loss() -> Double {
        block.forward(x, to: y, saved, scratch, selection: selection, pass)
        return bench.loss(y, weighting)
      }
      _ = loss()
      for row in 0..<y.rows { (selection?.stream ?? gradient).copyRow(row, from: weighting, row: row) }
      block.backward(gradient, x: x, saved, scratch, selection: selection, pass, bench.gradients)
      bench.check("x", x, gradient, loss: loss)
      bench.checkParameters(loss: loss)
    }
  }

  static func block(
    _ normPosition: TransformerBlock.NormPosition, dropout: Double, _ layout: inout ParameterLayout
  ) -> TransformerBlock {
    func linear(_ name: String, _ inputs: Int, _ outputs: Int) -> Linear {
      Linear(&layout, [name: outputs], inputs: inputs, hasBias: true, .zeros, depth: 1)
    }
    func norm(_ name: String) -> Normalization {
      Normalization(&layout, name, .layer, width: 4, epsilon: 1e-5, depth: 1)
    }
    return TransformerBlock(
      normPosition, attentionNorm: norm("attentionNorm"),
      attention: SelfAttention(
        projection: linear("qkv", 4, 12), output: linear("o", 4, 4),
        shape: AttentionShape(heads: 2, keyHeads: 2, headWidth: 2, causal: true), isRotary: false, dropout: dropout,
        layer: 1),
      feedForwardNorm: norm("feedForwardNorm"),
      feedForward: FeedForward(up: linear("up", 4, 6), down: linear("down", 6, 4), activation: .gelu, isGated: false),
      dropout: dropout)
  }
}
