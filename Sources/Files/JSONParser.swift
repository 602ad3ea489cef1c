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
    var reader = JSONTreeReader(text, depth: min(max(depth, 0), Self.deepestNesting))
    self = try reader.value(remainingDepth: reader.limit)
    try reader.finish()
  }
}

/// Builds the tree of a JSON text, and counts the memory that it takes.
private struct JSONTreeReader {
  private var scanner: JSONScanner
  /// The bytes that the tree may still take.
  ///
  /// An element of two bytes takes 24 in an array; so a text is refused that would take more than twice its length and a
  /// part that any text may take. Texts with names and words in them take less.
  private var room: Int
  private let longest: Int
  let limit: Int

  private static let roomOfAnyText = 24 << 20
  // Arrays grow by doubling, so half of their room is empty on average.
  private static let element = MemoryLayout<JSONValue>.stride * 3 / 2
  private static let key = MemoryLayout<String>.stride * 3 / 2 + 12
  private static let container = 64
  private static let longestInlineString = 15

  init(_ text: UnsafeRawBufferPointer, depth: Int) {
    scanner = JSONScanner(text)
    limit = depth
    longest = 2 * text.count + Self.roomOfAnyText
    room = longest
  }

  mutating func finish() throws(JSONFailure) { try scanner.finish() }

  mutating func value(remainingDepth: Int) throws(JSONFailure) -> JSONValue {
    guard let byte = scanner.peek() else { throw .unexpectedEnd(offset: scanner.offset) }
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard remainingDepth > 0 else { throw .tooDeep(limit: limit, offset: scanner.offset) }
      return byte == UInt8(ascii: "{")
        ? try .object(object(remainingDepth: remainingDepth - 1))
        : try .array(array(remainingDepth: remainingDepth - 1))
    case UInt8(ascii: "\""):
      return try .string(string())
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

  private mutating func array(remainingDepth: Int) throws(JSONFailure) -> [JSONValue] {
    try scanner.expect(UInt8(ascii: "["), "'['")
    var elements: [JSONValue] = []
    if scanner.accept(UInt8(ascii: "]")) { return elements }
    try take(Self.container)
    repeat {
      try take(Self.element)
      elements.append(try value(remainingDepth: remainingDepth))
    } while try scanner.hasAnother(before: UInt8(ascii: "]"))
    return elements
  }

  private mutating func object(remainingDepth: Int) throws(JSONFailure) -> JSONObject {
    try scanner.expect(UInt8(ascii: "{"), "'{'")
    var object = JSONObject()
    if scanner.accept(UInt8(ascii: "}")) { return object }
    try take(2 * Self.container)
    repeat {
      _ = scanner.peek()
      let start = scanner.offset
      try take(Self.key + Self.element)
      let key = try string()
      try scanner.expect(UInt8(ascii: ":"), "a colon")
      let value = try value(remainingDepth: remainingDepth)
      guard object.appendIfNew(key, value) else { throw .duplicateKey(key, offset: start) }
    } while try scanner.hasAnother(before: UInt8(ascii: "}"))
    return object
  }

  private mutating func string() throws(JSONFailure) -> String {
    let text = try scanner.string()
    let count = text.utf8.count
    if count > Self.longestInlineString { try take(count + Self.container / 2) }
    return text
  }

  private mutating func take(_ bytes: Int) throws(JSONFailure) {
    room -= bytes
    guard room >= 0 else { throw .tooManyValues(limit: longest, offset: scanner.offset) }
  }
}
