import KernelSupport

/// Memory in a model's layout: its weights, their gradients, a moment of the optimizer, or an average.
///
/// Everything in it is one run of memory, so clipping and updating are one pass each. Weights of which some matrices are
/// there only as they are stored (`stored`) can be computed with, and not be trained.
public final class ParameterBuffer: @unchecked Sendable {
  /// Where each parameter is.
  public let layout: ParameterLayout
  /// The matrices that are not here as floats; nil where all are.
  public let stored: StoredWeights?
  private let storage: AlignedBuffer<Float>
  /// Where parameters are in a buffer that leaves some out, by their number; nil where all are in the layout's places.
  private let offsets: [Int?]?
  /// By their number, the parameters that are zero since `clear` and whose memory holds old numbers still:
  /// most are overwritten before anybody reads them.
  private var isStale: [Bool]

  /// A buffer of zeros.
  public init(zeros layout: ParameterLayout) {
    self.layout = layout
    self.storage = AlignedBuffer(zeros: layout.bufferCount)
    (stored, offsets) = (nil, nil)
    isStale = Array(repeating: false, count: layout.entries.count)
  }

  /// A buffer of zeros without the matrices that `stored` has.
  public init(zeros layout: ParameterLayout, beside stored: StoredWeights) {
    let kept = layout.entries.map { stored[$0.parameter] == nil ? $0.parameter : nil }
    // Each begins at a cache line, as in the layout.
    var count = 0
    offsets = kept.map { parameter in
      guard let parameter else { return nil }
      defer { count += (parameter.count + 15) / 16 * 16 }
      return count
    }
    self.layout = layout
    self.stored = stored
    storage = AlignedBuffer(zeros: count)
    isStale = Array(repeating: false, count: layout.entries.count)
  }

  /// The numbers of another buffer, without the matrices that `stored` has.
  public convenience init(_ other: ParameterBuffer, beside stored: StoredWeights) {
    self.init(zeros: other.layout, beside: stored)
    for entry in layout.entries where stored[entry.parameter] == nil {
      let (target, source) = (self[entry.parameter], other[entry.parameter])
      for row in 0..<source.rows { target.copyRow(row, from: source, row: row) }
    }
  }

  /// All of the memory as one row, the gaps between parameters (which stay zero) included.
  public var all: Matrix {
    precondition(stored == nil, "some matrices are there only as they are stored")
    if isStale.contains(true) { for entry in layout.entries { _ = self[entry.parameter] } }
    return Matrix(storage.pointer, rows: 1, columns: storage.count, owner: storage)
  }

  /// One parameter, which is here as floats.
  public subscript(parameter: Parameter) -> Matrix {
    let (matrix, isZero) = target(parameter)
    if isZero { matrix.clear() }
    return matrix
  }

  /// One parameter whose numbers are about to be written, all of them, and whether they are zero: then they must not be
  /// read, and need not be added to.
  package func target(_ parameter: Parameter) -> (matrix: Matrix, isZero: Bool) {
    let isZero = isStale[parameter.index]
    if isZero { isStale[parameter.index] = false }
    return (memory(of: parameter), isZero)
  }

  private func memory(of parameter: Parameter) -> Matrix {
    guard let offset = offsets.map({ $0[parameter.index] }) ?? parameter.offset else {
      preconditionFailure("parameter \(parameter.index) is there only as it is stored")
    }
    return Matrix(storage.pointer + offset, rows: parameter.rows, columns: parameter.columns, owner: storage)
  }

  /// Sets everything to zero; memory is written when it is asked for.
  public func clear() {
    for index in isStale.indices { isStale[index] = true }
  }

  /// Takes over the numbers of another buffer of the same layout.
  public func copy(from other: ParameterBuffer) {
    precondition(layout.bufferCount == other.layout.bufferCount, "buffers of different layouts")
    precondition(stored == nil && other.stored == nil, "some matrices are there only as they are stored")
    all.pointer.update(from: other.all.pointer, count: storage.count)
  }
}
