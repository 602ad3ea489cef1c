import Corpora

/// The two kinds of n-grams of a text.
enum NGramBlock: Int, CaseIterable {
  /// Words of letters, digits and underscores, and pairs of neighbours.
  case words
  /// Runs of 2 to 4 letters within what stands between spaces, with a space at both ends.
  case letters

  /// Finds all n-grams of a text.
  /// - Parameters:
  ///   - number: Which text of a pair it is; each has n-grams of its own.
  ///   - found: Called with each one's hash, and the places of the word or words that it is part of.
  func find(in text: [Unicode.Scalar], number: Int, found: (UInt64, ClosedRange<Int>) -> Void) {
    let empty = ContentHash(seed: UInt64(2 * number + rawValue + 1))
    switch self {
    case .words: Self.findWords(in: text, empty, found)
    case .letters: Self.findLetters(in: text, empty, found)
    }
  }

  private static func findWords(
    in text: [Unicode.Scalar], _ empty: ContentHash, _ found: (UInt64, ClosedRange<Int>) -> Void
  ) {
    let words = text.split { !isOfWord($0) }
    for (index, word) in words.enumerated() {
      var hash = empty
      for scalar in word { hash.update(UInt64(scalar.value)) }
      found(hash.value, word.startIndex...word.endIndex - 1)
      guard index + 1 < words.count else { continue }
      let next = words[index + 1]
      hash.update(0)
      for scalar in next { hash.update(UInt64(scalar.value)) }
      found(hash.value, word.startIndex...next.endIndex - 1)
    }
  }

  private static func findLetters(
    in text: [Unicode.Scalar], _ empty: ContentHash, _ found: (UInt64, ClosedRange<Int>) -> Void
  ) {
    for word in text.split(whereSeparator: \.properties.isWhitespace) {
      let place = word.startIndex...word.endIndex - 1
      let word = [" "] + Array(word) + [" "]
      for start in 0..<word.count - 1 {
        var hash = empty
        for (offset, scalar) in word[start..<min(start + 4, word.count)].enumerated() {
          hash.update(UInt64(scalar.value))
          if offset >= 1 { found(hash.value, place) }
        }
      }
    }
  }

  /// What regular expressions call a character of a word.
  private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber: true
    case .letterNumber, .otherNumber: true
    default: scalar == "_"
    }
  }
}
