/// How many columns text takes on a terminal: 0 for combining marks, 2 for East Asian wide characters and emoji.
public enum DisplayWidth {
  /// The columns of a text, as `visible` shows it.
  public static func of(_ text: String) -> Int { text.reduce(0) { $0 + of($1) } }

  /// The columns of a character, as `visible` shows it.
  public static func of(_ character: Character) -> Int {
    let scalars = character.unicodeScalars
    if character == "\t" { return tab.count }
    guard let first = scalars.first else { return 0 }
    if isControl(first) { return 2 }
    // An emoji made of several, a flag, a keycap, or a sign with the selector for its coloured form.
    let isSequence = scalars.dropFirst().contains { $0.value == 0xFE0F || $0.value == 0x200D || $0.value == 0x20E3 }
    if isSequence || scalars.count == 2 && scalars.allSatisfy({ (0x1F1E6...0x1F1FF).contains($0.value) }) { return 2 }
    // A skin tone changes the emoji before it, and takes no room.
    return of(first) + scalars.dropFirst().reduce(0) { $0 + ($1.properties.isEmojiModifier ? 0 : of($1)) }
  }

  /// How a character is shown: a tab as spaces, another control character as `^` and a letter.
  public static func visible(_ character: Character) -> String {
    if character == "\t" { return tab }
    guard let scalar = character.unicodeScalars.first, isControl(scalar) else { return String(character) }
    if scalar.value < 0x20 || scalar.value == 0x7F {
      return "^" + String(UnicodeScalar(UInt8(scalar.value ^ 0x40)))
    }
    return "^?"
  }

  /// The beginning of a text that fits into some columns.
  public static func prefix(_ text: String, columns: Int) -> String {
    var width = 0
    var result = ""
    for character in text {
      width += of(character)
      if width > columns { break }
      result.append(character)
    }
    return result
  }

  private static let tab = "    "

  private static func isControl(_ scalar: UnicodeScalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
  }

  private static func of(_ scalar: UnicodeScalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    // The vowels and final consonants that make a Hangul syllable with what precedes them.
    if (0x1160...0x11FF).contains(scalar.value) { return 0 }
    if scalar.properties.isEmojiPresentation || wide.contains(where: { $0.contains(scalar.value) }) { return 2 }
    return 1
  }

  /// The blocks whose characters are wide or full-width (Unicode Standard Annex 11).
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F,
    0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
    0x16FE0...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD,
  ]
}
