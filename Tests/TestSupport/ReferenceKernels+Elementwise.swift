import KernelSupport

extension ReferenceKernels {
  /// f(x).
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func apply<Real: ReferenceReal>(_ activation: Activation, to x: Real) -> Real {
    switch activation {
    case .gelu: return x * 0.5 * (1 + Real.errorFunction(x * Real(0.5).squareRoot()))
    case .geluTanh: return x * 0.5 * (1 + Real.hyperbolicTangent(tanhArgument(x)))
    case .silu: return x / (1 + Real.exponential(-x))
    case .relu: return max(x, 0)
    case .reluSquared: return max(x, 0) * max(x, 0)
    case .tanh: return Real.hyperbolicTangent(x)
    }
  }

  /// f′(x).
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func derivative<Real: ReferenceReal>(of activation: Activation, at x: Real) -> Real {
    switch activation {
    case .gelu:
      let density = Real.exponential(-x * x / 2) / (2 * Real.pi).squareRoot()
      return 0.5 * (1 + Real.errorFunction(x * Real(0.5).squareRoot())) + x * density
    case .geluTanh:
      let t = Real.hyperbolicTangent(tanhArgument(x))
      let inner = (2 / Real.pi).squareRoot() * (1 + 3 * geluCubic() * x * x)
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner
    case .silu:
      let s = 1 / (1 + Real.exponential(-x))
      return s * (1 + x * (1 - s))
    case .relu: return x > 0 ? 1 : 0
    case .reluSquared: return x > 0 ? 2 * x : 0
    case .tanh:
      let t = Real.hyperbolicTangent(x)
      return 1 - t * t
    }
  }

  private static func geluCubic<Real: ReferenceReal>() -> Real { Real(44715) / 1_000_000 }
  private static func tanhArgument<Real: ReferenceReal>(_ x: Real) -> Real {
    (2 / Real.pi).squareRoot() * (x + geluCubic() * x * x * x)
  }

  /// y = f(x).
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func activate<Real: ReferenceReal>(
    _ activation: Activation, count: Int, x: UnsafePointer<Real>, y: UnsafeMutablePointer<Real>,
    on pool: ThreadPool
  ) {
    for i in 0..<count { y[i] = apply(activation, to: x[i]) }
  }

  /// xGradient = f′(x) · yGradient.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func activateBackward<Real: ReferenceReal>(
    _ activation: Activation, count: Int, x: UnsafePointer<Real>, yGradient: UnsafePointer<Real>,
    xGradient: UnsafeMutablePointer<Real>, on pool: ThreadPool
  ) {
    for i in 0..<count { xGradient[i] = derivative(of: activation, at: x[i]) * yGradient[i] }
  }

  /// y = f(gate) · up.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func gate<Real: ReferenceReal>(
    _ activation: Activation, rows: Int, width: Int, x: UnsafePointer<Real>, y: UnsafeMutablePointer<Real>,
    on pool: ThreadPool
  ) {
    for row in 0..<rows {
      for j in 0..<width {
        y[row * width + j] = apply(activation, to: x[row * 2 * width + j]) * x[row * 2 * width + width + j]
      }
    }
  }

  /// y = dropout(x) + residual.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func dropout<Real: ReferenceReal>(
    _ dropout: Dropout, rows: Int, columns: Int, x: UnsafePointer<Real>, residual: UnsafePointer<Real>?,
    y: UnsafeMutablePointer<Real>, on pool: ThreadPool
  ) {
    for row in 0..<rows {
      for j in 0..<columns {
        let kept =
          dropout.isNone
          ? x[row * columns + j]
          : dropout.keeps(row: row, column: j) ? x[row * columns + j] * Real(dropout.scale) : 0
        y[row * columns + j] = kept + (residual?[row * columns + j] ?? 0)
      }
    }
  }

  /// y += scale · x.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func add<Real: ReferenceReal>(
    count: Int, scale: Real, x: UnsafePointer<Real>, to y: UnsafeMutablePointer<Real>, on pool: ThreadPool
  ) {
    for i in 0..<count { y[i] += scale * x[i] }
  }

  /// y = scale · y.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func scale<Real: ReferenceReal>(
    count: Int, by scale: Real, _ y: UnsafeMutablePointer<Real>, on pool: ThreadPool
  ) {
    for i in 0..<count { y[i] *= scale }
  }

  /// y += (x - y) · rate.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func average<Real: ReferenceReal>(
    count: Int, rate: Real, x: UnsafePointer<Real>, into y: UnsafeMutablePointer<Real>, on pool: ThreadPool
  ) {
    for i in 0..<count { y[i] += (x[i] - y[i]) * rate }
  }

  /// The sum of squares.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func sumOfSquares<Real: ReferenceReal>(
    count: Int, _ x: UnsafePointer<Real>, on pool: ThreadPool
  ) -> Double {
    (0..<count).reduce(0) { $0 + Double(x[$1]) * Double(x[$1]) }
  }

  /// result[c] += Σ over rows of x[r, c].
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func sumColumns<Real: ReferenceReal>(
    rows: Int, columns: Int, stride: Int, x: UnsafePointer<Real>, into result: UnsafeMutablePointer<Real>,
    on pool: ThreadPool
  ) {
    for row in 0..<rows {
      for j in 0..<columns { result[j] += x[row * stride + j] }
    }
  }
}
