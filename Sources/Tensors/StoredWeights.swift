import KernelSupport
import Kernels

/// The matrices of a model in the form in which decoding reads them.
///
/// Values never change, so threads may share it.
public final class StoredWeights: @unchecked Sendable {
  /// One matrix with its memory.
  private struct Entry {
    let matrix: StoredMatrix
    let owner: AnyObject
  }

  /// A matrix with its rows as they are packed in memory, for a file.
  public struct Numbers: Sendable {
    /// The format.
    public var format: WeightFormat
    /// Rows, and bytes of each.
    public var rows: Int, rowBytes: Int
    /// The numbers, row by row, padded to whole groups.
    public var values: [UInt8]
    /// The scales of the groups, row by row: bfloat16.
    public var scales: [UInt16]

    /// Numbers from a file.
    public init(_ format: WeightFormat, rows: Int, rowBytes: Int, values: [UInt8], scales: [UInt16]) {
      (self.format, self.rows, self.rowBytes, self.values, self.scales) = (format, rows, rowBytes, values, scales)
    }

    /// The rows of some matrices of one format, one behind the other; nil where there are none.
    public init?(joining parts: [Numbers]) {
      guard let first = parts.first else { return nil }
      if parts.count == 1 {
        self = first
        return
      }
      guard parts.allSatisfy({ $0.format == first.format && $0.rowBytes == first.rowBytes })
      else { return nil }
      self.init(
        first.format, rows: parts.reduce(0) { $0 + $1.rows }, rowBytes: first.rowBytes,
        values: parts.flatMap(\.values), scales: parts.flatMap(\.scales))
    }

    /// Whether all that they stand for are numbers.
    public var areFinite: Bool {
      func isFinite(_ bits: UInt16) -> Bool { bits & 0x7F80 != 0x7F80 }
      switch format {
      case .fp32, .bf16:
        return values.withUnsafeBytes { bytes in
          // The exponent is in the upper half of a number.
          let (size, upper) = format == .fp32 ? (4, 2) : (2, 0)
          return stride(from: upper, to: bytes.count - 1, by: size).allSatisfy {
            isFinite(bytes.loadUnaligned(fromByteOffset: $0, as: UInt16.self))
          }
        }
      case .q8, .q4:
        // The largest multiple of a scale has to be a number, too.
        return scales.allSatisfy { (BFloat16(bits: $0).float * 128).isFinite }
      }
    }

    /// Writes what they stand for into a matrix of as many rows.
    public func widen(to matrix: Matrix) {
      precondition(
        matrix.rows == rows && rowBytes == format.rowBytes(matrix.columns), "\(rows) rows of \(rowBytes) bytes")
      values.withUnsafeBytes { values in
        scales.withUnsafeBufferPointer { scales in
          guard let start = values.baseAddress else { return }
          let stored = StoredMatrix(
            format, rows: rows, columns: matrix.columns, values: start, rowBytes: rowBytes,
            scales: format.isQuantized ? scales.baseAddress : nil)
          for row in 0..<rows { Kernels.active.widen(stored, row: row, to: matrix.pointer + row * matrix.stride) }
        }
      }
    }
  }

  private var entries: [Int: Entry] = [:]

  /// Takes matrices over as they stand in a file, one after the other; nil if there are none.
  ///
  /// - Parameters:
  ///   - parameters: the matrices that may be there.
  ///   - numbers: reads one, if it is there. It has been checked to have as many rows and bytes as the parameter has.
  public init?(_ parameters: [Parameter], numbers: (Parameter) throws -> Numbers?) rethrows {
    for parameter in parameters {
      guard let numbers = try numbers(parameter) else { continue }
      let memory = Memory(numbers.format, rows: parameter.rows, columns: parameter.columns)
      precondition(
        numbers.values.count == parameter.rows * memory.matrix.rowBytes
          && numbers.scales.count == (memory.scales?.count ?? 0), "\(numbers.values.count) bytes for \(parameter)")
      memory.values.pointer.update(from: numbers.values, count: numbers.values.count)
      memory.scales?.pointer.update(from: numbers.scales, count: numbers.scales.count)
      entries[parameter.index] = Entry(matrix: memory.matrix, owner: memory)
    }
    if entries.isEmpty { return nil }
  }

  /// Takes matrices over in the wanted formats; floats are not copied.
  public init(_ weights: ParameterBuffer, formats: [(parameter: Parameter, format: WeightFormat)]) {
    add(weights, formats: formats)
  }

  /// The same matrices, and others of a buffer in the wanted formats.
  public init(
    _ other: StoredWeights, _ weights: ParameterBuffer, formats: [(parameter: Parameter, format: WeightFormat)]
  ) {
    entries = other.entries
    add(weights, formats: formats)
  }

  private func add(_ weights: ParameterBuffer, formats: [(parameter: Parameter, format: WeightFormat)]) {
    for (parameter, format) in formats {
      let source = weights[parameter]
      guard format != .fp32 else {
        let matrix = StoredMatrix(
          .fp32, rows: source.rows, columns: source.columns, values: UnsafeRawPointer(source.pointer),
          rowBytes: 4 * source.stride, scales: nil)
        entries[parameter.index] = Entry(matrix: matrix, owner: weights)
        continue
      }
      let memory = Memory(format, rows: parameter.rows, columns: parameter.columns)
      let groups = WeightFormat.groups(parameter.columns)
      for row in 0..<parameter.rows {
        Quantization.write(
          UnsafeBufferPointer(start: source.pointer + row * source.stride, count: source.columns), as: format,
          to: memory.values.pointer + row * memory.matrix.rowBytes,
          scales: memory.scales.map { $0.pointer + row * groups })
      }
      entries[parameter.index] = Entry(matrix: memory.matrix, owner: memory)
    }
  }

  /// The matrix of a parameter, if it is here.
  public subscript(parameter: Parameter) -> StoredMatrix? { entries[parameter.index]?.matrix }

  /// The format of a parameter; floats where it is not here.
  public func format(of parameter: Parameter) -> WeightFormat { self[parameter]?.format ?? .fp32 }

  /// Whether any matrix is quantised.
  public var isQuantized: Bool { entries.values.contains { $0.matrix.format.isQuantized } }

  /// Some rows of a parameter for a file.
  public func numbers(of parameter: Parameter, rows: Range<Int>) -> Numbers? {
    guard let matrix = self[parameter] else { return nil }
    let bytes = UnsafeRawBufferPointer(
      start: matrix.values + rows.lowerBound * matrix.rowBytes, count: rows.count * matrix.rowBytes)
    let groups = WeightFormat.groups(matrix.columns)
    let scales = matrix.scales.map {
      Array(UnsafeBufferPointer(start: $0 + rows.lowerBound * groups, count: rows.count * groups))
    }
    return Numbers(
      matrix.format, rows: rows.count, rowBytes: matrix.rowBytes, values: Array(bytes), scales: scales ?? [])
  }

  /// Writes what the stored numbers stand for into a buffer, so that every pass computes with the same weights.
  public func copy(to weights: ParameterBuffer) {
    for entry in weights.layout.entries {
      guard let matrix = self[entry.parameter], matrix.format != .fp32 else { continue }
      let target = weights[entry.parameter]
      for row in 0..<matrix.rows { Kernels.active.widen(matrix, row: row, to: target.pointer + row * target.stride) }
    }
  }

  /// Zeroed memory of a matrix.
  private final class Memory {
    let values: AlignedBuffer<UInt8>
    let scales: AlignedBuffer<UInt16>?
    let matrix: StoredMatrix

    init(_ format: WeightFormat, rows: Int, columns: Int) {
      values = AlignedBuffer(zeros: rows * format.rowBytes(columns))
      scales = format.isQuantized ? AlignedBuffer(zeros: rows * WeightFormat.groups(columns)) : nil
      matrix = StoredMatrix(
        format, rows: rows, columns: columns, values: UnsafeRawPointer(values.pointer),
        rowBytes: format.rowBytes(columns), scales: scales.map { UnsafePointer($0.pointer) })
    }
  }
}
