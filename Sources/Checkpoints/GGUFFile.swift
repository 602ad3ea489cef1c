import Files

/// How numbers are stored in a GGUF file, with the numbers of `ggml_type`.
public enum GGUFTensorType: UInt32, Sendable, Hashable, CaseIterable {
  /// 32-bit floats.
  case f32 = 0
  /// Half precision.
  case f16 = 1
  /// Blocks of 32: a half-precision scale and 32 signed bytes.
  case q8_0 = 8
  /// The upper half of a float.
  case bf16 = 30

  /// What `--quantize` calls it.
  public init?(name: String) {
    guard let type = Self.allCases.first(where: { "\($0)" == name }) else { return nil }
    self = type
  }

  /// The bytes of a row of numbers.
  func byteCount(_ numbers: Int) -> Int {
    switch self {
    case .f32: 4 * numbers
    case .f16, .bf16: 2 * numbers
    case .q8_0: numbers / 32 * 34
    }
  }

  /// `general.file_type`.
  var fileType: UInt32 {
    switch self {
    case .f32: 0
    case .f16: 1
    case .q8_0: 7
    case .bf16: 32
    }
  }

  /// Appends a row of numbers in this form, little-endian.
  func append(_ row: UnsafeBufferPointer<Float>, to bytes: inout [UInt8]) {
    func append<Word: FixedWidthInteger>(_ word: Word) {
      withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
    switch self {
    case .f32: for number in row { append(number.bitPattern) }
    case .f16: for number in row { append(HalfPrecision.bits(number)) }
    case .bf16:
      for number in row {
        // Round to nearest, ties to even; a weight that is not a number was refused before.
        let bits = number.bitPattern
        append(UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16))
      }
    case .q8_0:
      for start in stride(from: 0, to: row.count, by: 32) {
        let block = row[start..<start + 32]
        let scale = block.reduce(0) { max($0, abs($1)) } / 127
        append(HalfPrecision.bits(scale))
        for number in block { bytes.append(UInt8(bitPattern: Int8(scale == 0 ? 0 : (number / scale).rounded()))) }
      }
    }
  }
}

extension GGUFTensorType {
  /// Converts a row of numbers from its little-endian bytes.
  func convert(_ bytes: UnsafeRawBufferPointer, to numbers: UnsafeMutableBufferPointer<Float>) {
    switch self {
    case .f32: TensorType.float32.convert(bytes, to: numbers)
    case .f16: TensorType.float16.convert(bytes, to: numbers)
    case .bf16: TensorType.bfloat16.convert(bytes, to: numbers)
    case .q8_0:
      for block in 0..<numbers.count / 32 {
        let scale = TensorType.float(
          half: UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 34 * block, as: UInt16.self)))
        for place in 0..<32 {
          numbers[32 * block + place] = scale * Float(Int8(bitPattern: bytes[34 * block + 2 + place]))
        }
      }
    }
  }

  /// How far a stored number may be from the one that it stands for, at most.
  ///
  /// - Parameter row: the numbers that were stored.
  func roundingErrors(_ row: UnsafeBufferPointer<Float>) -> [Float] {
    switch self {
    case .f32: [Float](repeating: 0, count: row.count)
    // Half a unit in the last of 11 and 8 digits; below its normal numbers half precision has steps of 2^-24.
    case .f16: row.map { max(abs($0) * 0x1p-11, 0x1p-25) }
    case .bf16: row.map { abs($0) * 0x1p-8 }
    // Half a step, and 127 times the rounding of the step.
    case .q8_0:
      row.indices.map { index in
        let block = row[index / 32 * 32..<min(index / 32 * 32 + 32, row.count)]
        let largest = block.reduce(0) { max($0, abs($1)) }
        return largest / 254 + largest * 0x1p-10 + 0x1p-17
      }
    }
  }
}

/// Half precision (IEEE 754 binary16) where a compiler may not have the type.
enum HalfPrecision {
  /// The nearest half-precision number's bits, ties to even; beyond its range, infinity.
  static func bits(_ number: Float) -> UInt16 {
    let sign = UInt16(number.bitPattern >> 16 & 0x8000)
    let magnitude = abs(number)
    if !(magnitude < 65520) { return sign | (magnitude.isNaN ? 0x7E00 : 0x7C00) }
    // Below 2⁻¹⁴ numbers are multiples of 2⁻²⁴; above, of 2⁻¹⁰ of their power of two.
    let exponent = max(Int(magnitude.exponent == .min ? -14 : magnitude.exponent), -14)
    let unit = Float(sign: .plus, exponent: exponent - 10, significand: 1)
    let steps = UInt16((magnitude / unit).rounded(.toNearestOrEven))
    return sign | (exponent == -14 ? steps : UInt16(exponent + 14) << 10 &+ steps)
  }
}

/// Writes a GGUF file, version 3: key-value pairs, descriptions of tensors, and the tensors.
///
/// The format is specified in ggml's `docs/gguf.md`.
struct GGUFFile {
  /// A value of the metadata.
  enum Value {
    case uint32(UInt32), float32(Float), bool(Bool), string(String)
    case strings([String]), floats([Float]), int32s([Int32]), bytes([UInt8])
  }

  /// A tensor: rows × columns of a parameter, or a vector.
  struct Tensor {
    var name: String
    var rows: Int?
    var columns: Int
    var type: GGUFTensorType
    /// One row of numbers.
    var row: (Int) -> [Float]

    var byteCount: Int { type.byteCount(columns) * (rows ?? 1) }
  }

  var metadata: [(key: String, value: Value)] = []
  var tensors: [Tensor] = []

  private static let alignment = 32

  /// Writes the file, which appears when it is whole, and returns its size in bytes.
  func write(to path: String) throws(FileFailure) -> Int {
    let writer = try AtomicFileWriter(path)
    var header = Self.header(metadata, tensors)
    header.append(contentsOf: repeatElement(0, count: Self.padding(header.count)))
    try writer.write(header)
    var bytes: [UInt8] = []
    for tensor in tensors {
      for index in 0..<(tensor.rows ?? 1) {
        bytes.removeAll(keepingCapacity: true)
        tensor.row(index).withUnsafeBufferPointer { tensor.type.append($0, to: &bytes) }
        try writer.write(bytes)
      }
      try writer.write([UInt8](repeating: 0, count: Self.padding(tensor.byteCount)))
    }
    try writer.commit()
    return writer.byteCount
  }

  private static func padding(_ count: Int) -> Int { (alignment - count % alignment) % alignment }

  private static func header(_ metadata: [(key: String, value: Value)], _ tensors: [Tensor]) -> [UInt8] {
    var bytes: [UInt8] = Array("GGUF".utf8)
    func append<Word: FixedWidthInteger>(_ word: Word) {
      withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
    func append(_ text: String) {
      append(UInt64(text.utf8.count))
      bytes.append(contentsOf: text.utf8)
    }
    func appendArray<Element>(_ type: UInt32, _ elements: [Element], _ each: (Element) -> Void) {
      append(UInt32(9))
      append(type)
      append(UInt64(elements.count))
      elements.forEach(each)
    }
    append(UInt32(3))
    append(UInt64(tensors.count))
    append(UInt64(metadata.count))
    for (key, value) in metadata {
      append(key)
      switch value {
      case .uint32(let number):
        append(UInt32(4))
        append(number)
      case .float32(let number):
        append(UInt32(6))
        append(number.bitPattern)
      case .bool(let truth):
        append(UInt32(7))
        append(UInt8(truth ? 1 : 0))
      case .string(let text):
        append(UInt32(8))
        append(text)
      case .strings(let texts): appendArray(8, texts) { append($0) }
      case .floats(let numbers): appendArray(6, numbers) { append($0.bitPattern) }
      case .int32s(let numbers): appendArray(5, numbers) { append($0) }
      case .bytes(let numbers): appendArray(0, numbers) { append($0) }
      }
    }
    var offset = 0
    for tensor in tensors {
      append(tensor.name)
      append(UInt32(tensor.rows == nil ? 1 : 2))
      // The innermost dimension comes first.
      append(UInt64(tensor.columns))
      if let rows = tensor.rows { append(UInt64(rows)) }
      append(tensor.type.rawValue)
      append(UInt64(offset))
      offset += tensor.byteCount + padding(tensor.byteCount)
    }
    return bytes
  }
}
