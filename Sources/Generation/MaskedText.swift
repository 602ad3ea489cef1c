import Tokenization

/// A text with gaps, as tokens.
struct MaskedText {
  /// The tokens, the mask token at each gap.
  var tokens: [Int32]
  /// Where the gaps are.
  var gaps: [Int]

  /// Reads a text in which the tokenizer's mask piece, or `<mask>` or `[MASK]`, stands for a gap.
  init(_ text: String, tokenizer: Tokenizer) throws(GenerationFailure) {
    let special = tokenizer.special
    guard let mask = special.mask else { throw .missingToken("mask") }
    let spelling = tokenizer.piece(mask)
    let parts = Self.split(text, at: [spelling, "<mask>", "[MASK]"])
    guard parts.count > 1 else { throw .noMask(spelling: spelling) }
    tokens = (special.classification ?? special.begin).map { [$0] } ?? []
    gaps = []
    for (index, part) in parts.enumerated() {
      var part = part
      // The token in a gap brings the space before it, as every word does.
      if index < parts.count - 1, part.last == " " { part.removeLast() }
      tokens += index == 0 ? tokenizer.encode(String(part)) : tokenizer.encodeContinuation(String(part))
      if index < parts.count - 1 {
        gaps.append(tokens.count)
        tokens.append(mask)
      }
    }
    if let separator = special.separator ?? special.end { tokens.append(separator) }
  }

  /// The parts of a text between masks.
  private static func split(_ text: String, at spellings: [String]) -> [Substring] {
    let bytes = Array(text.utf8)
    let marks = spellings.map { Array($0.utf8) }.filter { !$0.isEmpty }
    var parts: [Substring] = []
    var start = 0
    var index = 0
    while index < bytes.count {
      if let mark = marks.first(where: { bytes[index...].starts(with: $0) }) {
        parts.append(Substring(decoding: bytes[start..<index], as: UTF8.self))
        index += mark.count
        start = index
      } else {
        index += 1
      }
    }
    return parts + [Substring(decoding: bytes[start...], as: UTF8.self)]
  }
}
