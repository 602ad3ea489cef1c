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
  func first(like row: LabelledRow) -> LabelledRow? { place(of: key(of: row)).row }

  /// Puts in the row at a place, unless one with the same texts is there: that is returned.
  mutating func insert(_ row: LabelledRow, at place: Int) -> LabelledRow? {
    if 2 * count >= table.count { grow() }
    let (slot, earlier) = self.place(of: key(of: row))
    guard earlier == nil else { return earlier }
    table[slot] = Int32(place)
    count += 1
    return nil
  }

  private mutating func grow() {
    let places = table
    table = [Int32](repeating: -1, count: 2 * places.count)
    for place in places where place >= 0 { table[self.place(of: key(of: rows[Int(place)])).slot] = place }
  }

  /// Where in the table the row with this key is, or would be.
  private func place(of key: [UInt8]) -> (slot: Int, row: LabelledRow?) {
    var slot = Int(truncatingIfNeeded: ContentHash.of(key)) & (table.count - 1)
    while table[slot] >= 0 {
      let row = rows[Int(table[slot])]
      if self.key(of: row) == key { return (slot, row) }
      slot = (slot + 1) & (table.count - 1)
    }
    return (slot, nil)
  }

  /// What is compared: the bytes of both texts, with a byte between them that no text has.
  private func key(of row: LabelledRow) -> [UInt8] {
    Array(trimmed(row.text).utf8) + [0xFF] + Array(trimmed(row.pair ?? "").utf8)
  }
}
