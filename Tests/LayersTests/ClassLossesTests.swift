import Layers
import TestSupport
import Tensors
import Testing

@Suite struct ClassLossesTests {
  typealias Loss = @Sendable (_ scores: Matrix, _ differentiates: Bool) -> Double

  static let losses: [(name: String, loss: Loss)] = [
    (
      "single label",
      { ClassLosses.singleLabel($0, classes: [2, 0], smoothing: 0, classWeights: nil, differentiates: $1).sum }
    ),
    (
      "smoothed and weighted",
      {
        ClassLosses.singleLabel(
          $0, classes: [2, 0], smoothing: 0.2, classWeights: [0.5, 2, 3], differentiates: $1
        ).sum
      }
    ),
    ("multi-label", { ClassLosses.multiLabel($0, targets: [0, 1, 1, 0, 0, 0.5], differentiates: $1) }),
    ("regression", { ClassLosses.regression($0, targets: [0, -1, 2, 0.5, 3, 1], differentiates: $1) }),
  ]

  @Test("The gradient is the derivative", arguments: losses.indices)
  func gradient(index: Int) {
    let (name, loss) = Self.losses[index]
    let bench = LayerBench(ParameterLayout())
    let (scores, gradient) = (bench.matrix(2, 3), bench.matrix(2, 3))
    for row in 0..<2 { gradient.copyRow(row, from: scores, row: row) }
    let value = loss(gradient, true)
    #expect(value == loss(scores, false))
    bench.check(name, scores, gradient) { loss(scores, false) }
  }

  /// What PyTorch 2.15 prints.
  ///
  /// torch.nn.functional.cross_entropy(torch.tensor([[1., 2., -1.], [0.5, 0., 3.]]), torch.tensor([2, 0]),
  ///   weight=torch.tensor([0.5, 2., 3.]), label_smoothing=0.2, reduction="sum"), and the sum of the targets' weights
  @Test("Values of PyTorch")
  func pyTorch() {
    let scores = MatrixStorage([[1, 2, -1], [0.5, 0, 3]])
    let (sum, weight) = ClassLosses.singleLabel(
      scores.matrix, classes: [2, 0], smoothing: 0.2, classWeights: [0.5, 2, 3], differentiates: false)
    #expect(abs(sum - 10.377236366271973) < 1e-5)
    #expect(weight == 3.5)
  }

  @Test("Scores of any size give finite losses")
  func extremes() {
    let scores = MatrixStorage([[1e30, -1e30, 0], [-200, 200, 0]])
    #expect(
      ClassLosses.singleLabel(
        scores.matrix, classes: [0, 1], smoothing: 0, classWeights: nil, differentiates: false
      ).sum.isFinite)
    #expect(ClassLosses.multiLabel(scores.matrix, targets: [1, 0, 1, 0, 1, 0], differentiates: false).isFinite)
  }
}
