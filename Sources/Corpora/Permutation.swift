import Tensors

/// A shuffled order of `0 ..< count` that is computed one index at a time and takes no memory.
///
/// A Feistel network over the next power of four permutes the numbers; those that fall outside are sent round
/// again until they fall inside ("cycle walking", Black & Rogaway 2002). So a stopped run finds its place in an
/// epoch of any size without replaying it.
public struct Permutation: Sendable {
  /// How many numbers are permuted.
  public let count: Int
  private let halfBits: UInt64
  private let keys: InlineArray<6, UInt64>

  /// The order that a seed gives.
  public init(of count: Int, _ randomness: Randomness) {
    precondition(count >= 0, "a permutation of \(count) numbers")
    self.count = count
    var bits: UInt64 = 2
    while bits < 62, 1 << bits < count { bits += 2 }
    self.halfBits = bits / 2
    self.keys = InlineArray { round in randomness.derive("permutation", round).seed }
  }

  /// The number at a place.
  public subscript(index: Int) -> Int {
    precondition((0..<count).contains(index), "index \(index) outside a permutation of \(count)")
    var value = UInt64(index)
    repeat { value = encrypted(value) } while value >= UInt64(count)
    return Int(value)
  }

  private func encrypted(_ value: UInt64) -> UInt64 {
    let mask: UInt64 = (1 << halfBits) - 1
    var left = value >> halfBits
    var right = value & mask
    for round in 0..<6 {
      (left, right) = (right, left ^ (mixed(right ^ keys[round]) & mask))
    }
    return left << halfBits | right
  }
}
