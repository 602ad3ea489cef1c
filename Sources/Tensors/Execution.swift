import Kernels

/// How to compute: which kernels, on which threads, in which precision.
///
/// Its extensions are the kernels as operations on matrices, with their shapes checked; above this module nobody
/// handles a pointer.
public struct Execution: Sendable {
  /// The kernels.
  public var kernels: any KernelSet.Type
  /// The threads.
  public var pool: ThreadPool
  /// The arithmetic of matrix products and attention.
  public var precision: Precision

  /// Computes on the given number of threads, by default all of the machine's cores.
  public init(
    kernels: any KernelSet.Type = Kernels.active, threads: Int = ThreadPool.processorCount,
    precision: Precision = .fp32
  ) {
    self.kernels = kernels
    self.pool = ThreadPool(threads: threads)
    self.precision = precision
  }
}
