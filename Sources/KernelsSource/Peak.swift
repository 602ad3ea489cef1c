import CInstructions
import KernelSupport

extension KernelVariant {
  /// Multiplies and adds in registers alone, on all threads.
  public static func multiplyInRegisters(_ precision: Precision, steps: Int, on pool: ThreadPool) -> Double {
    // A multiplication and an addition for each lane, in bfloat16 pairs for each of two.
    let pairs = precision == .bf16 && hasPairProducts
    pool.run(tasks: pool.threads) { _, _ in
      #if AVX512
        if pairs { return swiftlet_multiply_pairs_in_registers(steps) }
      #endif
      swiftlet_multiply_in_registers(steps)
    }
    let products = Double(swiftlet_registers_of_sums) * Double(lanes) * (pairs ? 2 : 1)
    return 2 * products * Double(steps) * Double(pool.threads)
  }
}
