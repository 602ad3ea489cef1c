/// Finds the first of the rows that have the same texts, whatever white space stands around them.
///
/// A table of the rows' places, found by the texts' hash, with open addressing: the texts themselves are not kept twice.
struct FirstRows {
  private let rows: LabelledRows
  /// The places, and -1 where there is none; at most half of them are taken.
  private var table = [Int32](repeating: -1, count: 1024)
  private var count = 0

  /// None of the rows, so far.
  init(_ rows: LabelledRows) { self.rows = rows }

  /// The row with these texts that was put in.
  func first(like row: LabelledRow) -> LabelledRow? {
    let key = key(of: row)
    var slot = slot(of: key)
    while table[slot] >= 0 {
      let other = rows[Int(table[slot])]
      if self.key(of: other) == key { return other }
      slot = (slot + 1) & (table.count - 1)
    }
    return nil
  }

  /// Puts in the row at a place, which is like none before it.
  mutating func insert(_ row: LabelledRow, at place: Int) {
    if 2 * count >= table.count { grow() }
    put(Int32(place), at: slot(of: key(of: row)))
    count += 1
  }

  private mutating func grow() {
    let places = table
    table = [Int32](repeating: -1, count: 2 * places.count)
    for place in places where place >= 0 { put(place, at: slot(of: key(of: rows[Int(place)]))) }
  }

  private mutating func put(_ place: Int32, at first: Int) {
    var slot = first
    while table[slot] >= 0 { slot = (slot + 1) & (table.count - 1) }
    table[slot] = place
  }

  private func slot(of key: [UInt8]) -> Int { Int(truncatingIfNeeded: ContentHash.of(key)) & (table.count - 1) }

  /// What is compared: the bytes of both texts, with a byte between them that no text has.
  private func key(of row: LabelledRow) -> [UInt8] {
    Array(trimmed(row.text).utf8) + [0xFF] + Array(trimmed(row.pair ?? "").utf8)
  }
}
