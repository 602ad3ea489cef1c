import Files
import KernelSupport
import Tensors

/// Writes safetensors files as the reference does: sorted, the header padded to 8 bytes, the numbers as 32-bit floats
/// unless they are stored in another form.
public enum SafetensorsWriter {
  /// What Hugging Face's libraries write and older ones demand.
  public static let metadata = ["format": "pt"]

  /// Writes a file of tensors that are at hand, each with its shape; it appears when it is whole.
  ///
  /// Returns its hash.
  @discardableResult
  public static func write(
    _ tensors: [(name: String, shape: [Int], numbers: [Float])], metadata: [String: String] = metadata,
    to path: String
  ) throws(FileFailure) -> SHA256.Digest {
    let header = SafetensorsHeader(tensors: tensors.map { ($0.name, .float32, $0.shape) }, metadata: metadata)
    return try write(header, to: path) { name, writer throws(FileFailure) in
      guard let tensor = tensors.first(where: { $0.name.isExactly(name) }) else { return }
      try tensor.numbers.withUnsafeBufferPointer { (numbers) throws(FileFailure) in try write(numbers, to: writer) }
    }
  }

  /// Writes a file of tensors whose bytes are at hand, little-endian; it appears when it is whole.
  ///
  /// Returns its hash.
  @discardableResult
  package static func write(
    _ tensors: [(name: String, type: TensorType, shape: [Int], bytes: [UInt8])], metadata: [String: String],
    to path: String
  ) throws(FileFailure) -> SHA256.Digest {
    let header = SafetensorsHeader(tensors: tensors.map { ($0.name, $0.type, $0.shape) }, metadata: metadata)
    return try write(header, to: path) { name, writer throws(FileFailure) in
      if let tensor = tensors.first(where: { $0.name.isExactly(name) }) { try writer.write(tensor.bytes) }
    }
  }

  /// Writes a header, and the numbers of each of its tensors by `body`.
  private static func write(
    _ header: SafetensorsHeader, to path: String,
    _ body: (_ name: String, AtomicFileWriter) throws(FileFailure) -> Void
  ) throws(FileFailure) -> SHA256.Digest {
    let writer = try AtomicFileWriter(path)
    try writer.write(header.bytes)
    for tensor in header.tensors { try body(tensor.name, writer) }
    return try writer.commit()
  }

  /// Writes the parameters of a model under their Hugging Face names; the file appears when it is whole.
  ///
  /// Matrices that are stored in another form than floats are written in that, `QuantizedTensor` says how.
  ///
  /// Returns its hash.
  @discardableResult
  public static func write(
    _ buffer: ParameterBuffer, stored: StoredWeights? = nil, metadata: [String: String] = metadata, to path: String
  ) throws(FileFailure) -> SHA256.Digest {
    let tensors = buffer.layout.storedTensors
    let pieces = tensors.map { Pieces($0, stored?.format(of: $0.entry.parameter) ?? .fp32) }
    let header = SafetensorsHeader(tensors: pieces.flatMap(\.tensors), metadata: metadata)
    var positions: [ExactString: Int] = [:]
    for (index, piece) in pieces.enumerated() {
      for tensor in piece.tensors { positions[ExactString(tensor.name)] = index }
    }
    return try write(header, to: path) { name, writer throws(FileFailure) in
      guard let index = positions[ExactString(name)] else { return }
      if let numbers = pieces[index].format == .fp32 ? nil : stored?.numbers(of: tensors[index]) {
        return try writer.write(pieces[index].bytes(numbers, named: name))
      }
      let numbers = tensors[index].view(in: buffer)
      if tensors[index].isTransposed {
        try writeTransposed(numbers, to: writer)
      } else {
        try write(UnsafeBufferPointer(start: numbers.pointer, count: numbers.count), to: writer)
      }
    }
  }

  /// The tensors of the file that hold one of the model's.
  private struct Pieces {
    let stored: StoredTensor
    let format: WeightFormat

    init(_ stored: StoredTensor, _ format: WeightFormat) { (self.stored, self.format) = (stored, format) }

    var tensors: [(name: String, type: TensorType, shape: [Int])] {
      let (rows, columns) = (stored.rows.count, stored.entry.parameter.columns)
      switch format {
      case .fp32: return [(stored.name, .float32, stored.shape)]
      case .bf16: return [(stored.name, .bfloat16, stored.shape)]
      case .q8, .q4:
        return [
          (
            stored.name, format == .q8 ? .int8 : .uint8,
            QuantizedTensor.shape(format, rows: rows, columns: columns)
          ),
          (stored.name + QuantizedTensor.suffix, .bfloat16, [rows, WeightFormat.groups(columns)]),
        ]
      }
    }

    /// The bytes of one of the tensors.
    func bytes(_ numbers: StoredWeights.Numbers, named name: String) -> [UInt8] {
      let (rows, columns) = (stored.rows.count, stored.entry.parameter.columns)
      if name.hasSuffix(QuantizedTensor.suffix) {
        return numbers.scales.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
      }
      func row(_ index: Int, _ count: Int) -> ArraySlice<UInt8> {
        numbers.values[(index * numbers.rowBytes)..<(index * numbers.rowBytes + count)]
      }
      switch format {
      case .fp32, .q4: return numbers.values
      case .q8: return (0..<rows).flatMap { row($0, columns) }
      case .bf16:
        guard stored.isTransposed else { return (0..<rows).flatMap { row($0, 2 * columns) } }
        return (0..<columns).flatMap { column in
          (0..<rows).flatMap { index in row(index, 2 * columns).dropFirst(2 * column).prefix(2) }
        }
      }
    }
  }

  private static func writeTransposed(_ numbers: Matrix, to writer: AtomicFileWriter) throws(FileFailure) {
    var column = [Float](repeating: 0, count: numbers.rows)
    for index in 0..<numbers.columns {
      for row in 0..<numbers.rows { column[row] = numbers.pointer[row * numbers.stride + index] }
      try column.withUnsafeBufferPointer { (column) throws(FileFailure) in try write(column, to: writer) }
    }
  }

  private static func write(
    _ numbers: UnsafeBufferPointer<Float>, to writer: AtomicFileWriter
  ) throws(FileFailure) {
    #if _endian(little)
      try writer.write(UnsafeRawBufferPointer(numbers))
    #else
      let words = numbers.map { $0.bitPattern.littleEndian }
      try words.withUnsafeBufferPointer { (words) throws(FileFailure) in
        try writer.write(UnsafeRawBufferPointer(words))
      }
    #endif
  }
}
