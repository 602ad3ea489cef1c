/// What is wrong with a text that should be JSON, and at which byte.
public enum JSONFailure: Failure, Hashable {
  /// The text ends in the middle of a value.
  case unexpectedEnd(offset: Int)
  /// A byte that cannot stand here.
  case unexpectedByte(UInt8, expected: String, offset: Int)
  /// Something follows the value.
  case trailingBytes(offset: Int)
  /// Bytes in a string that are not UTF-8.
  case invalidUTF8(offset: Int)
  /// A control character that stands in a string unescaped.
  case controlCharacter(UInt8, offset: Int)
  /// A backslash with something after it that JSON does not know.
  case invalidEscape(offset: Int)
  /// One half of a surrogate pair without the other.
  case loneSurrogate(offset: Int)
  /// A number that is not written as JSON writes numbers.
  case invalidNumber(offset: Int)
  /// A number that is too large for a double.
  case numberTooLarge(offset: Int)
  /// A key that stands in one object twice.
  case duplicateKey(String, offset: Int)
  /// Arrays and objects nested more deeply than is allowed.
  case tooDeep(limit: Int, offset: Int)
  /// So many values that holding them would take far more memory than the text is long.
  case tooManyValues(limit: Int, offset: Int)

  /// Bad data, always.
  public var kind: FailureKind { .badData }

  /// The byte at which the trouble is.
  public var offset: Int {
    switch self {
    case .unexpectedEnd(let offset), .unexpectedByte(_, _, let offset), .trailingBytes(let offset),
      .invalidUTF8(let offset), .controlCharacter(_, let offset), .invalidEscape(let offset),
      .loneSurrogate(let offset), .invalidNumber(let offset), .numberTooLarge(let offset),
      .duplicateKey(_, let offset), .tooDeep(_, let offset),
      .tooManyValues(_, let offset):
      offset
    }
  }

  /// One sentence with the byte's offset.
  public var description: String {
    switch self {
    case .unexpectedEnd(let offset):
      "The JSON text ends at byte \(offset) in the middle of a value."
    case .unexpectedByte(let byte, let expected, let offset):
      "The JSON text has \(Self.name(byte)) at byte \(offset), where \(expected) should be."
    case .trailingBytes(let offset):
      "The JSON text goes on at byte \(offset), after its value has ended."
    case .invalidUTF8(let offset):
      "The JSON string that begins at byte \(offset) is not valid UTF-8."
    case .controlCharacter(let byte, let offset):
      "The JSON text has \(Self.name(byte)) inside a string at byte \(offset); it must be escaped."
    case .invalidEscape(let offset):
      "The JSON text has an unknown escape at byte \(offset)."
    case .loneSurrogate(let offset):
      "The JSON text escapes one half of a surrogate pair at byte \(offset), without the other half."
    case .invalidNumber(let offset):
      "The JSON text has a malformed number at byte \(offset)."
    case .numberTooLarge(let offset):
      "The JSON text has a number at byte \(offset) that is too large to be held."
    case .duplicateKey(let key, let offset):
      "The JSON text has the key \(key.quotedForMessage) twice in one object, the second time at byte \(offset)."
    case .tooDeep(let limit, let offset):
      "The JSON text is nested more than \(limit) deep at byte \(offset)."
    case .tooManyValues(let limit, let offset):
      "The JSON text has so many values up to byte \(offset) that they would take more than \(limit) bytes of memory."
    }
  }

  private static func name(_ byte: UInt8) -> String {
    byte > 0x20 && byte < 0x7F
      ? "'\(Character(UnicodeScalar(byte)))'" : "the byte 0x" + String(byte, radix: 16, uppercase: true)
  }
}

extension String {
  /// The text in quotes, at most 300 characters of it, its control characters escaped: for messages about input
  /// that nobody has looked at yet.
  package var quotedForMessage: String {
    var result = "\""
    for (index, scalar) in unicodeScalars.enumerated() {
      if index == 300 { return result + "…\"" }
      let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      let isDirection = (0x2028...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
      if isControl || isDirection {
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
