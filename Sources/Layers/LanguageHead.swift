import KernelSupport
import Tensors

/// From hidden states to a score for each token of the vocabulary, and to the loss.
///
/// It works on chunks of the rows that have targets: scores of all rows, T × V numbers, are never held.
/// Letters: C rows of a chunk, D the width, V the vocabulary.
package struct LanguageHead: Sendable {
  /// What BERT's head does before it scores.
  package struct Transform: Sendable {
    package let dense: Linear
    package let activation: Activation
    package let norm: Normalization

    package init(dense: Linear, activation: Activation, norm: Normalization) {
      (self.dense, self.activation, self.norm) = (dense, activation, norm)
    }
  }

  package let transform: Transform?
  /// [V, D], often the embedding's table, and in BERT a bias.
  package let decoder: Linear

  package init(transform: Transform?, decoder: Linear) {
    (self.transform, self.decoder) = (transform, decoder)
  }

  /// The scores of some rows of `hidden` [T, D]; the result [rows, V] is in `memory`.
  package func forward(_ hidden: Matrix, rows: ArraySlice<Int32>, _ memory: Memory, _ pass: Pass) -> Matrix {
    let memory = memory.first(rows.count)
    pass.execution.gatherRows(hidden, rows, into: memory.selected)
    if let transform {
      transform.dense.forward(
        memory.selected, to: memory.dense, finish: .activate(transform.activation, result: memory.activated), pass)
      transform.norm.forward(memory.activated, to: memory.features, memory.norm, pass)
    }
    decoder.forward(memory.features, to: memory.logits, pass)
    return memory.logits
  }

  /// Adds the gradient of the rows to `hiddenGradient` [T, D]; `memory.logits` holds that of the scores.
  private func backward(
    rows: ArraySlice<Int32>, hiddenGradient: Matrix, _ memory: Memory, _ pass: Pass, _ gradients: ParameterBuffer
  ) {
    let memory = memory.first(rows.count)
    decoder.backward(memory.logits, x: memory.features, to: memory.featureGradient, pass, gradients)
    if let transform {
      transform.norm.backward(
        memory.featureGradient, x: memory.activated, to: memory.denseGradient, memory.norm, pass, gradients)
      pass.execution.activateBackward(
        transform.activation, memory.dense, yGradient: memory.denseGradient, into: memory.denseGradient)
      transform.dense.backward(
        memory.denseGradient, x: memory.selected, to: memory.featureGradient, pass, gradients)
    }
    pass.execution.scatterRows(memory.featureGradient, rows, into: hiddenGradient)
  }

  /// A larger model at the same rows, whose scores are learned beside the targets.
  package struct Teacher {
    /// Its head, for the same vocabulary.
    package let head: LanguageHead
    /// [T, its width]: what it has made of the same tokens; and where the rows that are scored stand there.
    package let hidden: Matrix, rows: ArraySlice<Int32>
    /// One chunk's memory.
    package let memory: Memory
    /// Its weights.
    package let pass: Pass
    /// What its scores weigh beside the targets, and the temperature at which they are compared.
    package let weight: Float, temperature: Float

    package init(
      head: LanguageHead, hidden: Matrix, rows: ArraySlice<Int32>, memory: Memory, pass: Pass, weight: Float,
      temperature: Float
    ) {
      (self.head, self.hidden, self.rows, self.memory, self.pass) = (head, hidden, rows, memory, pass)
      (self.weight, self.temperature) = (weight, temperature)
    }
  }

  /// The sum of the cross-entropies of some rows with their targets, in nats; with `gradients`, its gradient is added
  /// to them and to `hiddenGradient`.
  ///
  /// With a teacher, whose scores are computed in the same chunks, the losses are mixed with the divergence from it.
  package func loss(
    _ hidden: Matrix, rows: ArraySlice<Int32>, targets: [Int32], smoothing: Float, teacher: Teacher? = nil,
    hiddenGradient: Matrix, _ memory: Memory, _ pass: Pass, _ gradients: ParameterBuffer?
  ) -> Double {
    var sum = 0.0
    let chunkRows = min(memory.rows, teacher?.memory.rows ?? memory.rows)
    for first in stride(from: 0, to: rows.count, by: chunkRows) {
      let chunk = first..<min(first + chunkRows, rows.count)
      let losses = memory.losses.rows(0..<chunk.count)
      let some = rows.dropFirst(first).prefix(chunk.count)
      let logits = forward(hidden, rows: some, memory, pass)
      let gradientScale: Float? = gradients == nil ? nil : 1
      if let teacher {
        pass.execution.distillation(
          logits,
          teacher: teacher.head.forward(
            teacher.hidden, rows: teacher.rows.dropFirst(first).prefix(chunk.count), teacher.memory, teacher.pass),
          targets: targets[chunk], smoothing: smoothing, weight: teacher.weight, temperature: teacher.temperature,
          gradientScale: gradientScale, losses: losses)
      } else {
        pass.execution.crossEntropy(
          logits, targets: targets[chunk], smoothing: smoothing, gradientScale: gradientScale, losses: losses)
      }
      for row in 0..<chunk.count { sum += Double(losses[row, 0]) }
      if let gradients {
        backward(rows: some, hiddenGradient: hiddenGradient, memory, pass, gradients)
      }
    }
    return sum
  }
}
