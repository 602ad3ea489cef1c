import KernelSupport

// Plain loops over integers, which the compiler vectorises by itself.

extension KernelVariant {
  /// bfloat16 to float.
  public static func widen(count: Int, bfloat16 x: UnsafePointer<UInt16>, to y: UnsafeMutablePointer<Float>) {
    for i in 0..<count { y[i] = Float(bitPattern: UInt32(x[i]) &<< 16) }
  }

  /// Float to bfloat16: half of the last place is added, and the even neighbour wins a tie; what is not a number
  /// keeps its upper bits and becomes quiet, as the sum could turn it into infinity.
  public static func narrow(count: Int, _ x: UnsafePointer<Float>, toBFloat16 y: UnsafeMutablePointer<UInt16>) {
    for i in 0..<count {
      let bits = x[i].bitPattern
      let rounded = (bits &+ 0x7FFF &+ ((bits &>> 16) & 1)) &>> 16
      let isNumber = bits & 0x7FFF_FFFF <= 0x7F80_0000
      y[i] = UInt16(truncatingIfNeeded: isNumber ? rounded : bits &>> 16 | 0x40)
    }
  }
}
