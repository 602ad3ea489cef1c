/// Labelled rows, packed one behind the other: beside its text a short one takes some ten bytes.
///
/// A row is unpacked when it is asked for. Parts of the rows share the memory of all.
public struct LabelledRows: Sendable {
  /// What a packed row has beside its text.
  private struct Parts: OptionSet {
    let rawValue: UInt64
    static let pair = Parts(rawValue: 1), words = Parts(rawValue: 2), value = Parts(rawValue: 4)
    /// A number of labels that is not the usual one.
    static let countOfLabels = Parts(rawValue: 8)
    static let bits = 4

    var usualLabels: Int { contains(.value) ? 0 : 1 }
  }

  private var bytes: [UInt8] = []
  private var starts: [UInt32] = []
  /// What packed labels mean, or a number below 0 for those that are left out; empty where each means itself.
  private var meanings: [Int32] = []

  /// No rows.
  public init() {}

  /// Rows that are given one by one.
  public init(_ rows: some Sequence<LabelledRow>) { for row in rows { append(row) } }

  /// Makes room for so many more rows, of so many bytes together, which takes memory only as it is filled.
  mutating func reserve(rows: Int, bytes count: Int) {
    starts.reserveCapacity(starts.count + rows)
    bytes.reserveCapacity(bytes.count + count)
  }

  /// Adds a row; all of them must have room in 4 GB, as those of a file have.
  public mutating func append(_ row: LabelledRow) {
    starts.append(UInt32(bytes.count))
    pack(row)
  }

  /// The rows at some places, in that order.
  public func selecting(_ places: some Sequence<Int>) -> LabelledRows {
    var part = self
    part.starts = places.map { starts[$0] }
    return part
  }

  /// Gives labels other numbers: that at the place of the old one, or none where that is below 0.
  mutating func renumberLabels(_ numbers: [Int32]) {
    meanings = meanings.isEmpty ? numbers : meanings.map { $0 < 0 ? $0 : numbers[Int($0)] }
  }

  // MARK: Packing

  private mutating func pack(_ row: LabelledRow) {
    var parts: Parts = []
    if row.pair != nil { parts.insert(.pair) }
    if !row.words.isEmpty { parts.insert(.words) }
    if row.value.bitPattern != 0 { parts.insert(.value) }
    if row.labels.count != parts.usualLabels { parts.insert(.countOfLabels) }
    pack(UInt64(row.text.utf8.count) << Parts.bits | parts.rawValue)
    bytes.append(contentsOf: row.text.utf8)
    pack(UInt64(bitPattern: Int64(row.line)))
    if let pair = row.pair { pack(pair) }
    if parts.contains(.words) {
      pack(UInt64(row.words.count))
      for word in row.words { pack(word) }
    }
    // The last bits of most numbers that people write are zeros.
    if parts.contains(.value) { pack(row.value.bitPattern.byteSwapped) }
    if parts.contains(.countOfLabels) { pack(UInt64(row.labels.count)) }
    for label in row.labels { pack(UInt64(UInt32(bitPattern: packed(label)))) }
  }

  /// The label that means this one.
  private mutating func packed(_ label: Int32) -> Int32 {
    if meanings.isEmpty { return label }
    if let known = meanings.firstIndex(of: label) { return Int32(known) }
    meanings.append(label)
    return Int32(meanings.count - 1)
  }

  private mutating func pack(_ text: String) {
    pack(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  /// Seven bits a byte, the lowest first; the highest bit says that more follow.
  private mutating func pack(_ number: UInt64) {
    var rest = number
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  // MARK: Unpacking

  private func unpacked(at start: Int) -> LabelledRow {
    var position = start
    let head = unpackNumber(&position)
    let parts = Parts(rawValue: head)
    var row = LabelledRow(text: unpackText(&position, bytes: Int(head >> Parts.bits)))
    row.line = Int(Int64(bitPattern: unpackNumber(&position)))
    if parts.contains(.pair) { row.pair = unpackText(&position, bytes: Int(unpackNumber(&position))) }
    if parts.contains(.words) {
      row.words = (0..<Int(unpackNumber(&position))).map { _ in
        unpackText(&position, bytes: Int(unpackNumber(&position)))
      }
    }
    if parts.contains(.value) { row.value = Double(bitPattern: unpackNumber(&position).byteSwapped) }
    let count = parts.contains(.countOfLabels) ? Int(unpackNumber(&position)) : parts.usualLabels
    row.labels = (0..<count).map { _ in Int32(bitPattern: UInt32(truncatingIfNeeded: unpackNumber(&position))) }
    guard !meanings.isEmpty else { return row }
    row.labels = row.labels.map { meanings[Int($0)] }.filter { $0 >= 0 }
    if row.words.isEmpty { row.labels.sort() }
    return row
  }

  private func unpackText(_ position: inout Int, bytes count: Int) -> String {
    let start = position
    position += count
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private func unpackNumber(_ position: inout Int) -> UInt64 {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      let byte = bytes[position]
      position += 1
      number |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { break }
    }
    return number
  }
}

extension LabelledRows: RandomAccessCollection, MutableCollection {
  /// The place of the first row: 0.
  public var startIndex: Int { 0 }
  /// How many rows there are.
  public var endIndex: Int { starts.count }

  /// The row at a place, unpacked; what is changed is packed again behind all others.
  public subscript(place: Int) -> LabelledRow {
    get { unpacked(at: Int(starts[place])) }
    set {
      starts[place] = UInt32(bytes.count)
      pack(newValue)
    }
  }
}

extension LabelledRows: Equatable, ExpressibleByArrayLiteral {
  /// The rows of a list.
  public init(arrayLiteral rows: LabelledRow...) { self.init(rows) }

  /// Whether all rows are equal.
  public static func == (left: LabelledRows, right: LabelledRows) -> Bool { left.elementsEqual(right) }
}
