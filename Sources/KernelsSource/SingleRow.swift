import KernelSupport

// Products of few rows with a matrix that is stored columns × depth, as in decoding. Every element of the matrix is
// needed once, so memory is the limit: it is read as it lies, once, by all threads.

/// So many rows go through the matrix together; beyond this many the packed path is faster.
private let mostRows = 4
/// Columns whose sums are held at a time.
private let columnsAtATime = 4
/// The multiplications of a task: large beside the handing out of a task.
private let workOfTask = 131_072

extension KernelVariant {
  /// The product, if it has few rows and B is transposed; otherwise false.
  static func multiplyFewRows(_ p: MatrixProduct, on pool: ThreadPool) -> Bool {
    guard p.rows <= mostRows, p.transposedB, !p.transposedA else { return false }
    let unit = p.unitOfColumns(16)
    let columnsOfTask = max(1, workOfTask / max(p.depth, 1) / unit) &* unit
    pool.run(tasks: (p.columns &+ columnsOfTask &- 1) / columnsOfTask) { task, _ in
      let columns = task &* columnsOfTask..<min((task &+ 1) &* columnsOfTask, p.columns)
      switch (p.rows, p.precision) {
      case (1, .fp32): multiplyRows(p, 1, columns) { $0 }
      case (2, .fp32): multiplyRows(p, 2, columns) { $0 }
      case (3, .fp32): multiplyRows(p, 3, columns) { $0 }
      case (_, .fp32): multiplyRows(p, 4, columns) { $0 }
      case (1, .bf16): multiplyRows(p, 1, columns, roundedToBFloat16)
      case (2, .bf16): multiplyRows(p, 2, columns, roundedToBFloat16)
      case (3, .bf16): multiplyRows(p, 3, columns, roundedToBFloat16)
      case (_, .bf16): multiplyRows(p, 4, columns, roundedToBFloat16)
      }
      finish(p, 0..<p.rows, columns, pool)
    }
    return true
  }

  @inline(always) private static func multiplyRows(
    _ p: MatrixProduct, _ rows: Int, _ columns: Range<Int>, _ operand: (Vector) -> Vector
  ) {
    var j = columns.lowerBound
    while j &+ columnsAtATime <= columns.upperBound {
      multiplyDots(p, rows, j, columnsAtATime, operand)
      j &+= columnsAtATime
    }
    while j < columns.upperBound {
      multiplyDots(p, rows, j, 1, operand)
      j &+= 1
    }
  }

  /// The dot products of all rows with `columns` columns from `j` on.
  @inline(always) private static func multiplyDots(
    _ p: MatrixProduct, _ rows: Int, _ j: Int, _ columns: Int, _ operand: (Vector) -> Vector
  ) {
    let z = Vector.zero
    var sums: InlineArray<16, Vector> = [z, z, z, z, z, z, z, z, z, z, z, z, z, z, z, z]
    let b = p.b + j &* p.strideOfB
    @inline(always) func step(_ k: Int, _ count: Int) {
      for column in 0..<columns {
        let vector = operand(load(b + column &* p.strideOfB + k, count: count))
        for row in 0..<rows {
          let place = row &* columnsAtATime &+ column
          sums[place] = multiplyAdd(operand(load(p.a + row &* p.strideOfA + k, count: count)), vector, sums[place])
        }
      }
    }
    forEachVector(p.depth, step)
    for row in 0..<rows {
      for column in 0..<columns {
        let c = p.c + (row &* p.strideOfC &+ j &+ column)
        let sum = horizontalSum(sums[row &* columnsAtATime &+ column])
        c.pointee = p.accumulates ? c.pointee + sum : sum
      }
    }
  }
}
