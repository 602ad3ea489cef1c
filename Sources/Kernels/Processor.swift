import CInstructions

/// What the processor is, and what it has of what kernels can use.
public struct Processor: Sendable, Equatable {
  /// The maker's name for it; empty where it does not tell.
  public var name: String
  /// AVX2 and FMA, with all else of x86-64-v3, and the operating system saves their registers.
  public var hasAVX2: Bool
  /// AVX-512 with all of x86-64-v4.
  public var hasAVX512: Bool
  /// Dot products of bfloat16 in 512-bit vectors.
  public var hasAVX512BFloat16: Bool
  /// Tiles of bfloat16 (AMX).
  public var hasAMXBFloat16: Bool

  /// The processor that this program runs on.
  public static let current = Processor(
    name: processorName(), hasAVX2: swiftlet_has_avx2(), hasAVX512: swiftlet_has_avx512(),
    hasAVX512BFloat16: swiftlet_has_avx512_bf16(), hasAMXBFloat16: swiftlet_has_amx_bf16())

  /// The instruction sets by their usual names, the oldest first; empty on other architectures than x86-64.
  public var instructionSets: [String] {
    [("AVX2+FMA", hasAVX2), ("AVX-512", hasAVX512), ("AVX512-BF16", hasAVX512BFloat16), ("AMX-BF16", hasAMXBFloat16)]
      .filter(\.1).map(\.0)
  }

  private static func processorName() -> String {
    let bytes = [UInt8](unsafeUninitializedCapacity: 49) { buffer, count in
      buffer.withMemoryRebound(to: CChar.self) { swiftlet_processor_name($0.baseAddress) }
      count = 49
    }
    return bytes.prefix { $0 != 0 }.split(separator: UInt8(ascii: " "))
      .map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
  }
}
