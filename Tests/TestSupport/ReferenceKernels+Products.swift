import KernelSupport

extension ReferenceKernels {
  /// The product's result, rows × columns, with bias, factor and what C held if it accumulates.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func product<Real: ReferenceReal>(_ product: MatrixProduct, as type: Real.Type) -> [Real] {
    let p = product
    var result: [Real] = []
    for i in 0..<p.rows {
      for j in 0..<p.columns {
        var sum: Real = 0
        for k in 0..<p.depth {
          let a = p.transposedA ? p.a[k * p.strideOfA + i] : p.a[i * p.strideOfA + k]
          let b = p.transposedB ? p.b[j * p.strideOfB + k] : p.b[k * p.strideOfB + j]
          sum += operand(a, p.precision, Real.self) * operand(b, p.precision, Real.self)
        }
        if p.accumulates { sum += Real(p.c[i * p.strideOfC + j]) }
        if let bias = p.bias { sum += Real(bias[j]) }
        if let factor = p.factor { sum *= Real(factor[i * p.strideOfFactor + j]) }
        result.append(sum)
      }
    }
    return result
  }

  /// Multiplies and adds plain numbers.
  public static func multiplyInRegisters(_ precision: Precision, steps: Int, on pool: ThreadPool) -> Double {
    var sum: Float = 1
    for _ in 0..<steps { sum = sum * 0.5 + 0.5 }
    return sum.isFinite ? 2 * Double(steps) : 0
  }

  /// A matrix product.
  public static func multiply(_ product: MatrixProduct, on pool: ThreadPool) {
    let result = Self.product(product, as: Float.self)
    for i in 0..<product.rows {
      for j in 0..<product.columns {
        let value = result[i * product.columns + j]
        product.c[i * product.strideOfC + j] = value
        if let activation = product.activation {
          product.activated?[i * product.strideOfC + j] = apply(activation, to: value)
          if product.keepsDerivative {
            product.c[i * product.strideOfC + j] = derivative(of: activation, at: value)
          }
        }
      }
    }
  }
}
