/// Puts characters together from bytes that come one by one, and U+FFFD where they are none.
package struct ByteAssembler: Sendable {
  /// Whether each byte that belongs to no character becomes a U+FFFD, as in SentencePiece; otherwise the bytes that
  /// begin a character and break off become one together, as the Unicode standard recommends.
  let replacesEachByte: Bool
  /// Bytes that may still become a character: the beginning of one.
  private var pending: [UInt8] = []

  package init(replacesEachByte: Bool) { self.replacesEachByte = replacesEachByte }

  /// Takes a byte, and appends the characters that are certain now.
  package mutating func append(_ byte: UInt8, to text: inout [UInt8]) {
    pending.append(byte)
    while !pending.isEmpty {
      switch Self.state(of: pending) {
      case .begun:
        return
      case .complete:
        text += pending
        pending = []
      case .broken(let length):
        // The last byte may begin a character of its own; those before it never will.
        text += "\u{FFFD}".utf8
        pending.removeFirst(replacesEachByte ? 1 : length)
      }
    }
  }

  /// Gives up on the bytes that were held back.
  package mutating func flush(to text: inout [UInt8]) {
    for _ in 0..<(replacesEachByte ? pending.count : min(pending.count, 1)) { text += "\u{FFFD}".utf8 }
    pending = []
  }

  private enum State {
    case begun
    case complete
    /// That many bytes are the beginning of a character that breaks off, or one byte that begins none.
    case broken(Int)
  }

  /// What at most four bytes are, after table 3-7 of the Unicode standard.
  private static func state(of bytes: [UInt8]) -> State {
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch bytes[0] {
    case 0x00...0x7F: length = 1
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF:
      length = 3
      if bytes[0] == 0xE0 { second = 0xA0...0xBF }
      if bytes[0] == 0xED { second = 0x80...0x9F }
    case 0xF0...0xF4:
      length = 4
      if bytes[0] == 0xF0 { second = 0x90...0xBF }
      if bytes[0] == 0xF4 { second = 0x80...0x8F }
    default: return .broken(1)
    }
    for (index, byte) in bytes.enumerated().dropFirst() {
      guard (index == 1 ? second : 0x80...0xBF).contains(byte) else { return .broken(index) }
    }
    return bytes.count == length ? .complete : .begun
  }
}
