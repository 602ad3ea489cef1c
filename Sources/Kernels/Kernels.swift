import CInstructions
@_exported import KernelSupport
import KernelsPortable

#if arch(x86_64)
  import KernelsAMX
  import KernelsAVX2
  import KernelsAVX512
#endif
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The kernels of this machine.
public enum Kernels {
  /// The environment variable that names a variant.
  public static let environmentVariable = "SWIFTLET_KERNELS"

  /// The variant in use: the best that the processor can run, unless `SWIFTLET_KERNELS` names another that it can.
  ///
  /// A name that is unknown, or a variant that this processor cannot run, is passed over here; a program asks
  /// `checkEnvironment` at its start, and tells its user.
  public static let active: any KernelSet.Type = (try? checkEnvironment()) ?? best

  /// The variants that this binary holds, the plainest first.
  public static let all: [any KernelSet.Type] = variants.map(\.kernels)

  /// The variants that this processor can run, the plainest first.
  public static let runnable: [any KernelSet.Type] = variants.filter { $0.isSupported && $0.isGranted }.map(\.kernels)

  /// The last of the runnable variants.
  public static var best: any KernelSet.Type { runnable.last ?? KernelsPortable.KernelVariant.self }

  /// The variant of a name, or the best one if there is no name.
  public static func choose(name: String?) throws(KernelFailure) -> any KernelSet.Type {
    guard let name, !name.isEmpty else { return best }
    guard let variant = variants.first(where: { $0.kernels.name == name }) else {
      throw .unknown(name: name, known: all.map { $0.name })
    }
    guard variant.isSupported else { throw .notRunnable(name: name, runnable: runnable.map { $0.name }) }
    guard variant.isGranted else { throw .notGranted(name: name, runnable: runnable.map { $0.name }) }
    return variant.kernels
  }

  /// The variant that `SWIFTLET_KERNELS` names, or the best one where it is not set.
  @discardableResult
  public static func checkEnvironment() throws(KernelFailure) -> any KernelSet.Type {
    try choose(name: getenv(environmentVariable).map { String(cString: $0) })
  }

  private struct Variant: Sendable {
    var kernels: any KernelSet.Type
    /// Whether the processor has the instructions.
    var isSupported: Bool
    /// Whether the operating system lets this process use their registers.
    var isGranted = true
  }

  private static let variants: [Variant] = {
    var variants = [Variant(kernels: KernelsPortable.KernelVariant.self, isSupported: true)]
    #if arch(x86_64)
      let processor = Processor.current
      variants.append(Variant(kernels: KernelsAVX2.KernelVariant.self, isSupported: processor.hasAVX2))
      variants.append(Variant(kernels: KernelsAVX512.KernelVariant.self, isSupported: processor.hasAVX512))
      // Asked here, once, and so before any kernel runs on any thread.
      let hasTiles = processor.hasAMXBFloat16
      variants.append(
        Variant(
          kernels: KernelsAMX.KernelVariant.self, isSupported: hasTiles,
          isGranted: hasTiles && swiftlet_may_use_tiles()))
    #endif
    return variants
  }()
}
