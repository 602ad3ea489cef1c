/// What some tokenizers do to a text before SentencePiece sees it: ALBERT's, as Hugging Face has it.
///
/// It is kept in a model's file in an extension field of its normalizer, which SentencePiece leaves to its users.
struct TextPreparation: OptionSet, Sendable, Hashable {
  let rawValue: Int

  /// Two backticks and two apostrophes become a quotation mark.
  static let plainQuotes = TextPreparation(rawValue: 1)
  /// Characters are taken apart, and their accents taken out.
  static let stripsAccents = TextPreparation(rawValue: 2)
  /// Capitals become small letters.
  static let lowercases = TextPreparation(rawValue: 4)

  static let all: TextPreparation = [.plainQuotes, .stripsAccents, .lowercases]

  /// The prepared text.
  ///
  /// - Parameter characterMap: a table that makes compatible characters one (NFKC); what it makes, taken apart, is the
  ///   text taken apart by compatibility (NFKD).
  func apply(to text: UnsafeRawBufferPointer, characterMap: [UInt8]) -> [UInt8] {
    var bytes = Array(text)
    if contains(.plainQuotes) { bytes = Self.replacingQuotes(in: bytes) }
    if contains(.stripsAccents) {
      let composed = String(decoding: CharacterMap.replacing(in: bytes, by: characterMap), as: UTF8.self)
      // Of what NFKC changes, SentencePiece's tables leave out one character: the wide tilde.
      let kept = composed.canonicallyDecomposed.filter { !$0.isMark }.map { $0 == "\u{FF5E}" ? "~" : $0 }
      bytes = Array(String(String.UnicodeScalarView(kept)).utf8)
    }
    if contains(.lowercases) {
      // One character at a time: unlike Swift's own lowercasing, a sigma does not look at its neighbours.
      bytes = String(decoding: bytes, as: UTF8.self).unicodeScalars.flatMap {
        Array($0.properties.lowercaseMapping.utf8)
      }
    }
    return bytes
  }

  private static func replacingQuotes(in bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    // Backticks first, then apostrophes; neither makes the other.
    for byte in bytes {
      if byte == UInt8(ascii: "`") || byte == UInt8(ascii: "'"), result.last == byte {
        result[result.count - 1] = UInt8(ascii: "\"")
      } else {
        result.append(byte)
      }
    }
    return result
  }
}

extension CharacterMap {
  /// A text with the longest keys of a sound table replaced, from its beginning on.
  static func replacing(in text: [UInt8], by table: [UInt8]) -> [UInt8] {
    guard table.count > 4 else { return text }
    let trieBytes = Int(word(at: 0, in: table))
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var position = 0
    while position < text.count {
      var index = 0
      var found: (end: Int, value: Int)?
      for end in position..<text.count {
        index ^= unit(index, in: table).offset ^ Int(text[end])
        let unit = unit(index, in: table)
        guard unit.label == UInt32(text[end]) else { break }
        if unit.endsKey { found = (end + 1, self.unit(index ^ unit.offset, in: table).value) }
      }
      if let found {
        result += table[(4 + trieBytes + found.value)...].prefix { $0 != 0 }
        position = found.end
      } else {
        // A whole character, so that no key is found inside of it.
        repeat {
          result.append(text[position])
          position += 1
        } while position < text.count && text[position] & 0xC0 == 0x80
      }
    }
    return result
  }

  private static func unit(_ index: Int, in table: [UInt8]) -> Unit { Unit(bits: word(at: 4 + 4 * index, in: table)) }
}
