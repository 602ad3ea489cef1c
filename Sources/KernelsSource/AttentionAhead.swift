import CInstructions

/// Rows that will be read or written next, fetched into the cache some at a time between tiles.
///
/// The rows of a head lie far apart, each in another page, which the processor does not foresee: without this, reading
/// them takes as long as a tenth to a fifth of the arithmetic.
struct RowsAhead {
  private var place: UnsafePointer<Float>?
  private var stride = 0, width = 0, left = 0, rowsAtATime = 0

  /// Nothing.
  @inline(always) init() {}

  /// Rows of `width` numbers, to be fetched in about `times` parts.
  @inline(always) init(_ place: UnsafePointer<Float>, stride: Int, width: Int, rows: Int, times: Int) {
    (self.place, self.stride, self.width, left) = (place, stride, width, rows)
    rowsAtATime = (rows &+ times &- 1) / max(times, 1)
  }

  /// Asks for the next rows.
  @inline(never) mutating func fetch() {
    guard left > 0, var row = place else { return }
    let rows = min(rowsAtATime, left)
    for _ in 0..<rows {
      for j in steps(from: 0, to: width, by: 16) { swiftlet_fetch_to_second_level(row + j) }
      row += stride
    }
    place = row
    left &-= rows
  }
}
