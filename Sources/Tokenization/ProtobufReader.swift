/// Reads the wire format of Protocol Buffers field by field, without trusting a length.
///
/// Source: protobuf.dev, "Encoding".
struct ProtobufReader {
  /// A field as it stands on the wire.
  struct Field {
    var number: Int
    var value: Value
    /// Where its tag begins.
    var offset: Int
  }

  /// The value of a field.
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case bytes(Range<Int>)
    case fixed32(UInt32)
  }

  private let bytes: [UInt8]
  private let end: Int
  private(set) var offset: Int

  init(_ bytes: [UInt8], in range: Range<Int>) {
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  /// The next field; nil at the end.
  mutating func next() throws(TokenizerFailure) -> Field? {
    guard offset < end else { return nil }
    let start = offset
    let tag = try varint()
    guard let number = Int(exactly: tag >> 3), (1...0x1FFF_FFFF).contains(number) else {
      throw .malformed(offset: start, reason: "a field with the impossible number \(tag >> 3)")
    }
    let value: Value =
      switch tag & 7 {
      case 0: .varint(try varint())
      case 1: .fixed64(try fixed(8))
      case 2: .bytes(try run())
      case 5: .fixed32(UInt32(truncatingIfNeeded: try fixed(4)))
      default: throw .malformed(offset: start, reason: "the unknown wire type \(tag & 7)")
      }
    return Field(number: number, value: value, offset: start)
  }

  private mutating func varint() throws(TokenizerFailure) -> UInt64 {
    let start = offset
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard offset < end else { throw .malformed(offset: start, reason: "a number that breaks off") }
      let byte = bytes[offset]
      offset += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw .malformed(offset: start, reason: "a number of more than ten bytes")
  }

  private mutating func fixed(_ count: Int) throws(TokenizerFailure) -> UInt64 {
    guard end - offset >= count else { throw .malformed(offset: offset, reason: "a number that breaks off") }
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
    offset += count
    return value
  }

  private mutating func run() throws(TokenizerFailure) -> Range<Int> {
    let start = offset
    guard let count = Int(exactly: try varint()), count <= end - offset else {
      throw .malformed(offset: start, reason: "a part that is longer than the file")
    }
    defer { offset += count }
    return offset..<offset + count
  }
}

extension ProtobufReader.Field {
  func integer() throws(TokenizerFailure) -> Int {
    guard case .varint(let value) = value else { throw wrongType("an integer") }
    // Negative numbers are written as 64 bits in two's complement; an int32 is their lower half.
    return Int(Int32(truncatingIfNeeded: value))
  }

  func flag() throws(TokenizerFailure) -> Bool {
    guard case .varint(let value) = value else { throw wrongType("a truth value") }
    return value != 0
  }

  func float() throws(TokenizerFailure) -> Float {
    guard case .fixed32(let value) = value else { throw wrongType("a number of four bytes") }
    return Float(bitPattern: value)
  }

  func run() throws(TokenizerFailure) -> Range<Int> {
    guard case .bytes(let range) = value else { throw wrongType("a run of bytes") }
    return range
  }

  private func wrongType(_ expected: String) -> TokenizerFailure {
    .malformed(offset: offset, reason: "field \(number), which is not \(expected) as it should be,")
  }
}
