/// Numbers for tests: the same ones for the same seed, everywhere.
public struct SampleNumbers {
  private var state: UInt64

  /// A sequence of its own for each seed.
  public init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }

  /// Thirty-two random bits.
  public mutating func bits() -> UInt32 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    var x = state
    x = (x ^ (x >> 31)) &* 0xD6E8_FEB8_6659_FD93
    return UInt32(truncatingIfNeeded: x >> 32)
  }

  /// Uniform in ± `bound`.
  public mutating func uniform(_ count: Int, bound: Float = 1) -> [Float] {
    (0..<count).map { _ in (Float(bits() >> 8) / Float(1 << 23) - 1) * bound }
  }

  /// Roughly normal, with the given deviation.
  public mutating func normal(_ count: Int, deviation: Float = 1) -> [Float] {
    (0..<count).map { _ in
      // Four 16-bit numbers: a sum with the right variance and lighter tails.
      let (a, b) = (bits(), bits())
      let sum = (a >> 16) &+ (a & 0xFFFF) &+ (b >> 16) &+ (b & 0xFFFF)
      return (Float(sum) / 65_536 - 2) * 1.732 * deviation
    }
  }

  /// Integers below `bound`.
  public mutating func integers(_ count: Int, below bound: Int) -> [Int32] {
    (0..<count).map { _ in Int32(bits() % UInt32(bound)) }
  }
}
