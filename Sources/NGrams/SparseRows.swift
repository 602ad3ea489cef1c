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

  /// The same numbers with rows and columns changed.
  /// - Parameter count: How many columns there are.
  func transposed(columns count: Int) -> SparseRows {
    var result = SparseRows()
    var places = [Int](repeating: 0, count: count + 1)
    for column in columns { places[Int(column) + 1] += 1 }
    for column in 0..<count { places[column + 1] += places[column] }
    result.starts = places
    result.columns = [Int32](repeating: 0, count: columns.count)
    result.values = [Float](repeating: 0, count: values.count)
    for row in 0..<self.count {
      for entry in starts[row]..<starts[row + 1] {
        let column = Int(columns[entry])
        result.columns[places[column]] = Int32(row)
        result.values[places[column]] = values[entry]
        places[column] += 1
      }
    }
    return result
  }
}
