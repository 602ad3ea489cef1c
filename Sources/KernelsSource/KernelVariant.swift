import KernelSupport

/// The kernels, compiled for the instruction set of this module.
public enum KernelVariant: KernelSet {
  /// What `SWIFTLET_KERNELS` calls this variant.
  public static var name: String {
    #if AMX
      "amx"
    #elseif AVX512
      "avx512"
    #elseif AVX2
      "avx2"
    #else
      "portable"
    #endif
  }
}
