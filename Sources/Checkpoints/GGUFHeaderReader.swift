import Files

/// Reads the head of a GGUF file word by word, without trusting a length.
struct GGUFHeaderReader {
  private let file: ReadableFile
  private(set) var position = 0
  /// The bytes that were read ahead, and where they begin in the file.
  private var ahead: [UInt8] = []
  private var aheadStart = 0

  private static let pieceByteCount = 1 << 16
  private static let longestString = 1 << 24
  private static let mostElements = 1 << 24

  init(_ file: ReadableFile) { self.file = file }

  func malformed(_ reason: String) -> GGUFFileFailure {
    .malformed(path: file.path, offset: position, reason: reason)
  }

  /// The next bytes.
  mutating func bytes(_ count: Int) throws -> [UInt8] {
    guard count <= file.byteCount - position else { throw malformed("a part that is longer than the file") }
    if position + count > aheadStart + ahead.count {
      aheadStart = position
      ahead = try file.read(at: position, count: min(file.byteCount - position, max(count, Self.pieceByteCount)))
    }
    let start = position - aheadStart
    position += count
    return Array(ahead[start..<start + count])
  }

  /// The next number, little-endian.
  mutating func word<Word: FixedWidthInteger>(_ type: Word.Type) throws -> Word {
    let bytes = try bytes(MemoryLayout<Word>.size)
    return Word(littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(as: Word.self) })
  }

  /// The next count of something.
  mutating func count(limit: Int, _ what: String) throws -> Int {
    let count = try word(UInt64.self)
    guard count <= UInt64(limit) else { throw malformed("\(count) \(what), where at most \(limit) are possible,") }
    return Int(count)
  }

  /// The next string.
  mutating func string(limit: Int = longestString) throws -> String {
    let count = try count(limit: limit, "bytes of a string")
    guard let text = String(validating: try bytes(count), as: UTF8.self) else {
      throw malformed("a string that is not UTF-8")
    }
    return text
  }

  /// The next value with its type before it.
  mutating func value() throws -> GGUFContent.Value {
    let type = try word(UInt32.self)
    guard type == 9 else { return try scalar(type) }
    let elementType = try word(UInt32.self)
    guard let smallest = Self.smallestByteCount(elementType) else {
      throw malformed("an array of the type \(elementType), which there is not or cannot be in one,")
    }
    let count = try count(limit: min(Self.mostElements, (file.byteCount - position) / smallest), "elements of an array")
    switch elementType {
    case 6, 12: return .numbers(try elements(count) { reader in Float(try reader.number(elementType)) })
    case 7: return .bools(try elements(count) { reader in try reader.bool() })
    case 8: return .strings(try elements(count) { reader in try reader.string() })
    case 0, 1: return .bytes(try elements(count) { reader in Int16(try reader.integer(elementType)) })
    default: return .integers(try elements(count) { reader in try reader.integer(elementType) })
    }
  }

  /// The next description of a tensor, and where it begins behind the head.
  mutating func tensor() throws -> (tensor: GGUFContent.Tensor, offset: Int) {
    let name = try string(limit: 63)
    guard !name.isEmpty, !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
      throw malformed("a tensor whose name is empty or has control characters")
    }
    let dimensions = Int(try word(UInt32.self))
    guard (1...4).contains(dimensions) else { throw malformed("a tensor of \(dimensions) dimensions") }
    var shape: [Int] = []
    var numbers = 1
    for _ in 0..<dimensions {
      let size = try word(UInt64.self)
      // All that a file of this length could hold at 34 bytes for 32 numbers.
      guard size > 0, size <= UInt64(Int32.max) else { throw malformed("a tensor with a dimension of \(size)") }
      let (product, overflows) = numbers.multipliedReportingOverflow(by: Int(size))
      guard !overflows, product <= file.byteCount else { throw malformed("a tensor that is larger than the file") }
      numbers = product
      shape.append(Int(size))
    }
    let code = try word(UInt32.self)
    guard let type = GGUFTensorType(rawValue: code) else {
      throw GGUFFileFailure.tensorType(path: file.path, tensor: name, type: Int(code))
    }
    guard type != .q8_0 || shape[0] % 32 == 0 else { throw malformed("a row that is no multiple of a block of 32") }
    let offset = try word(UInt64.self)
    guard offset <= UInt64(file.byteCount) else {
      throw GGUFFileFailure.place(
        path: file.path, tensor: name, reason: "its offset is \(offset), and the file has \(file.byteCount) bytes")
    }
    return (.init(name: name, shape: shape.reversed(), type: type, range: 0..<0), Int(offset))
  }

  // MARK: Values

  private static func smallestByteCount(_ type: UInt32) -> Int? {
    switch type {
    case 0, 1, 7: 1
    case 2, 3: 2
    case 4, 5, 6: 4
    case 8, 10, 11, 12: 8
    default: nil
    }
  }

  private mutating func elements<Element>(
    _ count: Int, _ each: (inout GGUFHeaderReader) throws -> Element
  ) throws -> [Element] {
    var result: [Element] = []
    result.reserveCapacity(count)
    for _ in 0..<count { result.append(try each(&self)) }
    return result
  }

  private mutating func scalar(_ type: UInt32) throws -> GGUFContent.Value {
    switch type {
    case 6, 12: return .number(try number(type))
    case 7: return .bool(try bool())
    case 8: return .string(try string())
    case 0...5, 10, 11: return .integer(try integer(type))
    default: throw malformed("a value of the type \(type), which there is not,")
    }
  }

  private mutating func number(_ type: UInt32) throws -> Double {
    // The shortest decimal number that is this float: 1e-5 and not 9.99999974737875e-06.
    type == 6
      ? Double(Float(bitPattern: try word(UInt32.self)).description) ?? .nan
      : Double(bitPattern: try word(UInt64.self))
  }

  private mutating func bool() throws -> Bool {
    let byte = try word(UInt8.self)
    guard byte < 2 else { throw malformed("the truth value \(byte)") }
    return byte == 1
  }

  private mutating func integer(_ type: UInt32) throws -> Int {
    switch type {
    case 0: return Int(try word(UInt8.self))
    case 1: return Int(try word(Int8.self))
    case 2: return Int(try word(UInt16.self))
    case 3: return Int(try word(Int16.self))
    case 4: return Int(try word(UInt32.self))
    case 5: return Int(try word(Int32.self))
    case 10:
      let value = try word(UInt64.self)
      guard let number = Int(exactly: value) else { throw malformed("the number \(value), which is too large,") }
      return number
    default: return Int(try word(Int64.self))
    }
  }
}
