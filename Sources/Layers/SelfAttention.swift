import KernelSupport
import Tensors

/// Attention of the tokens of a sequence to each other.
///
/// Vaswani et al. 2017; with keys and values shared by groups of heads (Ainslie et al. 2023), and rotary positions
/// (Su et al. 2021) where the model has them.
///
/// Letters: T rows, D the width, H query heads, G key/value heads, d the width of a head.
package struct SelfAttention: Sendable {
  /// Queries, keys and values of a token, one behind the other: [(H + 2G) · d, D].
  package let projection: Linear
  /// [D, H · d].
  package let output: Linear
  /// H, G, d, and whether a token sees what comes after it.
  package let shape: AttentionShape
  /// The norms of queries and keys, where the model has them.
  package let norms: HeadNorms?
  /// Whether queries and keys are turned by their position.
  package let isRotary: Bool
  /// The dropout of the probabilities.
  package let dropout: Float
  /// The number of the block.
  package let layer: Int

  package init(
    projection: Linear, output: Linear, shape: AttentionShape, norms: HeadNorms? = nil, isRotary: Bool,
    dropout: Double, layer: Int
  ) {
    (self.projection, self.output, self.shape, self.norms) = (projection, output, shape, norms)
    (self.isRotary, self.dropout, self.layer) = (isRotary, Float(dropout), layer)
  }

  /// What the backward pass needs.
  package struct Saved {
    /// Queries, keys and values, normalised and turned: [T, (H + 2G) · d].
    package let projected: Matrix
    /// The values as the heads mixed them: [T, H · d].
    package let mixed: Matrix
    /// [T, H].
    package let logSumExp: Matrix
    package let norms: HeadNorms.Saved

    package init(_ layer: SelfAttention, rows: Int, _ plan: inout Workspace.Planner) {
      projected = plan.matrix(rows, layer.projection.weight.rows)
      mixed = plan.matrix(rows, layer.output.weight.columns)
      logSumExp = plan.matrix(rows, layer.shape.heads)
      norms = HeadNorms.Saved(layer.norms, layer.shape, rows: rows, &plan)
    }
  }

  /// The gradients of what was saved.
  package struct Scratch {
    package let projected: Matrix, mixed: Matrix

    package init(_ layer: SelfAttention, rows: Int, _ plan: inout Workspace.Planner) {
      projected = plan.matrix(rows, layer.projection.weight.rows)
      mixed = plan.matrix(rows, layer.output.weight.columns)
    }
  }

  /// x [T, D] to y [T, D], or to y [N, D] of the rows of a selection.
  package func forward(
    _ x: Matrix, to y: Matrix, _ saved: Saved, selection: RowSelection? = nil, _ pass: Pass
  ) {
    // Queries and keys stand side by side, and are turned in one go.
    let (rotary, turnedHeads) = (rotary(pass), shape.heads + shape.keyHeads)
    if let norms {
      projection.forward(x, to: saved.projected, pass)
      norms.forward(
        queries: saved.projected.columns(queries), keys: saved.projected.columns(keys), saved.norms, pass)
      if let rotary { pass.execution.rotate(saved.projected, heads: turnedHeads, by: rotary) }
    } else {
      projection.forward(
        x, to: saved.projected, finish: rotary.map { .rotate($0, heads: turnedHeads) } ?? .none, pass)
    }
    pass.cache?.store(saved.projected.columns(keysAndValues), layer: layer, spans: pass.rows.spans)
    pass.execution.attend(tensors(saved, pass), shape(pass), spans: pass.rows.spans, dropout: dropout(pass))
    if let selection { selection.gather(saved.mixed, into: selection.mixed, pass) }
    output.forward(selection?.mixed ?? saved.mixed, to: y, pass)
  }

  /// `xGradient` is written last, and may be the memory of `yGradient`.
  package func backward(
    _ yGradient: Matrix, x: Matrix, to xGradient: Matrix, accumulates: Bool = false, _ saved: Saved,
    _ scratch: Scratch, selection: RowSelection? = nil, _ pass: Pass, _ gradients: ParameterBuffer
  ) {
    if let selection {
      output.backward(yGradient, x: selection.mixed, to: selection.mixed, pass, gradients)
      selection.scatter(selection.mixed, into: scratch.mixed, pass)
    } else {
      output.backward(yGradient, x: saved.mixed, to: scratch.mixed, pass, gradients)
    }
    pass.execution.attendBackward(
      tensors(saved, pass), shape(pass), spans: pass.rows.spans, dropout: dropout(pass), outputGradient: scratch.mixed,
      queryGradient: scratch.projected.columns(queries), keyGradient: scratch.projected.columns(keys),
      valueGradient: scratch.projected.columns(values), turnedBy: rotary(pass))
    norms?.backward(
      queries: scratch.projected.columns(queries), keys: scratch.projected.columns(keys), saved.norms, pass, gradients)
    projection.backward(scratch.projected, x: x, to: xGradient, accumulates: accumulates, pass, gradients)
  }

  // The columns of a projected row.
  private var queryWidth: Int { shape.heads * shape.headWidth }
  private var keyWidth: Int { shape.keyHeads * shape.headWidth }
  private var queries: Range<Int> { 0..<queryWidth }
  private var keys: Range<Int> { queryWidth..<queryWidth + keyWidth }
  private var values: Range<Int> { queryWidth + keyWidth..<queryWidth + 2 * keyWidth }
  private var keysAndValues: Range<Int> { queryWidth..<queryWidth + 2 * keyWidth }

  /// The shape for this batch's direction.
  private func shape(_ pass: Pass) -> AttentionShape {
    var shape = shape
    if pass.rows.seesAll { shape.causal = false }
    return shape
  }

  /// In training keys and values stand beside the queries; in generation all of the sequence's are in the cache.
  private func tensors(_ saved: Saved, _ pass: Pass) -> AttentionTensors {
    let cached = pass.cache?[layer]
    return AttentionTensors(
      queries: saved.projected.columns(queries),
      keys: cached?.columns(0..<keyWidth) ?? saved.projected.columns(keys),
      values: cached?.columns(keyWidth..<2 * keyWidth) ?? saved.projected.columns(values),
      output: saved.mixed, logSumExp: saved.logSumExp)
  }

  private func rotary(_ pass: Pass) -> RotaryPositions? {
    guard isRotary, let table = pass.rotary else { return nil }
    return RotaryPositions(positions: pass.rows.positions, cosines: table.cosines, sines: table.sines)
  }

  private func dropout(_ pass: Pass) -> Dropout {
    pass.dropout(dropout, at: DropoutSite(layer: layer, .attentionProbabilities))
  }
}
