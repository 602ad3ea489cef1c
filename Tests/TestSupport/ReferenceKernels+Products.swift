import KernelSupport

extension ReferenceKernels {
  /// The product's result, rows × columns, with bias, factor and what C held if it accumulates, but no other finish.
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
        if case .multiply(let factor, let stride) = p.finish { sum *= Real(factor[i * stride + j]) }
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
    let (p, result) = (product, Self.product(product, as: Float.self))
    for i in 0..<p.rows {
      for j in 0..<p.columns {
        let (value, place) = (result[i * p.columns + j], i * p.strideOfC + j)
        p.c[place] = value
        switch p.finish {
        case .none, .multiply, .rotate: break
        case .activate(let activation, let result): result[place] = apply(activation, to: value)
        case .activateKeepingDerivative(let activation, let result):
          result[place] = apply(activation, to: value)
          p.c[place] = derivative(of: activation, at: value)
        case .gate(let activation, let gate, let result, let stride):
          result[i * stride + j] = apply(activation, to: gate[place]) * value
        case .gateBackward(let activation, let gate, let gateGradient, let width):
          gateGradient[place] = derivative(of: activation, at: gate[place]) * gate[place + width] * value
          p.c[place] = apply(activation, to: gate[place]) * value
        }
      }
    }
    if case .rotate(let rotation, let heads) = p.finish {
      rotate(rows: p.rows, stride: p.strideOfC, heads: heads, rotation: rotation, x: p.c, on: pool)
    }
  }
}
