import KernelSupport

/// A matrix that owns its memory.
public final class MatrixStorage: @unchecked Sendable {
  private let storage: AlignedBuffer<Float>
  /// The matrix.
  public let matrix: Matrix

  /// A matrix of zeros.
  public init(rows: Int, columns: Int) {
    storage = AlignedBuffer(zeros: rows * columns)
    matrix = Matrix(storage.pointer, rows: rows, columns: columns, owner: storage)
  }

  /// A matrix with the given rows, all of one length.
  public convenience init(_ values: [[Float]]) {
    self.init(rows: values.count, columns: values.first?.count ?? 0)
    for (row, line) in values.enumerated() {
      for (column, value) in line.enumerated() { matrix[row, column] = value }
    }
  }
}
