/// Makes keys of the bytes that a terminal sends: UTF-8, control characters, escape sequences, bracketed paste.
public struct KeyDecoder: Sendable {
  private var pending: [UInt8] = []
  private var isPasting = false

  private static let pasteStart = Array("\u{1B}[200~".utf8)
  private static let pasteEnd = Array("\u{1B}[201~".utf8)

  /// A decoder that has seen nothing.
  public init() {}

  /// Whether bytes were received that are no key yet.
  public var isIncomplete: Bool { !pending.isEmpty }

  /// The keys that are complete with these bytes.
  public mutating func decode(_ bytes: some Sequence<UInt8>) -> [Key] {
    pending += bytes
    var keys: [Key] = []
    while let (key, count) = next() {
      pending.removeFirst(count)
      if let key { keys.append(key) }
    }
    return keys
  }

  /// What the bytes mean if no more follow for a while: a lone escape is nothing, half a character neither.
  public mutating func flush() -> [Key] {
    guard !isPasting else { return [] }
    pending.removeAll()
    return []
  }

  /// The first key of the pending bytes, if it is complete, and how many bytes it has.
  private mutating func next() -> (Key?, Int)? {
    guard let first = pending.first else { return nil }
    if isPasting { return paste() }
    switch first {
    case 0x1B: return escape()
    case 0x00...0x1F, 0x7F: return (Self.control(first), 1)
    default: return character(first)
    }
  }

  private mutating func paste() -> (Key?, Int)? {
    guard let end = pending.firstRange(of: Self.pasteEnd) else { return nil }
    isPasting = false
    let text = String(decoding: pending[..<end.lowerBound], as: UTF8.self)
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\r\n" || $0 == "\r" || $0 == "\n" }
    return (.paste(lines.joined(separator: "\n")), end.upperBound)
  }

  private func character(_ first: UInt8) -> (Key?, Int)? {
    let length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
    // A byte that begins no character is skipped.
    guard length > 0 else { return (nil, 1) }
    guard pending.count >= length else { return nil }
    guard let text = String(validating: pending[..<length], as: UTF8.self) else { return (nil, 1) }
    return (.text(text), length)
  }

  private static func control(_ byte: UInt8) -> Key {
    switch byte {
    case 0x01: .home
    case 0x02: .left
    case 0x03: .interrupt
    case 0x04: .endOfInput
    case 0x05: .end
    case 0x06: .right
    case 0x08, 0x7F: .backspace
    case 0x09: .tab
    case 0x0A, 0x0D: .enter
    case 0x0B: .deleteToEnd
    case 0x0C: .clearScreen
    case 0x0E: .down
    case 0x10: .up
    case 0x14: .transpose
    case 0x15: .deleteToStart
    case 0x17: .deleteWordBackward
    case 0x19: .yank
    case 0x1A: .suspend
    default: .unknown
    }
  }

  private mutating func escape() -> (Key?, Int)? {
    guard pending.count > 1 else { return nil }
    switch pending[1] {
    case UInt8(ascii: "["):
      // Parameters, then one final byte from @ to ~.
      guard let end = pending.indices.dropFirst(2).first(where: { (0x40...0x7E).contains(pending[$0]) }) else {
        // No sequence is so long: these are no keys.
        return pending.count > 32 ? (.unknown, pending.count) : nil
      }
      if pending[...end].elementsEqual(Self.pasteStart) {
        isPasting = true
        return (nil, end + 1)
      }
      return (Self.sequence(String(decoding: pending[2...end], as: UTF8.self)), end + 1)
    case UInt8(ascii: "O"):
      guard pending.count > 2 else { return nil }
      return (Self.sequence(String(UnicodeScalar(pending[2]))), 3)
    case UInt8(ascii: "b"), UInt8(ascii: "B"): return (.wordLeft, 2)
    case UInt8(ascii: "f"), UInt8(ascii: "F"): return (.wordRight, 2)
    case UInt8(ascii: "d"), UInt8(ascii: "D"): return (.deleteWord, 2)
    case 0x7F, 0x08: return (.deleteWordBackward, 2)
    case 0x1B: return (nil, 1)
    default: return (.unknown, 2)
    }
  }

  private static func sequence(_ text: String) -> Key {
    switch text {
    case "A": .up
    case "B": .down
    case "C": .right
    case "D": .left
    case "H", "1~", "7~": .home
    case "F", "4~", "8~": .end
    case "3~": .delete
    case "1;5C", "1;3C", "5C": .wordRight
    case "1;5D", "1;3D", "5D": .wordLeft
    case "3;5~", "3;3~": .deleteWord
    default: .unknown
    }
  }
}
