import Checkpoints
import TestSupport
import Tensors
import Testing
import Transformers

/// Causal models whose tokens see all of their sequence: how a model of both objectives fills masks.
@Suite struct BidirectionalTests {
  @Test("Logits as PyTorch has them without the causal mask", arguments: ["gpt2", "llama"], KernelChoice.allCases)
  func logits(name: String, kernels: KernelChoice) throws {
    let fixture = try Fixture(name)
    let expected = try SafetensorsFile(Fixture.folder(name) + "/bidirectional.safetensors")
    var batch = try fixture.batch
    let activations = try fixture.activations(training: false, logitRows: batch.tokens.count)
    func logits() throws -> [Float] {
      try fixture.model.logits(
        of: batch, rows: (0..<Int32(batch.tokens.count)).map { $0 }, weights: fixture.weights,
        activations: activations, execution: kernels.execution()
      ).values
    }
    let causal = try logits()
    batch.attention = .bidirectional
    #expect(largestDifference(try logits(), try #require(try expected.floats(of: "logits"))) <= 1e-4)
    // The direction belongs to the batch, and does not stay with the memory.
    batch.attention = .ofFamily
    #expect(try logits() == causal)
  }

  @Test("A tagger's words see those behind them, if its trunk has learned to look there", arguments: [false, true])
  func tagger(fillsMasks: Bool) throws {
    let bench = try ModelBench(.llama) {
      $0.fillsMasks = fillsMasks
      $0 = $0.classifying(tokensInto: ["O", "B", "I"])
    }
    func first(last: Int32) throws -> [Float] {
      try Array(
        bench.model.scores(
          of: TokenBatch([[5, 7, last]]), weights: bench.weights, activations: bench.activations(training: false),
          execution: bench.execution
        ).values.prefix(3))
    }
    #expect((try first(last: 9) != first(last: 11)) == fillsMasks)
  }

  /// Along a random direction of all parameters, as for the causal models.
  @Test("The gradient is the derivative along a direction", arguments: [TransformerConfiguration.Family.gpt2, .llama])
  func directionalDerivative(family: TransformerConfiguration.Family) throws {
    let bench = try ModelBench(family)
    var batch = bench.batch([9, 4, 12])
    batch.attention = .bidirectional
    let targets = LanguageTargets(rows: [2, 7, 10, 20], tokens: [5, 1, 28, 3])
    let activations = bench.activations(training: true)
    let gradients = ParameterBuffer(zeros: bench.model.layout)
    func loss(_ gradients: ParameterBuffer?) throws -> Double {
      try bench.model.languageLoss(
        of: batch, targets: targets, weights: bench.weights, gradients: gradients, activations: activations,
        execution: bench.execution
      ).sum
    }
    _ = try loss(gradients)
    var random = RandomGenerator(seed: 4)
    let direction = gradients.all.values.map { _ in Float(random.normal()) * 0.1 }
    let expected = zip(direction, gradients.all.values).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    let start = bench.weights.all.values
    func loss(at distance: Float) throws -> Double {
      for index in start.indices { bench.weights.all.pointer[index] = start[index] + distance * direction[index] }
      defer { for index in start.indices { bench.weights.all.pointer[index] = start[index] } }
      return try loss(nil)
    }
    let h: Float = 0x1p-9
    let derivative =
      (8 * (try loss(at: h) - loss(at: -h)) - (try loss(at: 2 * h) - loss(at: -2 * h))) / (12 * Double(h))
    #expect(abs(derivative - expected) <= 1e-3 * max(abs(expected), 10), "\(derivative) and \(expected)")
  }
}
