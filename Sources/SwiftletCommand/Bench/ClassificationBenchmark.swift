import Swiftlet

/// The speed of labelling texts: the shapes of the training workloads with a head of eight labels, random tokens.
struct ClassificationBenchmark {
  let shape: TrainingBenchmark

  static let all = TrainingBenchmark.all.map { ClassificationBenchmark(shape: $0) }

  /// Multiplications and additions of the blocks' matrix products, forward; behind the last attention only one token of a
  /// text is computed.
  var operations: Double {
    let tokens = Double(shape.batch * shape.context)
    return 2 * (tokens * shape.productsOfToken - (tokens - Double(shape.batch)) * shape.productsBehindAttention)
  }

  /// The median seconds of a batch.
  func seconds(_ execution: Execution, seconds: Double) throws -> Double {
    let model = try Transformer(
      shape.configuration.classifying(sequencesInto: (1...8).map { "label \($0)" }))
    let weights = model.initialWeights(seed: 1)
    let activations = Activations(
      model, tokens: shape.batch * shape.context, sequences: shape.batch, training: false)
    var random = RandomGenerator(seed: 1)
    let texts = TokenBatch(
      (0..<shape.batch).map { _ in
        (0..<shape.context).map { _ in Int32.random(in: 5..<Int32(model.configuration.vocabularySize), using: &random) }
      })
    return try MedianTime.of(seconds: seconds) {
      _ = try model.scores(of: texts, weights: weights, activations: activations, execution: execution)
    }.seconds
  }
}
