import Files
import TestSupport
import Tensors
import Testing
import Training

/// A matrix and a vector in two layers.
private struct Problem {
  var layout = ParameterLayout()
  let matrix: Parameter
  let vector: Parameter

  init() {
    matrix = layout.matrix([], rows: 3, columns: 4, .zeros, depth: 0)
    vector = layout.vector([], count: 3, .zeros, depth: 1)
  }

  func buffer(matrix values: [Double], vector others: [Double], scale: Double = 1) -> ParameterBuffer {
    let buffer = ParameterBuffer(zeros: layout)
    for (index, value) in values.enumerated() { buffer[matrix].pointer[index] = Float(value * scale) }
    for (index, value) in others.enumerated() { buffer[vector].pointer[index] = Float(value * scale) }
    return buffer
  }

  func values(_ buffer: ParameterBuffer, _ parameter: Parameter) -> [Double] {
    (0..<parameter.count).map { Double(buffer[parameter].pointer[$0]) }
  }
}

@Suite struct ParameterUpdaterTests {
  private static let optimizers: [(name: String, optimizer: any Optimizer)] = [
    ("adamw", AdamW(beta1: 0.9, beta2: 0.99, weightDecay: 0.1)),
    ("adam", Adam(beta1: 0.9, beta2: 0.99, weightDecay: 0.1)),
    ("sgd", GradientDescent(weightDecay: 0.1)),
    ("momentum", GradientDescent(momentum: 0.9, dampening: 0.1, weightDecay: 0.1)),
    ("nesterov", GradientDescent(momentum: 0.9, nesterov: true, weightDecay: 0.1)),
    ("rmsprop", RMSprop(alpha: 0.95, weightDecay: 0.1)),
    ("rmsprop_momentum", RMSprop(alpha: 0.95, momentum: 0.8, weightDecay: 0.1)),
    ("adagrad", Adagrad(rateDecay: 0.01, weightDecay: 0.1)),
  ]

  /// Six steps with clipping, a falling rate, and decay of the matrix only.
  ///
  /// Gradients come as sums over 8 tokens.
  @Test(arguments: optimizers.map(\.name), KernelChoice.allCases)
  func agreesWithPyTorch(name: String, kernels: KernelChoice) throws {
    let fixture = try fixture("optimizers")
    let optimizer = try #require(Self.optimizers.first { $0.name == name }).optimizer
    let problem = Problem()
    let execution = kernels.execution()
    let weights = problem.buffer(
      matrix: fixture["matrix"]?.numbers ?? [], vector: fixture["vector"]?.numbers ?? [])
    let updater = ParameterUpdater(optimizer, layout: problem.layout)
    let steps = fixture["gradients"]?.array ?? []
    let norms = fixture["norms"]?.numbers ?? []
    for (index, step) in steps.enumerated() {
      let gradients = problem.buffer(
        matrix: step["matrix"]?.numbers ?? [], vector: step["vector"]?.numbers ?? [], scale: 8)
      let norm = updater.norm(of: gradients, execution: execution) / 8
      #expect(abs(norm - norms[index]) < 1e-6)
      updater.update(
        weights, gradients: gradients, gradientScale: GradientClipping(maximum: 1).factor(norm: norm) / 8,
        learningRate: LearningRate(peak: 0.05, schedule: LinearSchedule()).rate(step: index, of: steps.count),
        step: index + 1, execution: execution)
    }
    let expected = try #require(fixture["results"]?[name])
    for (parameter, key) in [(problem.matrix, "matrix"), (problem.vector, "vector")] {
      for (value, wanted) in zip(problem.values(weights, parameter), expected[key]?.numbers ?? []) {
        #expect(abs(value - wanted) < 2e-6, "\(key)")
      }
    }
  }

  @Test func frozenLayersStayAndCountForNothing() {
    let problem = Problem()
    let execution = KernelChoice.active.execution()
    let weights = problem.buffer(matrix: Array(repeating: 1, count: 12), vector: [1, 1, 1])
    let gradients = problem.buffer(matrix: Array(repeating: 5, count: 12), vector: [0, 3, 4])
    let updater = ParameterUpdater(GradientDescent(), UpdatePolicy(frozenDepth: 1), layout: problem.layout)
    #expect(updater.norm(of: gradients, execution: execution) == 5)
    updater.update(
      weights, gradients: gradients, gradientScale: 1, learningRate: 0.5, step: 1, execution: execution)
    #expect(problem.values(weights, problem.matrix) == Array(repeating: 1, count: 12))
    #expect(problem.values(weights, problem.vector) == [1, -0.5, -1])
  }

  @Test func lowerLayersLearnMoreSlowly() {
    let problem = Problem()
    let execution = KernelChoice.active.execution()
    let weights = problem.buffer(matrix: Array(repeating: 0, count: 12), vector: [0, 0, 0])
    let gradients = problem.buffer(matrix: Array(repeating: -1, count: 12), vector: [-1, -1, -1])
    let updater = ParameterUpdater(GradientDescent(), UpdatePolicy(layerDecay: 0.5), layout: problem.layout)
    updater.update(
      weights, gradients: gradients, gradientScale: 1, learningRate: 1, step: 1, execution: execution)
    #expect(problem.values(weights, problem.matrix) == Array(repeating: 0.5, count: 12))
    #expect(problem.values(weights, problem.vector) == [1, 1, 1])
  }

  @Test func penaltiesPullMatricesOnly() {
    let problem = Problem()
    let execution = KernelChoice.active.execution()
    let weights = problem.buffer(matrix: [2, -2] + Array(repeating: 0, count: 10), vector: [1, 1, 1])
    let gradients = ParameterBuffer(zeros: problem.layout)
    let updater = ParameterUpdater(
      GradientDescent(weightDecay: 0.5), UpdatePolicy(l1: 0.25), layout: problem.layout)
    updater.update(
      weights, gradients: gradients, gradientScale: 1, learningRate: 1, step: 1, execution: execution)
    // 2 - 0.5 · 2 - 0.25
    #expect(problem.values(weights, problem.matrix) == [0.75, -0.75] + Array(repeating: 0, count: 10))
    #expect(problem.values(weights, problem.vector) == [1, 1, 1])
  }

  @Test func gapsBetweenParametersStayZero() {
    let problem = Problem()
    let execution = KernelChoice.active.execution()
    let weights = problem.buffer(matrix: Array(repeating: 1, count: 12), vector: [1, 1, 1])
    let gradients = problem.buffer(matrix: Array(repeating: 1, count: 12), vector: [1, 1, 1])
    let updater = ParameterUpdater(AdamW(weightDecay: 0), layout: problem.layout)
    for step in 1...3 {
      updater.update(
        weights, gradients: gradients, gradientScale: 1, learningRate: 0.1, step: step, execution: execution)
    }
    #expect((12..<16).allSatisfy { weights.all.pointer[$0] == 0 })
  }
}
