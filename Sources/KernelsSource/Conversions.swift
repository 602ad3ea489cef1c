import CInstructions
import KernelSupport

// Where loops over integers are plain, the compiler vectorises them by itself.

extension KernelVariant {
  /// bfloat16 to float.
  public static func widen(count: Int, bfloat16 x: UnsafePointer<UInt16>, to y: UnsafeMutablePointer<Float>) {
    for i in 0..<count { y[i] = Float(bitPattern: UInt32(x[i]) &<< 16) }
  }

  /// A row as it is stored to floats.
  public static func widen(_ matrix: StoredMatrix, row: Int, to y: UnsafeMutablePointer<Float>) {
    let values = matrix.values + row &* matrix.rowBytes
    let groups = WeightFormat.groups(matrix.columns)
    switch matrix.format {
    case .fp32: y.update(from: values.assumingMemoryBound(to: Float.self), count: matrix.columns)
    case .bf16: widen(count: matrix.columns, bfloat16: values.assumingMemoryBound(to: UInt16.self), to: y)
    case .q8, .q4:
      guard let scales = matrix.scales.map({ $0 + row &* groups }) else { return }
      for group in 0..<groups {
        let scale = Float(bitPattern: UInt32(scales[group]) &<< 16)
        let first = group &* WeightFormat.groupSize
        let bytes = values + (matrix.format == .q8 ? first : first / 2)
        let count = matrix.columns &- first
        if count < WeightFormat.groupSize {
          widenRest(count, bytes.assumingMemoryBound(to: UInt8.self), matrix.format, scale, to: y + first)
        } else if matrix.format == .q8 {
          swiftlet_widen_int8(bytes, scale, y + first)
        } else {
          swiftlet_widen_nibbles(bytes, scale, y + first)
        }
      }
    }
  }

  /// What is left of a row behind its whole groups.
  private static func widenRest(
    _ count: Int, _ bytes: UnsafePointer<UInt8>, _ format: WeightFormat, _ scale: Float,
    to y: UnsafeMutablePointer<Float>
  ) {
    for i in 0..<count {
      let number =
        if format == .q8 { Int32(Int8(bitPattern: bytes[i])) } else {
          Int32(i < 16 ? bytes[i] & 15 : bytes[i &- 16] &>> 4) &- 8
        }
      y[i] = scale * Float(number)
    }
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
