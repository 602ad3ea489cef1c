import Layers
import Tensors

extension Transformer {
  /// The vectors that tokens have before positions and segments are added: [tokens, D], row by row.
  /// - Throws: `ModelFailure` for a token that the vocabulary does not have, and for weights that are not floats.
  public func tokenVectors(_ tokens: [Int32], weights: ParameterBuffer) throws(ModelFailure) -> [Float] {
    try weights.requireFloats()
    let table = weights[trunk.embeddings.tokens]
    var vectors: [Float] = []
    for (row, token) in tokens.enumerated() {
      guard token >= 0, token < configuration.vocabularySize else {
        throw .tokenOutOfRange(token: Int(token), row: row, vocabularySize: configuration.vocabularySize)
      }
      vectors += table.row(Int(token))
    }
    return vectors
  }

  /// The scores of a label for sequences whose tokens have vectors of their own, and how each score changes with them.
  /// - Parameters:
  ///   - label: The label.
  ///   - batch: The sequences; of their tokens only the number counts.
  ///   - vectors: What stands in the place of the tokens' vectors, [T, D] row by row.
  ///   - weights: The parameters.
  ///   - scratch: Takes gradients that nobody needs.
  ///   - activations: Memory, planned for training.
  ///   - execution: How to compute.
  /// - Returns: The score of each sequence, before softmax or sigmoid, and its gradient [T, D], row by row.
  /// - Throws: `ModelFailure` if the batch is not one for this model, or the model is no classifier of sequences.
  public func scoreGradients(
    of label: Int, batch: TokenBatch, vectors: [Float], weights: ParameterBuffer, scratch: ParameterBuffer,
    activations: Activations, execution: Execution
  ) throws(ModelFailure) -> (scores: [Float], gradients: [Float]) {
    guard configuration.head == .sequenceClassification else {
      throw .wrongHead(needed: "a classification head", found: configuration.head)
    }
    try load(batch, weights, activations, scratch)
    let (head, memory) = try classificationHead(activations)
    guard configuration.labels.indices.contains(label) else {
      throw .targetOutOfRange(target: label, index: 0, count: configuration.labels.count)
    }
    let rows = batch.tokens.count, width = configuration.width
    guard vectors.count == rows * width else { throw .targetCount(expected: rows * width, found: vectors.count) }
    let inputs = InputVectors(rows: rows, width: width)
    inputs.values.pointer.update(from: vectors, count: vectors.count)

    let asked = pooledRows(activations)
    let (hidden, pooled, pass) = run(
      weights, activations, execution, reading: asked, inputs: inputs, isForTraining: true)
    let scores = head.forward(hidden, rows: pooled, memory, pass)
    let result = asked.indices.map { scores[$0, label] }
    scores.clear()
    for row in asked.indices { scores[row, label] = 1 }
    let hiddenGradient = trunk.hiddenGradient(activations.memory.trunk, pass)
    hiddenGradient.clear()
    head.backward(rows: pooled, hiddenGradient: hiddenGradient, memory, pass, scratch)
    runBack(activations, frozenDepth: 0, pass, scratch)
    return (result, Array(UnsafeBufferPointer(start: inputs.gradient.pointer, count: rows * width)))
  }

  /// What the tokens of a sequence look at: for each layer and each head a matrix [T, T], row by row, each row the
  /// probabilities of one token.
  /// - Parameter activations: Memory, planned for training, so that no layer's is used again.
  /// - Throws: `ModelFailure` if the tokens are not for this model.
  public func attentionMaps(
    of batch: TokenBatch, weights: ParameterBuffer, activations: Activations, execution: Execution
  ) throws(ModelFailure) -> [[[Float]]] {
    guard batch.lengths.count == 1, activations.isForTraining else { throw .activationsNotForTraining }
    try load(batch, weights, activations)
    _ = run(weights, activations, execution)
    let saved = activations.memory.trunk.blocks
    return trunk.blocks.indices.map { layer in
      trunk.blocks[layer].attention.maps(saved[layer].attention, seesAll: activations.rows.seesAll)
    }
  }
}
