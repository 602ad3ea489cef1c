/// A 64-bit hash of bytes that is the same on every machine and in every run (unlike `Hasher`).
///
/// It finds equal documents and decides their side of a split; it is not made to withstand forgery.
public struct ContentHash: Sendable {
  private var state: UInt64
  private var pending: UInt64 = 0
  private var pendingBytes: UInt64 = 0
  private var length: UInt64 = 0

  /// An empty hash.
  public init(seed: UInt64 = 0) { state = mixed(seed ^ 0x9E37_79B9_7F4A_7C15) }

  /// Takes in bytes.
  public mutating func update(_ bytes: some Sequence<UInt8>) {
    if bytes.withContiguousStorageIfAvailable({ absorb(UnsafeRawBufferPointer($0)) }) == nil {
      for byte in bytes { absorb(byte) }
    }
  }

  /// Takes in a number.
  public mutating func update(_ number: UInt64) {
    for shift in 0..<8 { absorb(UInt8(truncatingIfNeeded: number >> (8 * shift))) }
  }

  /// The hash of what was taken in.
  public var value: UInt64 { mixed(step(state, pending) ^ length &* 0x9E37_79B9_7F4A_7C15) }

  /// The hash of some bytes.
  public static func of(_ bytes: some Sequence<UInt8>, seed: UInt64 = 0) -> UInt64 {
    var hash = ContentHash(seed: seed)
    hash.update(bytes)
    return hash.value
  }

  private mutating func absorb(_ bytes: UnsafeRawBufferPointer) {
    var offset = 0
    while pendingBytes != 0, offset < bytes.count {
      absorb(bytes[offset])
      offset += 1
    }
    while offset + 8 <= bytes.count {
      state = step(state, UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      length &+= 8
      offset += 8
    }
    while offset < bytes.count {
      absorb(bytes[offset])
      offset += 1
    }
  }

  private mutating func absorb(_ byte: UInt8) {
    pending |= UInt64(byte) << (8 * pendingBytes)
    pendingBytes += 1
    length &+= 1
    if pendingBytes == 8 {
      state = step(state, pending)
      pending = 0
      pendingBytes = 0
    }
  }

  private func step(_ state: UInt64, _ word: UInt64) -> UInt64 {
    let product = (state ^ word).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    return product.high ^ product.low &+ word &* 0xE703_7ED1_A0B4_28DB
  }
}

/// SplitMix64's finaliser (Steele, Lea & Flood 2014): every bit of the input reaches every bit of the output.
func mixed(_ value: UInt64) -> UInt64 {
  var x = value
  x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
  x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
  return x ^ (x >> 31)
}
