import Files

/// What a safetensors file says about its content: which tensors there are, of which type and shape, and where.
///
/// The format is a length (8 bytes, little-endian), a JSON object, and the numbers one tensor behind the other. A header
/// is read completely, and checked against the length of the file, before any memory is taken for numbers.
public struct SafetensorsHeader: Sendable, Equatable {
  /// One tensor.
  public struct Tensor: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// The type of its numbers.
    public var type: TensorType
    /// Its dimensions; none for a single number.
    public var shape: [Int]
    /// Where its bytes are, counted from the first byte after the header.
    public var range: Range<Int>

    /// How many numbers.
    public var count: Int { range.count / type.byteCount }
  }

  /// The tensors in the order of their bytes.
  public private(set) var tensors: [Tensor] = []
  /// Free text, such as `format`: `pt`.
  public private(set) var metadata: [String: String] = [:]

  /// The longest header that the format allows.
  public static let largestByteCount = 100_000_000
  /// The most tensors that are accepted.
  public static let largestTensorCount = 65_536
  static let largestDimensionCount = 16
  static let largestNameByteCount = 256
  static let metadataKey = "__metadata__"

  /// A tensor by its name; nil where there is none.
  public func tensor(named name: String) -> Tensor? { tensors.first { $0.name.isExactly(name) } }

  // MARK: Reading

  /// Reads a header, and checks everything that it says.
  ///
  /// - Parameters:
  ///   - text: the JSON object, with the spaces that may follow it.
  ///   - dataByteCount: how many bytes there are after the header.
  public init(parsing text: UnsafeRawBufferPointer, dataByteCount: Int) throws(SafetensorsFailure) {
    guard text.first == UInt8(ascii: "{") else { throw .headerBegin(text.first) }
    var reader = HeaderReader(text)
    (tensors, metadata) = try reader.read()
    try checkRanges(dataByteCount: dataByteCount)
  }

  /// The length of a header from the first 8 bytes of its file.
  static func byteCount(prefix: UInt64, fileByteCount: Int) throws(SafetensorsFailure) -> Int {
    guard prefix <= UInt64(largestByteCount) else { throw .headerTooLarge(bytes: prefix, limit: largestByteCount) }
    let byteCount = Int(prefix)
    guard byteCount <= fileByteCount - 8 else {
      throw .headerLongerThanFile(header: byteCount, file: fileByteCount)
    }
    return byteCount
  }

  /// Sorts the tensors by their bytes, which must follow each other from the first to the last without gaps.
  private mutating func checkRanges(dataByteCount: Int) throws(SafetensorsFailure) {
    tensors.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var end = 0
    for tensor in tensors {
      let begin = tensor.range.lowerBound
      guard begin >= end else { throw .overlap(tensor: tensor.name, begin: begin, expected: end) }
      guard begin == end else { throw .hole(tensor: tensor.name, begin: begin, expected: end) }
      end = tensor.range.upperBound
    }
    guard end <= dataByteCount else { throw .dataTooShort(expected: end, found: dataByteCount) }
    guard end == dataByteCount else { throw .trailingBytes(expected: end, found: dataByteCount) }
  }

  // MARK: Writing

  /// A header for tensors that are to be written; they are sorted as the reference does it: larger types first, then by
  /// name.
  public init(tensors: [(name: String, type: TensorType, shape: [Int])], metadata: [String: String]) {
    let sorted = tensors.sorted {
      $0.type.byteCount != $1.type.byteCount
        ? $0.type.byteCount > $1.type.byteCount : $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
    }
    var position = 0
    for tensor in sorted {
      let end = position + tensor.shape.reduce(tensor.type.byteCount, *)
      self.tensors.append(Tensor(name: tensor.name, type: tensor.type, shape: tensor.shape, range: position..<end))
      position = end
    }
    self.metadata = metadata
  }

  /// The length and the JSON object, followed by spaces so that the numbers begin at a multiple of 8.
  public var bytes: [UInt8] {
    var object = JSONObject()
    if !metadata.isEmpty {
      var values = JSONObject()
      for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { values[key] = .string(value) }
      object[Self.metadataKey] = .object(values)
    }
    for tensor in tensors {
      object[tensor.name] = [
        "dtype": .string(tensor.type.rawValue), "shape": .array(tensor.shape.map { .integer($0) }),
        "data_offsets": [.integer(tensor.range.lowerBound), .integer(tensor.range.upperBound)],
      ]
    }
    var text = JSONValue.object(object).bytes()
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
  }
}
