/// Turns bytes of a file into plain UTF-8 as they come: checked, without a byte-order mark, with `\n` as line end.
///
/// Nothing else is changed. Bytes that are not UTF-8, and NULs, are an error that names their place; or, when
/// repairing, each becomes U+FFFD and is counted.
struct TextNormalizer {
  /// How many replacement characters were put in.
  private(set) var replacements = 0

  private let path: String
  private let repairs: Bool
  private var pending: [UInt8] = []
  private var offset = 0
  private var skipsLineFeed = false
  private var isAtStart = true

  private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

  init(path: String, repairs: Bool) {
    self.path = path
    self.repairs = repairs
  }

  /// Takes in the next bytes, and appends the text to `text`.
  mutating func append(_ bytes: [UInt8], to text: inout [UInt8], isLast: Bool) throws(CorpusFailure) {
    var input = bytes
    if !pending.isEmpty {
      input = pending + bytes
      pending.removeAll(keepingCapacity: true)
    }
    var position = 0
    if isAtStart {
      if input.count < 4, !isLast {
        pending = input
        return
      }
      isAtStart = false
      position = try lengthOfMark(input)
    }
    text.reserveCapacity(text.count + input.count)
    let count = input.count
    while position < count {
      let plain = Self.endOfPlainText(input, from: position)
      if plain > position {
        var start = position
        if skipsLineFeed, input[position] == 0x0A { start += 1 }
        skipsLineFeed = false
        text.append(contentsOf: input[start..<plain])
        position = plain
        continue
      }
      let byte = input[position]
      if byte == 0x0D {
        text.append(0x0A)
        skipsLineFeed = true
        position += 1
        continue
      }
      skipsLineFeed = false
      if byte == 0 {
        guard repairs else { throw .containsNUL(path: path, offset: offset + position) }
        text.append(contentsOf: Self.replacement)
        replacements += 1
        position += 1
        continue
      }
      let (length, isValid) = Self.character(input, at: position)
      if isValid {
        text.append(contentsOf: input[position..<position + length])
      } else {
        if position + length == count, !isLast, Self.mayGoOn(input[position...]) {
          pending = Array(input[position...])
          break
        }
        guard repairs else { throw .invalidUTF8(path: path, offset: offset + position) }
        text.append(contentsOf: Self.replacement)
        replacements += 1
      }
      position += length
    }
    offset += min(position, count)
  }

  /// How long a byte-order mark is; another encoding's is an error.
  private func lengthOfMark(_ input: [UInt8]) throws(CorpusFailure) -> Int {
    if input.starts(with: [0xEF, 0xBB, 0xBF]) { return 3 }
    if input.starts(with: [0xFF, 0xFE, 0, 0]) || input.starts(with: [0, 0, 0xFE, 0xFF]) {
      throw .otherEncoding(path: path, name: "UTF-32")
    }
    if input.starts(with: [0xFF, 0xFE]) || input.starts(with: [0xFE, 0xFF]) {
      throw .otherEncoding(path: path, name: "UTF-16")
    }
    return 0
  }

  /// Where ASCII other than NUL and carriage return ends.
  private static func endOfPlainText(_ bytes: [UInt8], from start: Int) -> Int {
    bytes.withUnsafeBufferPointer { bytes in
      var position = start
      while position < bytes.count {
        let byte = bytes[position]
        if byte >= 0x80 || byte == 0x0D || byte == 0 { break }
        position += 1
      }
      return position
    }
  }

  /// The length of the character at a place, or of the longest beginning of one (Unicode 15, table 3-7).
  private static func character(_ bytes: [UInt8], at start: Int) -> (length: Int, isValid: Bool) {
    let first = bytes[start]
    let needed: Int
    var range: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0xC2...0xDF: needed = 2
    case 0xE0: (needed, range) = (3, 0xA0...0xBF)
    case 0xED: (needed, range) = (3, 0x80...0x9F)
    case 0xE1...0xEF: needed = 3
    case 0xF0: (needed, range) = (4, 0x90...0xBF)
    case 0xF1...0xF3: needed = 4
    case 0xF4: (needed, range) = (4, 0x80...0x8F)
    default: return (1, false)
    }
    var length = 1
    while length < needed, start + length < bytes.count, range.contains(bytes[start + length]) {
      range = 0x80...0xBF
      length += 1
    }
    return (length, length == needed)
  }

  /// Whether these bytes are the beginning of a character whose rest may come.
  private static func mayGoOn(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = bytes.first else { return false }
    return first >= 0xC2 && first <= 0xF4
  }
}
