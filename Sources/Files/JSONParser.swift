extension JSONValue {
  /// The deepest nesting that any caller can ask for: the reader calls itself, and stacks are finite.
  public static let deepestNesting = 512

  /// Reads a JSON text strictly after RFC 8259: no duplicate keys, no bad UTF-8, nothing after the value, no numbers
  /// that do not fit a double, no comments, no byte order mark.
  ///
  /// - Parameters:
  ///   - text: UTF-8.
  ///   - depth: how deep arrays and objects may nest.
  public init(parsing text: [UInt8], depth: Int = 64) throws(JSONFailure) {
    self = try text.withUnsafeBufferPointer { (buffer) throws(JSONFailure) -> JSONValue in
      try JSONValue(parsing: UnsafeRawBufferPointer(buffer), depth: depth)
    }
  }

  /// Reads a JSON text.
  public init(parsing text: String, depth: Int = 64) throws(JSONFailure) {
    try self.init(parsing: Array(text.utf8), depth: depth)
  }

  /// Reads a JSON text from memory.
  public init(parsing text: UnsafeRawBufferPointer, depth: Int = 64) throws(JSONFailure) {
    var scanner = JSONScanner(text)
    let limit = min(max(depth, 0), Self.deepestNesting)
    self = try Self.value(from: &scanner, remainingDepth: limit, limit: limit)
    try scanner.finish()
  }

  private static func value(
    from scanner: inout JSONScanner, remainingDepth: Int, limit: Int
  ) throws(JSONFailure) -> JSONValue {
    guard let byte = scanner.peek() else { throw .unexpectedEnd(offset: scanner.offset) }
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard remainingDepth > 0 else { throw .tooDeep(limit: limit, offset: scanner.offset) }
      return byte == UInt8(ascii: "{")
        ? try .object(object(from: &scanner, remainingDepth: remainingDepth - 1, limit: limit))
        : try .array(array(from: &scanner, remainingDepth: remainingDepth - 1, limit: limit))
    case UInt8(ascii: "\""):
      return try .string(scanner.string())
    case UInt8(ascii: "t"):
      try scanner.literal("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try scanner.literal("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try scanner.literal("null")
      return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return try scanner.number()
    default:
      throw .unexpectedByte(byte, expected: "a value", offset: scanner.offset)
    }
  }

  private static func array(
    from scanner: inout JSONScanner, remainingDepth: Int, limit: Int
  ) throws(JSONFailure) -> [JSONValue] {
    try scanner.expect(UInt8(ascii: "["), "'['")
    var elements: [JSONValue] = []
    if scanner.accept(UInt8(ascii: "]")) { return elements }
    repeat {
      elements.append(try value(from: &scanner, remainingDepth: remainingDepth, limit: limit))
    } while try scanner.hasAnother(before: UInt8(ascii: "]"))
    return elements
  }

  private static func object(
    from scanner: inout JSONScanner, remainingDepth: Int, limit: Int
  ) throws(JSONFailure) -> JSONObject {
    try scanner.expect(UInt8(ascii: "{"), "'{'")
    var object = JSONObject()
    if scanner.accept(UInt8(ascii: "}")) { return object }
    repeat {
      _ = scanner.peek()
      let start = scanner.offset
      let key = try scanner.string()
      try scanner.expect(UInt8(ascii: ":"), "a colon")
      let value = try value(from: &scanner, remainingDepth: remainingDepth, limit: limit)
      guard object.appendIfNew(key, value) else { throw .duplicateKey(key, offset: start) }
    } while try scanner.hasAnother(before: UInt8(ascii: "}"))
    return object
  }
}
