import TestSupport
import Tensors
import Transformers

/// A small model of a family with random weights, and some sequences for it.
struct ModelBench {
  static let vocabularySize = 29, context = 12

  let model: Transformer
  let weights: ParameterBuffer
  let execution: Execution

  init(
    _ family: TransformerConfiguration.Family, _ kernels: KernelChoice = .reference, threads: Int = 1,
    changing change: (inout TransformerConfiguration) -> Void = { _ in }
  ) throws {
    try self.init(family, kernels.execution(threads: threads), changing: change)
  }

  init(
    _ family: TransformerConfiguration.Family, _ execution: Execution,
    changing change: (inout TransformerConfiguration) -> Void = { _ in }
  ) throws {
    var configuration = TransformerConfiguration.preset(
      .nano, family: family, vocabularySize: Self.vocabularySize, context: Self.context)
    configuration.layers = 2
    if family == .llama { configuration.keyHeads = 1 }
    // Wider than a new model's, so that probabilities are not all alike.
    configuration.initializerRange = 0.2
    change(&configuration)
    model = try Transformer(configuration)
    weights = model.initialWeights(seed: 7)
    self.execution = execution
  }

  /// Sequences of the given lengths, without special tokens.
  func batch(_ lengths: [Int], seed: UInt64 = 1) -> TokenBatch {
    var random = RandomGenerator(seed: seed)
    return TokenBatch(
      lengths.map { length in (0..<length).map { _ in Int32.random(in: 5..<Int32(Self.vocabularySize), using: &random) }
      })
  }

  func activations(tokens: Int = 40, sequences: Int = 5, training: Bool = false) -> Activations {
    Activations(model, tokens: tokens, sequences: sequences, training: training, logitRows: tokens)
  }

  func hidden(_ batch: TokenBatch) throws -> [Float] {
    try model.hidden(of: batch, weights: weights, activations: activations(), execution: execution).values
  }

  /// The language loss of a batch: of its next tokens, or of every second token.
  func loss(
    _ batch: TokenBatch, _ gradients: ParameterBuffer?, _ activations: Activations, smoothing: Float = 0,
    dropoutSeed: UInt64? = nil, frozenDepth: Int = 0
  ) throws -> LossSum {
    var targets = LanguageTargets(nextTokensOf: batch)
    if !model.configuration.family.isCausal {
      let rows = stride(from: 0, to: Int32(batch.tokens.count), by: 2)
      targets = LanguageTargets(rows: Array(rows), tokens: rows.map { $0 % Int32(Self.vocabularySize) })
    }
    return try model.languageLoss(
      of: batch, targets: targets, weights: weights, gradients: gradients, activations: activations,
      execution: execution, smoothing: smoothing, dropoutSeed: dropoutSeed, frozenDepth: frozenDepth)
  }
}
