/// The classes of characters that tokenizers cut text by.
extension Unicode.Scalar {
  /// Letters: the general categories L….
  var isLetter: Bool {
    if value < 0x80 { return (0x41...0x5A).contains(value) || (0x61...0x7A).contains(value) }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
    default: return false
    }
  }

  /// Numbers of all kinds: the general categories N….
  var isNumber: Bool {
    if value < 0x80 { return (0x30...0x39).contains(value) }
    switch properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: return true
    default: return false
    }
  }

  /// Whitespace, as Unicode defines it.
  var isSpace: Bool {
    value < 0x80 ? value == 0x20 || (0x09...0x0D).contains(value) : properties.isWhitespace
  }

  /// Punctuation: what is neither letter, number nor space in ASCII, and the general categories P….
  var isPunctuationMark: Bool {
    if value < 0x80 { return value > 0x20 && value < 0x7F && !isLetter && !isNumber }
    switch properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return isOfUnicode8
    default:
      // Punctuation in Unicode 8, and no more.
      return value == 0x166D || value == 0x1_11C9
    }
  }

  /// Controls, invisible formats and private characters: what BERT's cleaning takes out.
  var isOther: Bool {
    switch properties.generalCategory {
    case .control, .privateUse: true
    case .format: isOfUnicode8
    default: false
    }
  }

  /// Marks that take no room of their own: the general category Mn.
  var isNonspacingMark: Bool {
    switch value {
    // What has become one since Unicode 8, or is one no more.
    case 0x1885, 0x1886, 0xA9BD, 0x1_11C9: false
    case 0x1734, 0x1_171E: true
    default: properties.generalCategory == .nonspacingMark && isOfUnicode8
    }
  }

  /// Marks of all kinds: the general categories M….
  var isMark: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }

  /// Whether the character is in Unicode 8, whose tables Hugging Face's tokenizers have; to them what came later is
  /// unassigned.
  private var isOfUnicode8: Bool { (properties.age?.major ?? .max) <= 8 }

  /// The ideographs that BERT takes as words of one character.
  var isIdeograph: Bool {
    switch value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x2_0000...0x2_A6DF, 0x2_A700...0x2_B73F, 0x2_B740...0x2_B81F,
      0x2_B920...0x2_CEAF, 0xF900...0xFAFF, 0x2_F800...0x2_FA1F:
      true
    default: false
    }
  }
}
