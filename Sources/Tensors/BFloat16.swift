/// The upper half of a float.
package struct BFloat16 {
  /// Its bits.
  package let bits: UInt16

  /// One that was stored.
  package init(bits: UInt16) { self.bits = bits }

  /// The nearest one, the even one of two; the number is finite.
  package init(_ number: Float) {
    let word = UInt64(number.bitPattern)
    bits = UInt16(truncatingIfNeeded: (word + 0x7FFF + (word >> 16) & 1) >> 16)
  }

  /// The number, exactly.
  package var float: Float { Float(bitPattern: UInt32(bits) << 16) }
}
