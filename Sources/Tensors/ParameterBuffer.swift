import KernelSupport

/// Memory in a model's layout: its weights, their gradients, a moment of the optimizer, or an average.
///
/// Everything in it is one run of memory, so clipping and updating are one pass each.
public final class ParameterBuffer: @unchecked Sendable {
  /// Where each parameter is.
  public let layout: ParameterLayout
  private let storage: AlignedBuffer<Float>

  /// A buffer of zeros.
  public init(zeros layout: ParameterLayout) {
    self.layout = layout
    self.storage = AlignedBuffer(zeros: layout.bufferCount)
  }

  /// All of the memory as one row, the gaps between parameters (which stay zero) included.
  public var all: Matrix { Matrix(storage.pointer, rows: 1, columns: storage.count, owner: storage) }

  /// One parameter.
  public subscript(parameter: Parameter) -> Matrix {
    Matrix(storage.pointer + parameter.offset, rows: parameter.rows, columns: parameter.columns, owner: storage)
  }

  /// Sets everything to zero.
  public func clear() { storage.pointer.update(repeating: 0, count: storage.count) }

  /// Takes over the numbers of another buffer of the same layout.
  public func copy(from other: ParameterBuffer) {
    precondition(layout.bufferCount == other.layout.bufferCount, "buffers of different layouts")
    storage.pointer.update(from: other.storage.pointer, count: storage.count)
  }
}
