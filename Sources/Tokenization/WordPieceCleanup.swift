/// Takes out the spaces that stand in front of punctuation when words are joined by spaces.
package enum WordPieceCleanup {
  /// In this order, each on the result of the one before, as Hugging Face's decoder does it.
  private static let replacements: [(String, String)] = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
    (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
  ]

  package static func clean(_ word: String) -> String {
    // All of them begin with a space or hold an apostrophe behind one.
    guard word.utf8.contains(UInt8(ascii: " ")) else { return word }
    return replacements.reduce(word) { replaceAll($1.0, by: $1.1, in: $0) }
  }

  private static func replaceAll(_ pattern: String, by replacement: String, in text: String) -> String {
    let pattern = Array(pattern.utf8)
    var result: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      if rest.starts(with: pattern) {
        result += replacement.utf8
        rest.removeFirst(pattern.count)
      } else {
        result.append(rest.removeFirst())
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
