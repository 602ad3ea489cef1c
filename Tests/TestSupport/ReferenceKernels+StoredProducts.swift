import KernelSupport

extension ReferenceKernels {
  /// One stored number.
  public static func number(_ matrix: StoredMatrix, row: Int, column: Int) -> Double {
    let values = matrix.values + row * matrix.rowBytes
    func scale() -> Double {
      let group = row * WeightFormat.groups(matrix.columns) + column / WeightFormat.groupSize
      return matrix.scales.map { Double(Float(bitPattern: UInt32($0[group]) << 16)) } ?? .nan
    }
    switch matrix.format {
    case .fp32: return Double(values.loadUnaligned(fromByteOffset: 4 * column, as: Float.self))
    case .bf16:
      return Double(
        Float(bitPattern: UInt32(values.loadUnaligned(fromByteOffset: 2 * column, as: UInt16.self)) << 16))
    case .q8: return scale() * Double(values.load(fromByteOffset: column, as: Int8.self))
    case .q4:
      let (group, place) = (column / 32, column % 32)
      let byte = values.load(fromByteOffset: 16 * group + place % 16, as: UInt8.self)
      return scale() * (Double(place < 16 ? byte & 15 : byte >> 4) - 8)
    }
  }

  /// The product's result, rows × outputs, with bias, in Double.
  public static func product(_ p: StoredProduct) -> [Double] {
    (0..<p.rows).flatMap { row in
      (0..<p.weights.rows).map { output in
        (0..<p.weights.columns).reduce(p.bias.map { Double($0[output]) } ?? 0) { sum, k in
          sum + Double(p.x[row * p.strideOfX + k]) * number(p.weights, row: output, column: k)
        }
      }
    }
  }

  /// A row as it is stored to floats.
  public static func widen(_ matrix: StoredMatrix, row: Int, to y: UnsafeMutablePointer<Float>) {
    for column in 0..<matrix.columns { y[column] = Float(number(matrix, row: row, column: column)) }
  }

  /// A product with stored weights.
  public static func multiply(_ product: StoredProduct, on pool: ThreadPool) {
    let result = Self.product(product)
    for row in 0..<product.rows {
      for output in 0..<product.weights.rows {
        let value = Float(result[row * product.weights.rows + output])
        product.y[row * product.strideOfY + output] = value
        if let activation = product.activation {
          product.activated?[row * product.strideOfY + output] = apply(activation, to: value)
        }
      }
    }
  }
}
