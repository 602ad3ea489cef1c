/// Rows of which most numbers are zero.
public struct SparseRows: Sendable {
  /// Where each row starts, and where the last one ends.
  public private(set) var starts = [0]
  /// The columns of the numbers that are not zero, row by row.
  public private(set) var columns: [Int32] = []
  /// These numbers.
  public private(set) var values: [Float] = []

  /// No rows.
  public init() {}

  /// How many rows.
  public var count: Int { starts.count - 1 }

  mutating func append(_ column: Int32, _ value: Float) {
    columns.append(column)
    values.append(value)
  }

  mutating func endRow() { starts.append(columns.count) }
}
