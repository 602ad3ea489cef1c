import KernelSupport
import Tensors

/// What a token is, plus where it stands, plus in which segment; in BERT, normalised.
package struct Embeddings: Sendable {
  /// [V, D].
  package let tokens: Parameter
  /// [positions, D], where positions are learned.
  package let positions: Parameter?
  /// [segments, D].
  package let segments: Parameter?
  package let norm: Normalization?
  package let dropout: Float

  package init(
    tokens: Parameter, positions: Parameter?, segments: Parameter?, norm: Normalization?, dropout: Double
  ) {
    (self.tokens, self.positions, self.segments) = (tokens, positions, segments)
    (self.norm, self.dropout) = (norm, Float(dropout))
  }

  /// What the backward pass needs: of a model with a norm.
  package struct Saved {
    /// [T, D].
    package let sum: Matrix
    package let norm: Normalization.Saved

    package init(_ layer: Embeddings, rows: Int, _ plan: inout Workspace.Planner) {
      let rows = layer.norm == nil ? 0 : rows
      sum = plan.matrix(rows, layer.tokens.columns)
      norm = Normalization.Saved(rows: rows, &plan)
    }
  }

  /// The rows of the batch to y [T, D].
  package func forward(to y: Matrix, _ saved: Saved, _ pass: Pass) {
    let sum = norm == nil ? y : saved.sum
    if let inputs = pass.inputs {
      for row in 0..<sum.rows { sum.copyRow(row, from: inputs.values, row: row) }
    } else if let table = pass.weights.stored?[tokens] {
      pass.execution.gatherRows(table, pass.rows.tokens[...], into: sum)
    } else {
      pass.execution.gatherRows(pass.weights[tokens], pass.rows.tokens[...], into: sum)
    }
    if let positions {
      pass.execution.gatherRows(pass.weights[positions], pass.rows.positions[...], into: sum, accumulates: true)
    }
    if let segments {
      pass.execution.gatherRows(pass.weights[segments], pass.rows.segments[...], into: sum, accumulates: true)
    }
    norm?.forward(sum, to: y, saved.norm, pass)
    let dropout = dropout(pass)
    if !dropout.isNone { pass.execution.dropout(dropout, y, into: y) }
  }

  /// From the gradient of y [T, D], which is lost; `scratch` [T, D] is needed by a model with a norm.
  package func backward(
    _ yGradient: Matrix, _ saved: Saved, scratch: Matrix, _ pass: Pass, _ gradients: ParameterBuffer
  ) {
    let dropout = dropout(pass)
    if !dropout.isNone { pass.execution.dropout(dropout, yGradient, into: yGradient) }
    norm?.backward(yGradient, x: saved.sum, to: scratch, saved.norm, pass, gradients)
    let sumGradient = norm == nil ? yGradient : scratch
    if let inputs = pass.inputs {
      for row in 0..<sumGradient.rows { inputs.gradient.copyRow(row, from: sumGradient, row: row) }
    }
    if let segments { pass.execution.scatterRows(sumGradient, pass.rows.segments[...], into: gradients[segments]) }
    if let positions { pass.execution.scatterRows(sumGradient, pass.rows.positions[...], into: gradients[positions]) }
    pass.execution.scatterRows(sumGradient, pass.rows.tokens[...], into: gradients[tokens])
  }

  private func dropout(_ pass: Pass) -> Dropout { pass.dropout(dropout, at: DropoutSite(.embeddings)) }
}

extension ParameterLayout {
  /// A table of embeddings: [rows, columns] under one name.
  package mutating func table(
    _ name: String, rows: Int, columns: Int, _ initialization: Initialization, depth: Int = 0
  ) -> Parameter {
    matrix([Tensor(name: name + ".weight", rows: 0..<rows)], rows: rows, columns: columns, initialization, depth: depth)
  }
}
