import KernelSupport

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
      guard let first = parts.first,
        parts.allSatisfy({ $0.format == first.format && $0.rowBytes == first.rowBytes })
      else { return nil }
      self.init(
        first.format, rows: parts.reduce(0) { $0 + $1.rows }, rowBytes: first.rowBytes,
        values: parts.flatMap(\.values), scales: parts.flatMap(\.scales))
    }
  }

  private var entries: [Int: Entry] = [:]

  /// Takes some matrices over as they stood in a file, and others from floats.
  public convenience init(
    _ matrices: [(parameter: Parameter, numbers: Numbers)], _ weights: ParameterBuffer,
    formats: [(parameter: Parameter, format: WeightFormat)]
  ) {
    self.init(weights, formats: formats)
    add(matrices)
  }

  /// Takes matrices over in the wanted formats; floats are not copied.
  public init(_ weights: ParameterBuffer, formats: [(parameter: Parameter, format: WeightFormat)]) {
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

  /// Whoever calls has checked that there are as many rows and bytes as the parameter has.
  private func add(_ matrices: [(parameter: Parameter, numbers: Numbers)]) {
    for (parameter, numbers) in matrices {
      let memory = Memory(numbers.format, rows: parameter.rows, columns: parameter.columns)
      precondition(
        numbers.values.count == parameter.rows * memory.matrix.rowBytes
          && numbers.scales.count == (memory.scales?.count ?? 0), "\(numbers.values.count) bytes for \(parameter)")
      memory.values.pointer.update(from: numbers.values, count: numbers.values.count)
      memory.scales?.pointer.update(from: numbers.scales, count: numbers.scales.count)
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

  /// Writes what numbers from a file stand for into a matrix of as many rows.
  public static func copy(_ numbers: Numbers, to matrix: Matrix) {
    let groups = WeightFormat.groups(matrix.columns)
    numbers.values.withUnsafeBytes { values in
      numbers.scales.withUnsafeBufferPointer { scales in
        guard let values = values.baseAddress, let scales = scales.baseAddress else { return }
        for row in 0..<matrix.rows {
          Quantization.read(
            values + row * numbers.rowBytes, scales: scales + row * groups, as: numbers.format,
            to: UnsafeMutableBufferPointer(start: matrix.pointer + row * matrix.stride, count: matrix.columns))
        }
      }
    }
  }

  /// Writes what the stored numbers stand for into a buffer, so that every pass computes with the same weights.
  public func copy(to weights: ParameterBuffer) {
    for entry in weights.layout.entries {
      guard let matrix = self[entry.parameter], matrix.format != .fp32 else { continue }
      let target = weights[entry.parameter]
      let groups = WeightFormat.groups(matrix.columns)
      for row in 0..<matrix.rows {
        Quantization.read(
          matrix.values + row * matrix.rowBytes, scales: matrix.scales.map { $0 + row * groups }, as: matrix.format,
          to: UnsafeMutableBufferPointer(start: target.pointer + row * target.stride, count: target.columns))
      }
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
