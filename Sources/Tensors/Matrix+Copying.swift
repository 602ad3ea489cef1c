extension Matrix {
  /// Sets every element to zero.
  public func clear() {
    for row in 0..<rows { (pointer + row * stride).update(repeating: 0, count: columns) }
  }

  /// Takes over one row of another matrix of the same width.
  public func copyRow(_ row: Int, from other: Matrix, row otherRow: Int) {
    precondition(
      row >= 0 && row < rows && otherRow >= 0 && otherRow < other.rows && columns == other.columns,
      "row \(otherRow) of [\(other.rows), \(other.columns)] into row \(row) of [\(rows), \(columns)]")
    (pointer + row * stride).update(from: other.pointer + otherRow * other.stride, count: columns)
  }

  /// Whether every element is finite.
  public var isFinite: Bool {
    for row in 0..<rows {
      let values = UnsafeBufferPointer(start: pointer + row * stride, count: columns)
      if !values.allSatisfy(\.isFinite) { return false }
    }
    return true
  }
}
