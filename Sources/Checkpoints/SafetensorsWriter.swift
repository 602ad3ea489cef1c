import Files
import Tensors

/// Writes safetensors files as the reference does: sorted, the header padded to 8 bytes, the numbers as 32-bit floats.
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
    let writer = try AtomicFileWriter(path)
    try writer.write(header.bytes)
    for described in header.tensors {
      guard let tensor = tensors.first(where: { $0.name.isExactly(described.name) }) else { continue }
      try tensor.numbers.withUnsafeBufferPointer { (numbers) throws(FileFailure) in try write(numbers, to: writer) }
    }
    return try writer.commit()
  }

  /// Writes the parameters of a model under their Hugging Face names; the file appears when it is whole.
  ///
  /// Returns its hash.
  @discardableResult
  public static func write(
    _ buffer: ParameterBuffer, metadata: [String: String] = metadata, to path: String
  ) throws(FileFailure) -> SHA256.Digest {
    let tensors = buffer.layout.storedTensors
    let header = SafetensorsHeader(tensors: tensors.map { ($0.name, .float32, $0.shape) }, metadata: metadata)
    var positions: [ExactString: Int] = [:]
    for (index, tensor) in tensors.enumerated() { positions[ExactString(tensor.name)] = index }
    let writer = try AtomicFileWriter(path)
    try writer.write(header.bytes)
    for described in header.tensors {
      guard let index = positions[ExactString(described.name)] else { continue }
      let numbers = tensors[index].view(in: buffer)
      if tensors[index].isTransposed {
        try writeTransposed(numbers, to: writer)
      } else {
        try write(UnsafeBufferPointer(start: numbers.pointer, count: numbers.count), to: writer)
      }
    }
    return try writer.commit()
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
