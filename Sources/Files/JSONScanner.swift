/// Reads the words of a JSON text one by one, strictly after RFC 8259.
///
/// `JSONValue` builds its tree with it; a reader that knows what it expects can do without the tree.
package struct JSONScanner {
  private let bytes: UnsafeRawBufferPointer
  /// The next byte to be read.
  package private(set) var offset = 0

  /// Scans memory that outlives the scanner.
  package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next byte that is not white space; nil at the end.
  package mutating func peek() -> UInt8? {
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): offset += 1
      case let byte: return byte
      }
    }
    return nil
  }

  /// Reads one punctuation mark.
  package mutating func expect(_ byte: UInt8, _ name: String) throws(JSONFailure) {
    guard let found = peek() else { throw .unexpectedEnd(offset: offset) }
    guard found == byte else { throw .unexpectedByte(found, expected: name, offset: offset) }
    offset += 1
  }

  /// Reads one punctuation mark, if it is next.
  package mutating func accept(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    offset += 1
    return true
  }

  /// Reads a comma or the closing mark of an array or object, and says whether there is another element.
  package mutating func hasAnother(before closing: UInt8) throws(JSONFailure) -> Bool {
    guard let byte = peek() else { throw .unexpectedEnd(offset: offset) }
    guard byte == closing || byte == UInt8(ascii: ",") else {
      throw .unexpectedByte(byte, expected: "a comma or '\(Character(UnicodeScalar(closing)))'", offset: offset)
    }
    offset += 1
    return byte != closing
  }

  /// Reads a literal: `true`, `false`, `null`.
  package mutating func literal(_ text: StaticString) throws(JSONFailure) {
    for index in 0..<text.utf8CodeUnitCount {
      guard offset < bytes.count else { throw .unexpectedEnd(offset: offset) }
      guard bytes[offset] == text.utf8Start[index] else {
        throw .unexpectedByte(bytes[offset], expected: "\(text)", offset: offset)
      }
      offset += 1
    }
  }

  /// Makes sure that only white space is left.
  package mutating func finish() throws(JSONFailure) {
    if peek() != nil { throw .trailingBytes(offset: offset) }
  }

  // MARK: Strings

  /// Reads a string with its quotes.
  package mutating func string() throws(JSONFailure) -> String {
    try expect(UInt8(ascii: "\""), "a string")
    let start = offset
    try skipPlainCharacters()
    if bytes[offset] == UInt8(ascii: "\"") {
      let range = start..<offset
      offset += 1
      return try text(UnsafeRawBufferPointer(rebasing: bytes[range]), start: start)
    }
    return try escapedString(start: start)
  }

  /// Goes to the next quote or backslash.
  private mutating func skipPlainCharacters() throws(JSONFailure) {
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
      if byte < 0x20 { throw .controlCharacter(byte, offset: offset) }
      offset += 1
    }
    throw .unexpectedEnd(offset: offset)
  }

  private func text(_ content: UnsafeRawBufferPointer, start: Int) throws(JSONFailure) -> String {
    guard let text = String(validating: content, as: UTF8.self) else { throw .invalidUTF8(offset: start) }
    return text
  }

  private mutating func escapedString(start: Int) throws(JSONFailure) -> String {
    var content = [UInt8](bytes[start..<offset])
    while bytes[offset] != UInt8(ascii: "\"") {
      try escape(into: &content)
      let plain = offset
      try skipPlainCharacters()
      content.append(contentsOf: bytes[plain..<offset])
    }
    offset += 1
    guard let text = String(validating: content, as: UTF8.self) else { throw .invalidUTF8(offset: start) }
    return text
  }

  /// Reads one escape, of which the backslash is next.
  private mutating func escape(into content: inout [UInt8]) throws(JSONFailure) {
    let start = offset
    guard offset + 1 < bytes.count else { throw .unexpectedEnd(offset: bytes.count) }
    offset += 2
    switch bytes[offset - 1] {
    case UInt8(ascii: "\""): content.append(UInt8(ascii: "\""))
    case UInt8(ascii: "\\"): content.append(UInt8(ascii: "\\"))
    case UInt8(ascii: "/"): content.append(UInt8(ascii: "/"))
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"):
      var value = try hexadecimal(start: start)
      if value & 0xFC00 == 0xD800 {
        for (index, expected) in [UInt8(ascii: "\\"), UInt8(ascii: "u")].enumerated() {
          guard offset + index < bytes.count else { throw .unexpectedEnd(offset: bytes.count) }
          guard bytes[offset + index] == expected else { throw .loneSurrogate(offset: start) }
        }
        offset += 2
        let low = try hexadecimal(start: offset - 2)
        guard low & 0xFC00 == 0xDC00 else { throw .loneSurrogate(offset: start) }
        value = 0x10000 + (value & 0x3FF) << 10 + (low & 0x3FF)
      }
      guard let scalar = UnicodeScalar(value) else { throw .loneSurrogate(offset: start) }
      content.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default: throw .invalidEscape(offset: start)
    }
  }

  private mutating func hexadecimal(start: Int) throws(JSONFailure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard offset < bytes.count else { throw .unexpectedEnd(offset: offset) }
      guard let digit = Character(UnicodeScalar(bytes[offset])).hexDigitValue else {
        throw .invalidEscape(offset: start)
      }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    return value
  }

  // MARK: Numbers

  /// Reads a number: an integer where it is written as one and fits, otherwise a double.
  package mutating func number() throws(JSONFailure) -> JSONValue {
    guard peek() != nil else { throw .unexpectedEnd(offset: offset) }
    let start = offset
    _ = acceptNext(UInt8(ascii: "-"))
    let integerStart = offset
    let digits = skipDigits()
    // A leading zero stands alone.
    guard digits == 1 || (digits > 1 && bytes[integerStart] != UInt8(ascii: "0")) else {
      throw .invalidNumber(offset: start)
    }
    var isInteger = true
    if acceptNext(UInt8(ascii: ".")) {
      isInteger = false
      guard skipDigits() > 0 else { throw .invalidNumber(offset: start) }
    }
    if acceptNext(UInt8(ascii: "e")) || acceptNext(UInt8(ascii: "E")) {
      isInteger = false
      if !acceptNext(UInt8(ascii: "+")) { _ = acceptNext(UInt8(ascii: "-")) }
      guard skipDigits() > 0 else { throw .invalidNumber(offset: start) }
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    // Minus zero is a double's; an integer would lose its sign.
    if isInteger, let value = Int(text), value != 0 || text == "0" { return .integer(value) }
    guard let value = Double(text), value.isFinite else { throw .numberTooLarge(offset: start) }
    return .number(value)
  }

  private mutating func acceptNext(_ byte: UInt8) -> Bool {
    guard offset < bytes.count, bytes[offset] == byte else { return false }
    offset += 1
    return true
  }

  private mutating func skipDigits() -> Int {
    let start = offset
    while offset < bytes.count, bytes[offset] &- UInt8(ascii: "0") < 10 { offset += 1 }
    return offset - start
  }
}
