/// Which elements a dropout drops: a function of a seed and of the element's row and column alone.
///
/// Nothing is stored: the backward pass asks again. Every kernel variant computes the same bits, so a run gives
/// the same numbers whatever the machine and the number of threads.
public struct Dropout: Sendable, Equatable {
  /// The chance of an element to be dropped, in `0 ..< 1`.
  public var probability: Float
  /// What makes this dropout different from every other one: derived from the run's seed, step, layer and place.
  public var seed: UInt64

  /// A dropout of the given probability and seed.
  public init(probability: Float, seed: UInt64) {
    self.probability = probability
    self.seed = seed
  }

  /// No dropout.
  public static let none = Dropout(probability: 0, seed: 0)
  /// Whether nothing is dropped.
  public var isNone: Bool { probability <= 0 }
  /// What the kept elements are multiplied by, so that the expectation stays.
  public var scale: Float { 1 / (1 - probability) }
  /// An element is dropped where its 32 random bits are below this.
  public var threshold: UInt32 { UInt32(min(Double(probability) * 4_294_967_296, 4_294_967_295)) }

  /// The key of one row: to be combined with columns by `bits(rowKey:column:)`.
  @inline(__always) public func rowKey(_ row: Int) -> UInt32 {
    var x = seed &+ UInt64(truncatingIfNeeded: row) &* 0x9E37_79B9_7F4A_7C15
    x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
    x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
    return UInt32(truncatingIfNeeded: x ^ (x >> 31))
  }

  /// Thirty-two random bits for a column of a row (the finaliser of MurmurHash3 over a Weyl sequence).
  @inline(__always) public static func bits(rowKey: UInt32, column: Int) -> UInt32 {
    var x = rowKey &+ UInt32(truncatingIfNeeded: column) &* 0x9E37_79B9
    x = (x ^ (x >> 16)) &* 0x85EB_CA6B
    x = (x ^ (x >> 13)) &* 0xC2B2_AE35
    return x ^ (x >> 16)
  }

  /// Whether the element is kept.
  @inline(__always) public func keeps(row: Int, column: Int) -> Bool {
    Self.bits(rowKey: rowKey(row), column: column) >= threshold
  }
}
