import Files

/// Reads the JSON of a safetensors header word by word, without a tree, so that a hostile header costs no more memory
/// than it is long, and is refused at the first word that is wrong.
struct HeaderReader {
  private var scanner: JSONScanner
  private var names: Set<ExactString> = []

  init(_ text: UnsafeRawBufferPointer) { scanner = JSONScanner(text) }

  mutating func read() throws(SafetensorsFailure) -> ([SafetensorsHeader.Tensor], [String: String]) {
    var tensors: [SafetensorsHeader.Tensor] = []
    var metadata: [String: String]?
    try object { (reader, name) throws(SafetensorsFailure) in
      if name == SafetensorsHeader.metadataKey {
        guard metadata == nil else { throw .duplicateMetadata(key: name) }
        metadata = try reader.metadata()
        return
      }
      try Self.check(name: name)
      guard reader.names.insert(ExactString(name)).inserted else { throw .duplicateName(name) }
      guard tensors.count < SafetensorsHeader.largestTensorCount else {
        throw .tooManyTensors(limit: SafetensorsHeader.largestTensorCount)
      }
      tensors.append(try reader.tensor(name))
    }
    try json { (scanner) throws(JSONFailure) in try scanner.finish() }
    return (tensors, metadata ?? [:])
  }

  private static func check(name: String) throws(SafetensorsFailure) {
    guard !name.isEmpty else { throw .invalidName(name, reason: "is empty") }
    guard name.utf8.count <= SafetensorsHeader.largestNameByteCount else {
      throw .invalidName(name, reason: "is longer than \(SafetensorsHeader.largestNameByteCount) bytes")
    }
    guard !name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
      throw .invalidName(name, reason: "has a control character in it")
    }
  }

  private mutating func metadata() throws(SafetensorsFailure) -> [String: String] {
    var result: [String: String] = [:]
    guard scanner.peek() == UInt8(ascii: "{") else { throw .metadataNotText(key: SafetensorsHeader.metadataKey) }
    try object { (reader, key) throws(SafetensorsFailure) in
      guard reader.scanner.peek() == UInt8(ascii: "\"") else { throw .metadataNotText(key: key) }
      let value = try reader.string()
      guard result.updateValue(value, forKey: key) == nil else { throw .duplicateMetadata(key: key) }
    }
    return result
  }

  private mutating func tensor(_ name: String) throws(SafetensorsFailure) -> SafetensorsHeader.Tensor {
    var type: TensorType?
    var shape: [Int]?
    var offsets: [Int]?
    guard scanner.peek() == UInt8(ascii: "{") else {
      throw .wrongType(tensor: name, field: "the entry", expected: "an object")
    }
    try object { (reader, field) throws(SafetensorsFailure) in
      switch field {
      case "dtype":
        guard type == nil else { throw .duplicateField(tensor: name, field: field) }
        type = try reader.type(of: name)
      case "shape":
        guard shape == nil else { throw .duplicateField(tensor: name, field: field) }
        shape = try reader.numbers(of: name, field: field, limit: SafetensorsHeader.largestDimensionCount)
      case "data_offsets":
        guard offsets == nil else { throw .duplicateField(tensor: name, field: field) }
        offsets = try reader.numbers(of: name, field: field, limit: 2)
      default:
        throw .unknownField(tensor: name, field: field)
      }
    }
    guard let type else { throw .missingField(tensor: name, field: "dtype") }
    guard let shape else { throw .missingField(tensor: name, field: "shape") }
    guard let offsets else { throw .missingField(tensor: name, field: "data_offsets") }
    guard offsets.count == 2 else { throw .wrongType(tensor: name, field: "data_offsets", expected: "two numbers") }
    let (begin, end) = (offsets[0], offsets[1])
    guard begin <= end else { throw .reversedOffsets(tensor: name, begin: begin, end: end) }
    var byteCount = type.byteCount
    for dimension in shape {
      let (product, overflows) = byteCount.multipliedReportingOverflow(by: dimension)
      guard !overflows else { throw .sizeOverflow(tensor: name) }
      byteCount = product
    }
    guard byteCount == end - begin else {
      throw .sizeMismatch(tensor: name, shape: shape, expected: byteCount, found: end - begin)
    }
    return SafetensorsHeader.Tensor(name: name, type: type, shape: shape, range: begin..<end)
  }

  private mutating func type(of tensor: String) throws(SafetensorsFailure) -> TensorType {
    guard scanner.peek() == UInt8(ascii: "\"") else {
      throw .wrongType(tensor: tensor, field: "dtype", expected: "a string")
    }
    let name = try string()
    if let type = TensorType(rawValue: name) { return type }
    if TensorType.unsupportedNames.contains(name) { throw .unsupportedType(tensor: tensor, type: name) }
    throw .unknownType(tensor: tensor, type: name)
  }

  /// Reads an array of whole numbers that are not negative.
  private mutating func numbers(of tensor: String, field: String, limit: Int) throws(SafetensorsFailure) -> [Int] {
    guard scanner.accept(UInt8(ascii: "[")) else {
      throw .wrongType(tensor: tensor, field: field, expected: "an array of numbers")
    }
    var numbers: [Int] = []
    if scanner.accept(UInt8(ascii: "]")) { return numbers }
    repeat {
      guard let first = scanner.peek(), first == UInt8(ascii: "-") || first &- UInt8(ascii: "0") < 10 else {
        throw .wrongType(tensor: tensor, field: field, expected: "an array of numbers")
      }
      let number = try json { (scanner) throws(JSONFailure) in try scanner.number() }
      guard let value = number.int, value >= 0 else { throw .invalidNumber(tensor: tensor, field: field) }
      guard numbers.count < limit else {
        throw field == "shape"
          ? .tooManyDimensions(tensor: tensor, limit: limit)
          : .wrongType(tensor: tensor, field: field, expected: "two numbers")
      }
      numbers.append(value)
    } while try json { (scanner) throws(JSONFailure) in try scanner.hasAnother(before: UInt8(ascii: "]")) }
    return numbers
  }

  // MARK: Words

  /// Reads an object, and lets `entry` read the value of each key.
  private mutating func object(
    _ entry: (inout HeaderReader, String) throws(SafetensorsFailure) -> Void
  ) throws(SafetensorsFailure) {
    try json { (scanner) throws(JSONFailure) in try scanner.expect(UInt8(ascii: "{"), "'{'") }
    if scanner.accept(UInt8(ascii: "}")) { return }
    repeat {
      let key = try string()
      try json { (scanner) throws(JSONFailure) in try scanner.expect(UInt8(ascii: ":"), "a colon") }
      try entry(&self, key)
    } while try json { (scanner) throws(JSONFailure) in try scanner.hasAnother(before: UInt8(ascii: "}")) }
  }

  private mutating func string() throws(SafetensorsFailure) -> String {
    try json { (scanner) throws(JSONFailure) in try scanner.string() }
  }

  private mutating func json<Result>(
    _ body: (inout JSONScanner) throws(JSONFailure) -> Result
  ) throws(SafetensorsFailure) -> Result {
    do throws(JSONFailure) {
      return try body(&scanner)
    } catch {
      if case .invalidUTF8(let offset) = error { throw .headerNotUTF8(offset: offset) }
      throw .headerNotJSON(error)
    }
  }
}
