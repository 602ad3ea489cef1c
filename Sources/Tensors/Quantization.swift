import KernelSupport

/// How floats become groups of whole numbers with a scale.
enum Quantization {
  /// Floats to a row of a format, padded with zeros.
  static func write(
    _ numbers: UnsafeBufferPointer<Float>, as format: WeightFormat, to values: UnsafeMutableRawPointer,
    scales: UnsafeMutablePointer<UInt16>?
  ) {
    switch format {
    case .fp32:
      for (index, number) in numbers.enumerated() {
        values.storeBytes(of: number, toByteOffset: 4 * index, as: Float.self)
      }
    case .bf16:
      for (index, number) in numbers.enumerated() {
        values.storeBytes(of: BFloat16(number).bits, toByteOffset: 2 * index, as: UInt16.self)
      }
    case .q8, .q4:
      guard let scales else { return }
      for group in 0..<WeightFormat.groups(numbers.count) {
        let first = group * WeightFormat.groupSize
        let part = UnsafeBufferPointer(
          rebasing: numbers[first..<min(first + WeightFormat.groupSize, numbers.count)])
        let scale = format == .q8 ? byteScale(part) : nibbleScale(part)
        scales[group] = BFloat16(scale).bits
        for index in 0..<WeightFormat.groupSize {
          let number = index < part.count && scale != 0 ? (part[index] / scale).rounded(.toNearestOrEven) : 0
          if format == .q8 {
            values.storeBytes(of: Int8(max(-127, min(127, number))), toByteOffset: first + index, as: Int8.self)
          } else {
            let place = group * 16 + index % 16
            let nibble = UInt8(max(-8, min(7, number)) + 8)
            let low = index < 16 ? nibble : values.load(fromByteOffset: place, as: UInt8.self) | nibble << 4
            values.storeBytes(of: low, toByteOffset: place, as: UInt8.self)
          }
        }
      }
    }
  }

  /// The largest number becomes 127 of its scale.
  private static func byteScale(_ numbers: UnsafeBufferPointer<Float>) -> Float {
    BFloat16(numbers.reduce(0) { max($0, abs($1)) } / 127).float
  }

  /// The scale with the smallest sum of squared errors, of those that bring the largest number near the end of the
  /// range, on either side: it has one number more below zero than above.
  private static func nibbleScale(_ numbers: UnsafeBufferPointer<Float>) -> Float {
    let largest = numbers.reduce(Float(0)) { abs($1) > abs($0) ? $1 : $0 }
    guard largest != 0 else { return 0 }
    var (best, leastError) = (Float(0), Float.infinity)
    for step in 0..<12 {
      let divisor = -5.75 - Float(step) * 0.25
      for scale in [BFloat16(largest / divisor).float, BFloat16(-largest / divisor).float] where scale != 0 {
        let inverse = 1 / scale
        var error: Float = 0
        for number in numbers {
          let whole = max(-8, min(7, (number * inverse).rounded(.toNearestOrEven)))
          let difference = number - whole * scale
          error += difference * difference
        }
        if error < leastError { (best, leastError) = (scale, error) }
      }
    }
    return best
  }
}
