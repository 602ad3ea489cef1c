/// The normalization table of a SentencePiece model: a double-array trie from texts to places in a pool of
/// replacements.
///
/// Layout (little-endian): the trie's length in bytes, its 32-bit units, then the replacements, each ended by NUL.
/// A unit holds a label (bits 0–7 and 31), whether a key ends here (bit 8) and where its children are (bits 9–30), as
/// in darts-clone.
package enum CharacterMap {
  /// The library notes the keys that a text begins with in a list of this length.
  static let mostPrefixes = 32
  /// In bytes; those of SentencePiece itself have about 240 KB.
  static let largestTable = 4 << 20
  /// In bytes; no character of Unicode becomes more than 18 characters.
  static let longestReplacement = 1_024

  /// What would lead the library out of its memory; nil for a sound table, and for none.
  package static func fault(in table: [UInt8]) -> String? {
    if table.isEmpty { return nil }
    guard table.count <= largestTable else {
      return "it has \(table.count) bytes, and at most \(largestTable) are accepted"
    }
    guard table.count > 4 else { return "it has only \(table.count) bytes" }
    let trieBytes = Int(word(at: 0, in: table))
    guard trieBytes % 4 == 0, trieBytes > 0 else { return "its trie has \(trieBytes) bytes, not a multiple of four" }
    guard trieBytes + 4 < table.count else { return "its trie is longer than the table" }
    guard table.last == 0 else { return "its replacements do not end with NUL" }
    guard String(validating: table[(4 + trieBytes)...], as: UTF8.self) != nil else {
      return "its replacements are not UTF-8"
    }
    let units = (0..<trieBytes / 4).map { Unit(bits: word(at: 4 + 4 * $0, in: table)) }
    return fault(in: units, replacements: table[(4 + trieBytes)...])
  }

  private static func fault(in units: [Unit], replacements: ArraySlice<UInt8>) -> String? {
    guard !units[0].endsKey else { return "its trie has an empty key" }
    // How many keys end on the way to a unit. Ends of keys may be shared, so a unit is looked at again when a way
    // with more is found; in a sound trie that is rare, and in a circle the count passes the limit.
    var prefixes = [Int](repeating: -1, count: units.count)
    prefixes[0] = 0
    var waiting = [0]
    var visits = 0
    while let index = waiting.popLast() {
      visits += 1
      guard visits <= 4 * units.count else { return "its trie is tangled" }
      let children = index ^ units[index].offset
      guard children | 0xFF < units.count else { return "unit \(index) of its trie points outside" }
      for label in 0..<256 {
        let child = children ^ label
        let unit = units[child]
        guard unit.label == UInt32(label) else { continue }
        var count = prefixes[index]
        if unit.endsKey {
          let value = child ^ unit.offset
          guard value < units.count, units[value].value < replacements.count else {
            return "a key of its trie has no replacement"
          }
          let replacement = replacements.dropFirst(units[value].value).prefix(longestReplacement + 1)
          guard replacement.contains(0) else {
            return "a key of its trie becomes more than \(longestReplacement) bytes"
          }
          count += 1
        }
        guard count <= mostPrefixes else { return "more than \(mostPrefixes) keys begin one another" }
        if count > prefixes[child] {
          prefixes[child] = count
          waiting.append(child)
        }
      }
    }
    return nil
  }

  static func word(at offset: Int, in table: [UInt8]) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(table[offset + $1]) << UInt32(8 * $1) }
  }

  struct Unit {
    let bits: UInt32

    var endsKey: Bool { bits & 0x100 != 0 }
    var label: UInt32 { bits & 0x8000_00FF }
    var value: Int { Int(bits & 0x7FFF_FFFF) }
    var offset: Int { Int((bits >> 10) << ((bits & 0x200) >> 6)) }
  }
}
