import KernelSupport
import Tensors

/// The kernels that a test of a model runs on: the plain ones, and those of this machine.
public enum KernelChoice: String, Sendable, CaseIterable {
  /// The oracle.
  case reference
  /// What `Execution` chooses by itself.
  case active

  /// How to compute with them.
  public func execution(threads: Int = 1) -> Execution {
    switch self {
    case .reference: Execution(kernels: ReferenceKernels.self, threads: threads)
    case .active: Execution(threads: threads)
    }
  }
}
