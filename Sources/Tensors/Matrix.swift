import KernelSupport

/// Rows × columns of floats, row-major: a view on memory.
///
/// What a `ParameterBuffer`, a `MatrixStorage` or a model hands out keeps its memory alive. Inside of a `Workspace`'s
/// plan, whose owner lives as long as the pass, views own nothing, and cost nothing to copy.
public struct Matrix: @unchecked Sendable {
  /// The first element.
  public var pointer: UnsafeMutablePointer<Float>
  /// How many rows.
  public var rows: Int
  /// How many columns.
  public var columns: Int
  /// From the beginning of a row to that of the next.
  public var stride: Int
  /// What keeps the memory alive, if the view does.
  private var owner: AnyObject?

  /// A view on memory.
  public init(
    _ pointer: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int? = nil, owner: AnyObject? = nil
  ) {
    self.pointer = pointer
    self.rows = rows
    self.columns = columns
    self.stride = stride ?? columns
    self.owner = owner
  }

  /// The same view, which keeps its memory's owner alive.
  public func keeping(_ owner: AnyObject) -> Matrix {
    Matrix(pointer, rows: rows, columns: columns, stride: stride, owner: owner)
  }

  /// How many elements, where rows follow each other without a gap.
  public var count: Int { rows * columns }
  /// Whether rows follow each other without a gap.
  public var isContiguous: Bool { stride == columns || rows <= 1 }

  /// Some of the rows.
  public func rows(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return Matrix(
      pointer + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride, owner: owner)
  }

  /// The first rows, as many as there are of so many.
  public func first(_ count: Int) -> Matrix { rows(0..<min(count, rows)) }

  /// Some of the columns.
  public func columns(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
    return Matrix(pointer + range.lowerBound, rows: rows, columns: range.count, stride: stride, owner: owner)
  }

  /// One element.
  public subscript(row: Int, column: Int) -> Float {
    get {
      precondition(
        row >= 0 && row < rows && column >= 0 && column < columns, "[\(row), \(column)] of \(rows) × \(columns)")
      return pointer[row * stride + column]
    }
    nonmutating set {
      precondition(
        row >= 0 && row < rows && column >= 0 && column < columns, "[\(row), \(column)] of \(rows) × \(columns)")
      pointer[row * stride + column] = newValue
    }
  }

  /// A copy of one row.
  public func row(_ index: Int) -> [Float] {
    precondition(index >= 0 && index < rows, "row \(index) of \(rows)")
    return Array(UnsafeBufferPointer(start: pointer + index * stride, count: columns))
  }
}
