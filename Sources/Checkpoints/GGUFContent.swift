import Files

/// What stands in a GGUF file: its metadata, and where its tensors are.
///
/// Everything is checked before memory is taken for it: no length, count or offset is trusted. The format is specified
/// in ggml's `docs/gguf.md`.
struct GGUFContent {
  /// A value of the metadata; whole numbers of all widths are one kind, but arrays of those with 8 bits, of which there
  /// may be many.
  enum Value: Equatable {
    case integer(Int), number(Double), bool(Bool), string(String)
    case integers([Int]), bytes([Int16]), numbers([Float]), bools([Bool]), strings([String])
  }

  /// A tensor as the file describes it.
  struct Tensor {
    var name: String
    /// Outermost first.
    var shape: [Int]
    var type: GGUFTensorType
    /// Its bytes, from the beginning of the file.
    var range: Range<Int>

    var columns: Int { shape.last ?? 1 }
    var rows: Int { shape.dropLast().reduce(1, *) }
  }

  let file: ReadableFile
  private(set) var values: [ExactString: Value] = [:]
  private(set) var tensors: [ExactString: Tensor] = [:]
  /// The keys in the order of the file.
  private(set) var keys: [String] = []
  /// The names of the tensors in the order of the file.
  private(set) var names: [String] = []

  static let largestCount = 65_536
  private static let defaultAlignment = 32
  private static let largestAlignment = 65_536

  /// Opens a file and reads its head.
  init(_ path: String) throws {
    file = try ReadableFile(path)
    var reader = GGUFHeaderReader(file)
    guard try file.byteCount >= 24 && reader.bytes(4) == Array("GGUF".utf8) else {
      throw GGUFFileFailure.notGGUF(path: path)
    }
    let version = Int(try reader.word(UInt32.self))
    guard (2...3).contains(version) else { throw GGUFFileFailure.version(path: path, found: version) }
    let tensorCount = try reader.count(limit: Self.largestCount, "tensors")
    let valueCount = try reader.count(limit: Self.largestCount, "keys")
    for _ in 0..<valueCount {
      let key = try reader.string(limit: 4096)
      guard !key.isEmpty else { throw reader.malformed("an empty key") }
      guard values.updateValue(try reader.value(), forKey: ExactString(key)) == nil else {
        throw GGUFFileFailure.duplicateKey(path: path, key: key)
      }
      keys.append(key)
    }
    try readTensors(tensorCount, &reader)
  }

  subscript(key: String) -> Value? { values[ExactString(key)] }

  /// A tensor by its name.
  func tensor(_ name: String) -> Tensor? { tensors[ExactString(name)] }

  private mutating func readTensors(_ count: Int, _ reader: inout GGUFHeaderReader) throws {
    var found: [(tensor: Tensor, offset: Int)] = []
    for _ in 0..<count {
      let tensor = try reader.tensor()
      guard tensors.updateValue(tensor.tensor, forKey: ExactString(tensor.tensor.name)) == nil else {
        throw GGUFFileFailure.duplicateTensor(path: file.path, tensor: tensor.tensor.name)
      }
      found.append(tensor)
    }
    let alignment = try alignment()
    func aligned(_ position: Int) -> Int { (position + alignment - 1) / alignment * alignment }
    let start = aligned(reader.position)
    // Each tensor follows the one before, so none lies over another.
    var expected = 0
    for (tensor, offset) in found {
      func refuse(_ reason: String) -> GGUFFileFailure {
        .place(path: file.path, tensor: tensor.name, reason: reason)
      }
      guard offset == expected else { throw refuse("its offset is \(offset), and \(expected) is expected") }
      let byteCount = tensor.type.byteCount(tensor.columns) * tensor.rows
      guard start + offset + byteCount <= file.byteCount else {
        throw refuse("it ends at byte \(start + offset + byteCount), and the file has \(file.byteCount)")
      }
      tensors[ExactString(tensor.name)]?.range = start + offset..<start + offset + byteCount
      names.append(tensor.name)
      expected = aligned(offset + byteCount)
    }
    guard file.byteCount <= max(start + expected, reader.position) else {
      throw GGUFFileFailure.malformed(
        path: file.path, offset: start + expected,
        reason: "\(file.byteCount - start - expected) bytes that belong to nothing")
    }
  }

  private func alignment() throws -> Int {
    let key = "general.alignment"
    guard let value = self[key] else { return Self.defaultAlignment }
    guard case .integer(let alignment) = value, (8...Self.largestAlignment).contains(alignment),
      alignment & (alignment - 1) == 0
    else {
      throw GGUFFileFailure.value(
        path: file.path, key: key, found: "\(value)", expected: "a power of two from 8 to \(Self.largestAlignment)")
    }
    return alignment
  }

  /// The numbers of a row of a tensor.
  func row(_ index: Int, of tensor: Tensor, to numbers: UnsafeMutableBufferPointer<Float>) throws(FileFailure) {
    let byteCount = tensor.type.byteCount(tensor.columns)
    let bytes = try file.read(at: tensor.range.lowerBound + index * byteCount, count: byteCount)
    bytes.withUnsafeBytes { tensor.type.convert($0, to: numbers) }
  }
}
