import Layers
import TestSupport
import Tensors
import Testing

@Suite struct ClassificationHeadTests {
  @Test("Backward is the derivative of forward", arguments: [false, true], [0, 0.3])
  func gradient(hasDense: Bool, dropout: Double) {
    for kernels in KernelChoice.allCases {
      var layout = ParameterLayout()
      let dense = hasDense ? Linear(&layout, ["dense": 4], inputs: 4, hasBias: true, .zeros, depth: 1) : nil
      let output = Linear(&layout, ["output": 3], inputs: 4, hasBias: true, .zeros, depth: 1)
      let head = ClassificationHead(inputDropout: dropout, dense: dense, outputDropout: dropout, output: output)
      let bench = LayerBench(layout)
      let (hidden, hiddenGradient, weighting) = (
        bench.matrix(9, 4), bench.matrix(9, 4, deviation: 0), bench.matrix(3, 3)
      )
      let memory = bench.plan { ClassificationHead.Memory(head, rows: 6, training: true, &$0) }
      let pass = bench.pass(kernels, dropoutSeed: 2)
      func loss() -> Double {
        bench.loss(head.forward(hidden, rows: bench.rows.firstRows[...], memory, pass), weighting)
      }
      _ = loss()
      let scores = head.forward(hidden, rows: bench.rows.firstRows[...], memory, pass)
      for row in 0..<3 { scores.copyRow(row, from: weighting, row: row) }
      head.backward(rows: bench.rows.firstRows[...], hiddenGradient: hiddenGradient, memory, pass, bench.gradients)
      bench.check("hidden", hidden, hiddenGradient, loss: loss)
      bench.checkParameters(loss: loss)
    }
  }
}
