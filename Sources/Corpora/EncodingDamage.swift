/// What is left in a text after somebody has read it in a wrong encoding.
public enum EncodingDamage: String, Sendable, Hashable, CaseIterable {
  /// U+FFFD stands where bytes were not of the encoding.
  case replaced = "bytes that are not UTF-8, or marks that stood in their place"
  /// UTF-8 that was read as Windows-1252 or Latin-1 and written again: `Ã©` for `é`, `â€™` for `’`.
  case doublyEncoded = "UTF-8 that was encoded twice, as in Ã©"
  /// Characters below U+0020 that are no white space, and those from U+0080 to U+009F.
  case control = "control characters"
  /// Byte order marks and others without a width, inside of the text.
  case invisible = "invisible characters (byte order marks, zero-width spaces)"

  /// The kinds of damage that a text shows.
  public static func found(in text: String) -> [EncodingDamage] {
    var found: Set<EncodingDamage> = []
    var previous: UInt32 = 0
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0xFFFD: found.insert(.replaced)
      case 0xFEFF, 0x200B, 0x2060: found.insert(.invisible)
      case 0..<0x09, 0x0E..<0x20, 0x7F..<0xA0: found.insert(.control)
      default: break
      }
      if isPair(previous, scalar.value) { found.insert(.doublyEncoded) }
      previous = scalar.value
    }
    return allCases.filter(found.contains)
  }

  /// Whether two characters are the first two bytes of one, read as Windows-1252 or Latin-1.
  private static func isPair(_ first: UInt32, _ second: UInt32) -> Bool {
    switch first {
    // Lead bytes of what Western languages write: é, ß, and so on.
    case 0xC2, 0xC3: (0x80...0xBF).contains(second) || windows1252.contains(second)
    // Quotation marks, dashes, ellipses: E2 80, where 80 is the euro sign.
    case 0xE2: second == 0x20AC || second == 0x80
    default: false
    }
  }

  /// What Windows-1252 has at 80 to 9F.
  private static let windows1252: Set<UInt32> = [
    0x20AC, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x017D, 0x2018,
    0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x017E, 0x0178,
  ]
}
