import KernelSupport

extension Execution {
  /// y[t] (+)= table[indices[t]].
  ///
  /// Whoever calls has checked that the indices are rows of the table.
  public func gatherRows(
    _ table: Matrix, _ indices: ArraySlice<Int32>, into y: Matrix, accumulates: Bool = false
  ) {
    precondition(
      y.rows == indices.count && y.columns == table.columns && y.isContiguous && table.isContiguous,
      "gatherRows: \(indices.count) rows of \(shape(table)) into \(shape(y))")
    indices.withUnsafeBufferPointer { indices in
      guard let indices = indices.baseAddress else { return }
      kernels.gatherRows(
        rows: y.rows, columns: y.columns, table: table.pointer, indices: indices, y: y.pointer,
        accumulates: accumulates, on: pool)
    }
  }

  /// y[t] = table[indices[t]], of a table as it is stored.
  ///
  /// Whoever calls has checked that the indices are rows of the table.
  public func gatherRows(_ table: StoredMatrix, _ indices: ArraySlice<Int32>, into y: Matrix) {
    precondition(
      y.rows == indices.count && y.columns == table.columns,
      "gatherRows: \(indices.count) rows of [\(table.rows), \(table.columns)] into \(shape(y))")
    for (row, index) in indices.enumerated() {
      kernels.widen(table, row: Int(index), to: y.pointer + row * y.stride)
    }
  }

  /// table[indices[t]] += y[t], in order.
  public func scatterRows(_ y: Matrix, _ indices: ArraySlice<Int32>, into table: Matrix) {
    precondition(
      y.rows == indices.count && y.columns == table.columns && y.isContiguous && table.isContiguous,
      "scatterRows: \(shape(y)) into \(indices.count) rows of \(shape(table))")
    indices.withUnsafeBufferPointer { indices in
      guard let indices = indices.baseAddress else { return }
      kernels.scatterRows(
        rows: y.rows, columns: y.columns, y: y.pointer, indices: indices, table: table.pointer, on: pool)
    }
  }

  /// Turns the heads at the beginning of each row.
  public func rotate(_ x: Matrix, heads: Int, by rotary: RotaryPositions) {
    precondition(heads * rotary.headWidth <= x.columns, "rotate: \(heads) heads of \(rotary.headWidth) in \(shape(x))")
    rotary.withRotation(rows: x.rows) { rotation in
      guard let rotation else { return }
      kernels.rotate(rows: x.rows, stride: x.stride, heads: heads, rotation: rotation, x: x.pointer, on: pool)
    }
  }

  /// The cross-entropy of each row of logits with its target, in nats, into `losses`; the logits become
  /// gradientScale · ∂loss/∂logits where a scale is given.
  public func crossEntropy(
    _ logits: Matrix, targets: ArraySlice<Int32>, smoothing: Float = 0, gradientScale: Float?, losses: Matrix
  ) {
    precondition(
      targets.count == logits.rows && losses.count >= logits.rows,
      "crossEntropy: \(shape(logits)), \(targets.count) targets, losses \(shape(losses))")
    targets.withUnsafeBufferPointer { targets in
      guard let targets = targets.baseAddress else { return }
      kernels.crossEntropy(
        rows: logits.rows, columns: logits.columns, stride: logits.stride, logits: logits.pointer, targets: targets,
        smoothing: smoothing, gradientScale: gradientScale, losses: losses.pointer, on: pool)
    }
  }

  /// The cross-entropy of each row of logits, and its divergence from the same row of a teacher's, mixed by `weight`;
  /// see `KernelSet.distillation`.
  public func distillation(
    _ logits: Matrix, teacher: Matrix, targets: ArraySlice<Int32>, smoothing: Float = 0, weight: Float,
    temperature: Float, gradientScale: Float?, losses: Matrix
  ) {
    precondition(
      targets.count == logits.rows && losses.count >= logits.rows && teacher.rows == logits.rows
        && teacher.columns == logits.columns,
      "distillation: \(shape(logits)), teacher \(shape(teacher)), \(targets.count) targets, losses \(shape(losses))")
    targets.withUnsafeBufferPointer { targets in
      guard let targets = targets.baseAddress else { return }
      kernels.distillation(
        rows: logits.rows, columns: logits.columns, stride: logits.stride, logits: logits.pointer,
        teacherStride: teacher.stride, teacher: teacher.pointer, targets: targets, smoothing: smoothing,
        weight: weight, temperature: temperature, gradientScale: gradientScale, losses: losses.pointer, on: pool)
    }
  }

  /// The softmax of each row, in place.
  public func softmax(_ x: Matrix) {
    kernels.softmax(rows: x.rows, columns: x.columns, stride: x.stride, x: x.pointer, on: pool)
  }

  /// One optimizer step over a run of parameters.
  public func update(_ update: ParameterUpdate) { kernels.update(update, on: pool) }
}
