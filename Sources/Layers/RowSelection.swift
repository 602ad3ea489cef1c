import Tensors

/// The rows of a batch that a head reads, where they are few.
///
/// Behind the last block's attention every row goes its own way, so its other rows need not be computed: a masked model
/// reads one row in seven, a classifier one of each sequence, a prompt's reader the last.
///
/// Letters: T rows of the batch, N that are read, D the width, H heads, d the width of a head.
package struct RowSelection {
  /// Their numbers in the batch.
  package let rows: ArraySlice<Int32>
  /// [N, D]: what these rows bring into the block; on the way back, the gradient of what leaves it.
  package let stream: Matrix
  /// [N, H · d]: what attention mixes for them; on the way back, its gradient.
  package let mixed: Matrix

  /// Where selections are kept.
  package struct Memory {
    private let stream: Matrix, mixed: Matrix

    /// Room for half of a batch's rows behind the attention of a block.
    package init(_ block: TransformerBlock, rows: Int, _ plan: inout Workspace.Planner) {
      stream = plan.matrix(rows / 2, block.attention.output.weight.rows)
      mixed = plan.matrix(rows / 2, block.attention.output.weight.columns)
    }

    /// A selection; nil of more rows than half, where copying them would hardly pay.
    package func select(_ rows: ArraySlice<Int32>) -> RowSelection? {
      guard !rows.isEmpty, rows.count <= stream.rows else { return nil }
      return RowSelection(
        rows: rows, stream: stream.rows(0..<rows.count), mixed: mixed.rows(0..<rows.count))
    }
  }

  /// The rows of `matrix` [T, …] into `selected` [N, …].
  func gather(_ matrix: Matrix, into selected: Matrix, _ pass: Pass) {
    pass.execution.gatherRows(matrix, rows, into: selected)
  }

  /// The gradient of `matrix` [T, …]: that of the selected rows, and zeros.
  func scatter(_ selected: Matrix, into matrix: Matrix, _ pass: Pass) {
    matrix.clear()
    pass.execution.scatterRows(selected, rows, into: matrix)
  }
}
