/// The types of numbers that are read from safetensors files, by their names there.
public enum TensorType: String, Sendable, Hashable, CaseIterable {
  /// IEEE 754, 64 bits.
  case float64 = "F64"
  /// IEEE 754, 32 bits: what is written.
  case float32 = "F32"
  /// IEEE 754, 16 bits.
  case float16 = "F16"
  /// The upper half of a float.
  case bfloat16 = "BF16"
  /// Signed, 64 bits.
  case int64 = "I64"
  /// Signed, 32 bits.
  case int32 = "I32"
  /// Signed, 8 bits.
  case int8 = "I8"
  /// Unsigned, 8 bits.
  case uint8 = "U8"
  /// 0 or 1, 8 bits.
  case bool = "BOOL"

  /// The types that the format has besides.
  static let unsupportedNames: Set<String> = [
    "U16", "I16", "U32", "U64", "C64", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "F4",
    "F6_E2M3", "F6_E3M2",
  ]

  /// Bytes of one number.
  public var byteCount: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// Converts numbers from their little-endian bytes.
  ///
  /// What a float cannot hold is rounded; a double beyond its range becomes infinite.
  ///
  /// - Parameters:
  ///   - bytes: as many as the numbers have.
  ///   - numbers: where they go.
  func convert(_ bytes: UnsafeRawBufferPointer, to numbers: UnsafeMutableBufferPointer<Float>) {
    func word<Word: FixedWidthInteger>(_ index: Int, as type: Word.Type) -> Word {
      Word(littleEndian: bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Word>.size, as: type))
    }
    switch self {
    case .float64:
      for index in numbers.indices { numbers[index] = Float(Double(bitPattern: word(index, as: UInt64.self))) }
    case .float32:
      for index in numbers.indices { numbers[index] = Float(bitPattern: word(index, as: UInt32.self)) }
    case .float16:
      for index in numbers.indices { numbers[index] = Self.float(half: word(index, as: UInt16.self)) }
    case .bfloat16:
      for index in numbers.indices { numbers[index] = Float(bitPattern: UInt32(word(index, as: UInt16.self)) << 16) }
    case .int64:
      for index in numbers.indices { numbers[index] = Float(word(index, as: Int64.self)) }
    case .int32:
      for index in numbers.indices { numbers[index] = Float(word(index, as: Int32.self)) }
    case .int8:
      for index in numbers.indices { numbers[index] = Float(Int8(bitPattern: bytes[index])) }
    case .uint8:
      for index in numbers.indices { numbers[index] = Float(bytes[index]) }
    case .bool:
      for index in numbers.indices { numbers[index] = bytes[index] == 0 ? 0 : 1 }
    }
  }

  /// A half-precision number, exactly.
  static func float(half: UInt16) -> Float {
    let sign: Float = half & 0x8000 == 0 ? 1 : -1
    let exponent = Int(half >> 10 & 0x1F)
    let fraction = UInt32(half & 0x3FF)
    switch exponent {
    case 0: return sign * Float(fraction) * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      let bits = UInt32(half & 0x8000) << 16 | UInt32(exponent + 112) << 23 | fraction << 13
      return Float(bitPattern: bits)
    }
  }
}
