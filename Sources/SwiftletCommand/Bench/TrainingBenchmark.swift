import Swiftlet

/// The speed of whole training steps (forward, backward, clipping, AdamW) on the workloads W1 to W5, random tokens.
struct TrainingBenchmark {
  let name: String
  /// What people call it.
  let summary: String
  let configuration: TransformerConfiguration
  let batch: Int, context: Int

  var isMasked: Bool { !configuration.family.isCausal }

  static let all = [
    causal("W1", "GPT-2 style, 0.8 M", .gpt2, layers: 4, heads: 4, width: 128, inner: 512, context: 64, 12, 65),
    causal("W2", "GPT-2 style, 10.7 M", .gpt2, layers: 6, heads: 6, width: 384, inner: 1536, context: 256, 64, 65),
    causal("W3", "Llama style, 25 M", .llama, layers: 8, heads: 8, width: 512, inner: 1376, context: 512, 8, 8192),
    TrainingBenchmark(
      name: "W4", summary: "BERT, 15 % masked",
      configuration: sized(
        .bert, layers: 4, heads: 8, width: 512, inner: 2048, positions: 512, vocabulary: 8192),
      batch: 64, context: 128),
    TrainingBenchmark(
      name: "W5", summary: "GPT-2 124 M",
      configuration: sized(
        .gpt2, layers: 12, heads: 12, width: 768, inner: 3072, positions: 1024, vocabulary: 50257),
      batch: 4, context: 64),
  ]

  private static func causal(
    _ name: String, _ summary: String, _ family: TransformerConfiguration.Family, layers: Int, heads: Int, width: Int,
    inner: Int, context: Int, _ batch: Int, _ vocabulary: Int
  ) -> TrainingBenchmark {
    TrainingBenchmark(
      name: name, summary: summary,
      configuration: sized(
        family, layers: layers, heads: heads, width: width, inner: inner, positions: context, vocabulary: vocabulary),
      batch: batch, context: context)
  }

  private static func sized(
    _ family: TransformerConfiguration.Family, layers: Int, heads: Int, width: Int, inner: Int, positions: Int,
    vocabulary: Int
  ) -> TransformerConfiguration {
    var c = TransformerConfiguration.preset(.nano, family: family, vocabularySize: vocabulary, context: positions)
    (c.layers, c.heads, c.keyHeads, c.headWidth) = (layers, heads, heads, width / heads)
    (c.width, c.innerWidth) = (width, inner)
    return c
  }

  /// Multiplications and additions of the matrix products of a step, forward and backward.
  ///
  /// 6 for each weight of a matrix and token, and attention's; a masked model's last block computes no tokens but the
  /// masked ones behind its attention.
  var operations: Double {
    let share = isMasked ? 0.15 : 1
    let head = Double(configuration.vocabularySize * configuration.width) * share
    let unread = (1 - share) * productsBehindAttention
    return 6 * Double(batch * context) * (productsOfToken - unread + head)
  }

  /// The products of numbers that a token costs in a block behind attention, forward.
  var productsBehindAttention: Double {
    let c = configuration
    let upAndDown = c.family == .llama ? 3 : 2
    return Double(c.width * c.heads * c.headWidth + upAndDown * c.width * c.innerWidth)
  }

  /// The products of numbers that a token costs in the blocks, forward.
  var productsOfToken: Double {
    let c = configuration
    let block = Double(c.width * (c.heads + 2 * c.keyHeads) * c.headWidth) + productsBehindAttention
    let attention = 2 * Double(c.layers * context * c.width) * (c.family.isCausal ? 0.5 : 1)
    return Double(c.layers) * block + attention
  }

  /// The median seconds of a step, and how many were taken.
  func measure(_ execution: Execution, seconds: Double) throws -> (seconds: Double, steps: Int) {
    let model = try Transformer(configuration)
    let weights = model.initialWeights(seed: 1)
    let gradients = ParameterBuffer(zeros: model.layout)
    let activations = Activations(model, tokens: batch * context, sequences: batch, training: true)
    let updater = ParameterUpdater(AdamW(), layout: model.layout)
    let (tokens, targets) = randomBatch()
    var step = 0
    let time = try MedianTime.of(seconds: seconds) {
      step += 1
      gradients.clear()
      let loss = try model.languageLoss(
        of: tokens, targets: targets, weights: weights, gradients: gradients, activations: activations,
        execution: execution, dropoutSeed: nil)
      let count = Double(loss.count)
      let norm = updater.norm(of: gradients, execution: execution) / count
      updater.update(
        weights, gradients: gradients, gradientScale: GradientClipping().factor(norm: norm) / count,
        learningRate: 1e-4, step: step, execution: execution)
    }
    return (time.seconds, time.calls)
  }

  /// Random tokens; masked models have 15 % of them hidden.
  private func randomBatch() -> (TokenBatch, LanguageTargets) {
    var random = RandomGenerator(seed: 1)
    var sequences = (0..<batch).map { _ in
      (0..<context).map { _ in Int32.random(in: 5..<Int32(configuration.vocabularySize), using: &random) }
    }
    guard isMasked else {
      let tokens = TokenBatch(sequences)
      return (tokens, LanguageTargets(nextTokensOf: tokens))
    }
    var targets = LanguageTargets()
    for sequence in 0..<batch {
      for position in 0..<context where random.uniform() < 0.15 {
        targets.rows.append(Int32(sequence * context + position))
        targets.tokens.append(sequences[sequence][position])
        sequences[sequence][position] = 4
      }
    }
    return (TokenBatch(sequences), targets)
  }
}
