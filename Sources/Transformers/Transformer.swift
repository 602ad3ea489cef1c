import KernelSupport
import Layers
import Tensors

/// A model: where its parameters are, and how a batch of tokens runs through them.
///
/// It holds no numbers itself.
///
/// ```swift
/// let model = try Transformer(.preset(.nano, family: .gpt2, vocabularySize: 256, context: 64))
/// let weights = model.initialWeights(seed: 1)
/// let activations = Activations(model, tokens: 64, sequences: 1, training: false)
/// let hidden = try model.hidden(
///   of: TokenBatch([[1, 2, 3]]), weights: weights, activations: activations, execution: Execution())
/// // hidden: [3, 48]
/// ```
public struct Transformer: Sendable {
  /// What it computes.
  public let configuration: TransformerConfiguration
  /// Where its parameters are, and what they are called.
  public let layout: ParameterLayout

  let trunk: Trunk
  let heads: Heads

  /// The model of a configuration.
  /// - Throws: If the configuration contradicts itself or asks for what there is not.
  public init(_ configuration: TransformerConfiguration) throws(ConfigurationFailure) {
    try configuration.validate()
    var layout = ParameterLayout()
    switch configuration.family {
    case .gpt2: trunk = .gpt2(configuration, &layout)
    case .llama: trunk = .llama(configuration, &layout)
    case .bert, .roberta: trunk = .bert(configuration, &layout)
    }
    heads = Heads(configuration, on: trunk, &layout)
    self.configuration = configuration
    self.layout = layout
  }

  /// New weights, drawn from the distributions of the family's paper.
  public func initialWeights(seed: UInt64) -> ParameterBuffer {
    let weights = ParameterBuffer(zeros: layout)
    weights.initialize(Randomness(seed: seed).derive("weights"))
    return weights
  }

  /// The hidden states of all tokens, [T, D], after the last norm where there is one.
  /// - Throws: `ModelFailure` if the batch is not one for this model.
  public func hidden(
    of batch: TokenBatch, weights: ParameterBuffer, activations: Activations, execution: Execution
  ) throws(ModelFailure) -> Matrix {
    try load(batch, weights, activations)
    return run(weights, activations, execution).hidden.keeping(activations)
  }

  /// Checks a batch, and gives its rows their place in the activations.
  func load(
    _ batch: TokenBatch, _ weights: ParameterBuffer, _ activations: Activations, _ gradients: ParameterBuffer? = nil
  ) throws(ModelFailure) {
    try check(batch, weights, activations, gradients)
    activations.load(batch, for: self)
  }

  /// Runs the batch that was loaded through the trunk.
  /// - Parameter asked: The rows whose hidden states are read, if not all.
  /// - Returns: The hidden states, and where those of the rows asked for are among them.
  func run(
    _ weights: ParameterBuffer, _ activations: Activations, _ execution: Execution, reading asked: [Int32]? = nil,
    dropoutSeed: UInt64? = nil, inputs: InputVectors? = nil, isForTraining: Bool = false
  ) -> (hidden: Matrix, places: ArraySlice<Int32>, pass: Pass) {
    let pass = Pass(
      weights: weights, execution: execution, rows: activations.rows, dropoutSeed: dropoutSeed,
      rotary: activations.rotary, inputs: inputs, selection: activations.select(asked),
      isForTraining: isForTraining)
    let hidden = trunk.forward(activations.memory.trunk, activations.memory.block, pass)
    return (hidden, pass.places(of: asked.map { $0[...] } ?? activations.rows.allRows), pass)
  }

  /// Runs the gradient of the hidden states back through the trunk.
  func runBack(_ activations: Activations, frozenDepth: Int, _ pass: Pass, _ gradients: ParameterBuffer) {
    let memory = activations.memory
    trunk.backward(memory.trunk, memory.block, frozenDepth: frozenDepth, pass, gradients)
  }

  /// The angles of so many positions, if positions are angles.
  func rotaryTable(positions: Int) -> RotaryTable? {
    guard configuration.family == .llama else { return nil }
    return RotaryTable(configuration.rotary, headWidth: configuration.headWidth, positions: positions)
  }

  func rotaryBytes(positions: Int) -> Int {
    configuration.family == .llama
      ? RotaryTable.byteCount(headWidth: configuration.headWidth, positions: positions) : 0
  }
}
