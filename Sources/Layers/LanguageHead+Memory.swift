import Tensors

extension LanguageHead {
  /// The rows of a chunk: enough that a pass over the decoder's gradient, which each chunk makes, costs little, and few
  /// enough that the scores stay near the processor.
  package static func chunkRows(vocabularySize: Int) -> Int {
    let scores = 4 << 20
    return min(max(scores / vocabularySize, 256), 4096)
  }

  /// One chunk's memory.
  package struct Memory {
    /// How many rows it has room for.
    package let rows: Int
    /// [C, D]: hidden states, and what the transform makes of them.
    package var selected: Matrix, dense: Matrix, activated: Matrix, features: Matrix
    package var norm: Normalization.Saved
    /// [C, V], and [C].
    package var logits: Matrix, losses: Matrix
    /// [C, D].
    package var featureGradient: Matrix, denseGradient: Matrix

    /// Plans for a backward pass too, if `training`.
    package init(_ head: LanguageHead, rows: Int, training: Bool, _ plan: inout Workspace.Planner) {
      let width = head.decoder.weight.columns
      let transformRows = head.transform == nil ? 0 : rows
      self.rows = rows
      selected = plan.matrix(rows, width)
      dense = plan.matrix(transformRows, width)
      activated = plan.matrix(transformRows, width)
      features = head.transform == nil ? selected : plan.matrix(rows, width)
      norm = Normalization.Saved(rows: transformRows, &plan)
      logits = plan.matrix(rows, head.decoder.weight.rows)
      losses = plan.matrix(rows, 1)
      featureGradient = plan.matrix(training ? rows : 0, width)
      denseGradient = plan.matrix(training ? transformRows : 0, width)
    }

    /// The memory of the first rows.
    func first(_ count: Int) -> Memory {
      var result = self
      result.selected = selected.first(count)
      result.dense = dense.first(count)
      result.activated = activated.first(count)
      result.features = features.first(count)
      result.logits = logits.first(count)
      result.losses = losses.first(count)
      result.featureGradient = featureGradient.first(count)
      result.denseGradient = denseGradient.first(count)
      return result
    }
  }
}
