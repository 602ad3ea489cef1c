import Files
import Tensors

/// A safetensors file, open for reading; its header has been checked.
///
/// ```swift
/// let file = try SafetensorsFile("model.safetensors")
/// let bias = try file.floats(of: "ln_f.bias")
/// ```
///
/// Numbers are read into memory of our own, not mapped: a file that shrinks meanwhile is an error, not a crash.
public final class SafetensorsFile: Sendable {
  /// What the file holds.
  public let header: SafetensorsHeader
  /// Where it is.
  public var path: String { file.path }
  private let file: ReadableFile
  private let dataStart: Int
  private let positions: [ExactString: Int]

  private static let pieceByteCount = 1 << 20

  /// Opens a file and checks its header.
  ///
  /// Throws a `FileFailure` where the file cannot be read, and a `CheckpointFailure` where it is not sound.
  public init(_ path: String, followsLinks: Bool = true) throws {
    file = try ReadableFile(path, followsLinks: followsLinks)
    do throws(SafetensorsFailure) {
      guard file.byteCount >= 8 else { throw .fileTooSmall(bytes: file.byteCount) }
    } catch {
      throw CheckpointFailure.safetensors(path: path, error)
    }
    let prefix = try file.read(at: 0, count: 8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    do {
      let byteCount = try SafetensorsHeader.byteCount(prefix: prefix, fileByteCount: file.byteCount)
      dataStart = 8 + byteCount
      let text = try file.read(at: 8, count: byteCount)
      let dataByteCount = file.byteCount - dataStart
      header = try text.withUnsafeBufferPointer { (text) throws(SafetensorsFailure) in
        try SafetensorsHeader(parsing: UnsafeRawBufferPointer(text), dataByteCount: dataByteCount)
      }
    } catch let failure as SafetensorsFailure {
      throw CheckpointFailure.safetensors(path: path, failure)
    }
    var positions: [ExactString: Int] = [:]
    for (index, tensor) in header.tensors.enumerated() { positions[ExactString(tensor.name)] = index }
    self.positions = positions
  }

  /// A tensor by its name; nil where there is none.
  public func tensor(named name: String) -> SafetensorsHeader.Tensor? {
    positions[ExactString(name)].map { header.tensors[$0] }
  }

  /// The numbers of a tensor as floats, in the order of the file; nil where there is no such tensor.
  public func floats(of name: String) throws(FileFailure) -> [Float]? {
    guard let tensor = tensor(named: name) else { return nil }
    return try floats(of: tensor)
  }

  /// The numbers of a tensor as floats, in the order of the file.
  func floats(of tensor: SafetensorsHeader.Tensor) throws(FileFailure) -> [Float] {
    var numbers = [Float](repeating: 0, count: tensor.count)
    try numbers.withUnsafeMutableBufferPointer { (numbers) throws(FileFailure) in try read(tensor, into: numbers) }
    return numbers
  }

  /// Reads the numbers of a tensor, converted to floats, into memory that has room for exactly these.
  func read(_ tensor: SafetensorsHeader.Tensor, into numbers: UnsafeMutableBufferPointer<Float>) throws(FileFailure) {
    #if _endian(little)
      if tensor.type == .float32 {
        return try file.read(at: dataStart + tensor.range.lowerBound, into: UnsafeMutableRawBufferPointer(numbers))
      }
    #endif
    let size = tensor.type.byteCount
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(max(tensor.range.count, 1), Self.pieceByteCount), alignment: 16)
    defer { memory.deallocate() }
    var done = 0
    while done < numbers.count {
      let count = min(numbers.count - done, memory.count / size)
      let piece = UnsafeMutableRawBufferPointer(rebasing: memory[..<(count * size)])
      try file.read(at: dataStart + tensor.range.lowerBound + done * size, into: piece)
      tensor.type.convert(
        UnsafeRawBufferPointer(piece), to: UnsafeMutableBufferPointer(rebasing: numbers[done..<(done + count)]))
      done += count
    }
  }

  /// Reads a tensor into its place in a buffer; its shape has been checked.
  func read(
    _ tensor: SafetensorsHeader.Tensor, as stored: StoredTensor, into buffer: ParameterBuffer
  ) throws(FileFailure) {
    let view = stored.view(in: buffer)
    guard stored.isTransposed else {
      return try read(tensor, into: UnsafeMutableBufferPointer(start: view.pointer, count: view.count))
    }
    let numbers = try floats(of: tensor)
    for column in 0..<view.columns {
      for row in 0..<view.rows { view.pointer[row * view.stride + column] = numbers[column * view.rows + row] }
    }
  }

  /// The bytes of a tensor as they stand in the file; nil where there is no such tensor.
  public func bytes(of name: String) throws(FileFailure) -> [UInt8]? {
    guard let tensor = tensor(named: name) else { return nil }
    return try file.read(at: dataStart + tensor.range.lowerBound, count: tensor.range.count)
  }
}
