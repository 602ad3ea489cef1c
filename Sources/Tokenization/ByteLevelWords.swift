/// Cuts a text into words as GPT-2 does (Radford and others 2019): letters, numbers or other characters in a row, each with
/// the space in front, the endings of English contractions, and spaces.
///
/// It is the pattern `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
enum ByteLevelWords {
  private enum Class {
    case letter
    case number
    case space
    case other
  }

  /// Calls `body` with each word.
  static func forEachWord(in text: [Unicode.Scalar], _ body: (ArraySlice<Unicode.Scalar>) -> Void) {
    var start = 0
    while start < text.count {
      let end = self.end(of: start, in: text)
      body(text[start..<end])
      start = end
    }
  }

  private static func end(of start: Int, in text: [Unicode.Scalar]) -> Int {
    if text[start] == "'" {
      for ending in ["s", "t", "re", "ve", "m", "ll", "d"]
      where text[(start + 1)...].starts(with: ending.unicodeScalars) {
        return start + 1 + ending.unicodeScalars.count
      }
    }
    // One space belongs to the word behind it.
    let first = text[start] == " " && start + 1 < text.count && kind(text[start + 1]) != .space ? start + 1 : start
    let wanted = kind(text[first])
    var end = first + 1
    while end < text.count, kind(text[end]) == wanted { end += 1 }
    // Of several spaces in front of a word the last is left for it.
    if wanted == .space, end < text.count, end - start > 1 { end -= 1 }
    return end
  }

  private static func kind(_ scalar: Unicode.Scalar) -> Class {
    scalar.isSpace ? .space : scalar.isLetter ? .letter : scalar.isNumber ? .number : .other
  }
}
