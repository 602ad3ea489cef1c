import KernelSupport
import TestSupport
import Tensors
import Testing
import Transformers

/// Tiny random models of every family and head against what transformers and PyTorch computed.
@Suite struct PyTorchParityTests {
  /// Both sides compute in 32 bits, with sums of at most 64 products in other orders: logits of size 1 to 10 agree to
  /// some 1e-6; 1e-4 is what checkpoints of this kind are held to.
  static let logitTolerance: Float = 1e-4

  @Test("Logits and scores", arguments: Fixture.allNames, KernelChoice.allCases)
  func logits(name: String, kernels: KernelChoice) throws {
    let fixture = try Fixture(name)
    let batch = try fixture.batch
    let activations = try fixture.activations(training: false, logitRows: batch.tokens.count)
    let result =
      fixture.model.configuration.head.isLanguage
      ? try fixture.model.logits(
        of: batch, rows: (0..<Int32(batch.tokens.count)).map { $0 }, weights: fixture.weights,
        activations: activations, execution: kernels.execution())
      : try fixture.model.scores(
        of: batch, weights: fixture.weights, activations: activations, execution: kernels.execution())
    #expect(largestDifference(result.values, try fixture.numbers("logits")) <= Self.logitTolerance)
  }

  @Test("The loss, and its gradient for every parameter", arguments: Fixture.allNames, KernelChoice.allCases)
  func gradients(name: String, kernels: KernelChoice) throws {
    let fixture = try Fixture(name)
    let gradients = ParameterBuffer(zeros: fixture.model.layout)
    let loss = try fixture.loss(
      fixture.weights, gradients, fixture.activations(training: true), kernels.execution())
    #expect(abs(Float(loss.mean) - (try fixture.numbers("losses")[0])) <= 1e-5)

    var names = Set<String>()
    for (name, values) in gradients.namedTensors() {
      names.insert(name)
      let expected = try fixture.numbers("gradient:" + name)
      let mean = values.map { $0 / Float(loss.weight) }
      // Relative to the tensor's largest gradient; those that are zero but for rounding (a key's bias moves no
      // probability) to a thousandth of the usual size.
      let scale = max(expected.reduce(0) { max($0, abs($1)) }, 1e-3)
      #expect(largestDifference(mean, expected) <= 1e-4 * scale, "\(name)")
    }
    #expect(names == fixture.gradientNames)
  }

  /// Ten steps of AdamW: a wrong gradient, or one of the wrong parameter, shows up in the second loss at the latest.
  ///
  /// Adam divides by the root of the mean square, so rounding of small gradients comes through at full size, and
  /// grows from step to step; after ten steps at a rate of 1e-2 the losses agree to about 1e-4.
  @Test("Ten losses of training", arguments: Fixture.allNames, KernelChoice.allCases)
  func training(name: String, kernels: KernelChoice) throws {
    let fixture = try Fixture(name)
    let expected = try fixture.numbers("losses")
    let execution = kernels.execution()
    let activations = try fixture.activations(training: true)
    let weights = ParameterBuffer(zeros: fixture.model.layout)
    weights.copy(from: fixture.weights)
    let gradients = ParameterBuffer(zeros: fixture.model.layout)
    let (first, second) = (ParameterBuffer(zeros: fixture.model.layout), ParameterBuffer(zeros: fixture.model.layout))

    for step in expected.indices {
      gradients.clear()
      let loss = try fixture.loss(weights, gradients, activations, execution)
      #expect(abs(Float(loss.mean) - expected[step]) <= 1e-3 * max(expected[step], 0.1), "step \(step)")
      let power = Float(step + 1)
      execution.update(
        ParameterUpdate(
          count: weights.all.count, values: weights.all.pointer, gradients: gradients.all.pointer,
          gradientScale: Float(1 / loss.weight), first: first.all.pointer, second: second.all.pointer,
          learningRate: 1e-2, weightDecay: 0, l1: 0,
          rule: .adam(
            beta1: 0.9, beta2: 0.999, epsilon: 1e-8, firstCorrection: 1 / (1 - powf(0.9, power)),
            secondCorrection: 1 / (1 - powf(0.999, power)), decoupled: true)))
    }
  }

  private func powf(_ base: Double, _ exponent: Float) -> Float { Float(power(base, Double(exponent))) }
}
