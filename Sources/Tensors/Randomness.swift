/// Seeds for every purpose, derived from one: a function of its words, with no state to carry.
///
/// A training run asks for "the dropout of step 12, micro-batch 1" or "the order of epoch 3", and gets the same
/// answer whether or not it was stopped in between.
public struct Randomness: Sendable, Equatable {
  /// The seed that everything is derived from.
  public let seed: UInt64

  /// Randomness that begins with a seed.
  public init(seed: UInt64) { self.seed = seed }

  /// The randomness of a purpose, and of some numbers (a step, an epoch, an index) within it.
  public func derive(_ purpose: String, _ numbers: Int...) -> Randomness {
    // FNV-1a over the name, then one SplitMix64 round for each number.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    var state = Self.mixed(seed ^ Self.mixed(hash))
    for number in numbers {
      state = Self.mixed(state &+ 0x9E37_79B9_7F4A_7C15 &+ UInt64(bitPattern: Int64(number)))
    }
    return Randomness(seed: state)
  }

  /// A generator that begins here.
  public var generator: RandomGenerator { RandomGenerator(seed: seed) }

  /// The order in which `count` things are visited: a Fisher–Yates shuffle of `0 ..< count`.
  public func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    var random = generator
    order.shuffle(using: &random)
    return order
  }

  /// SplitMix64's finaliser (Steele, Lea & Flood 2014).
  package static func mixed(_ value: UInt64) -> UInt64 {
    var x = value
    x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
    x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
    return x ^ (x >> 31)
  }
}

/// A generator of random numbers: xoshiro256** (Blackman & Vigna 2021).
///
/// It is a value: to keep it is to keep its future, and it can be stored in a file.
public struct RandomGenerator: RandomNumberGenerator, Sendable, Equatable, Codable {
  private var state: [UInt64]

  /// A generator whose future is fixed by the seed.
  public init(seed: UInt64) {
    state = (1...4).map { Randomness.mixed(seed &+ UInt64($0) &* 0x9E37_79B9_7F4A_7C15) }
    if state.allSatisfy({ $0 == 0 }) { state[0] = 1 }
  }

  /// Sixty-four random bits.
  public mutating func next() -> UInt64 {
    let result = Self.rotated(state[1] &* 5, by: 7) &* 9
    let shifted = state[1] << 17
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = Self.rotated(state[3], by: 45)
    return result
  }

  /// A number in `0 ..< 1`, of 53 random bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number of the standard normal distribution (Box & Muller 1958).
  public mutating func normal() -> Double {
    let radius = (-2 * logarithm(1 - uniform())).squareRoot()
    return radius * cosine(2 * Double.pi * uniform())
  }

  private static func rotated(_ x: UInt64, by count: UInt64) -> UInt64 { (x << count) | (x >> (64 - count)) }
}
