import KernelSupport

/// 1 / √2.
private let inverseRoot2: Float = 0.707_106_78
/// 1 / √(2π): the density of a standard normal at zero.
private let densityAtZero: Float = 0.398_942_28
/// 2 · √(2/π), and the same times 0.044715: GELU by a hyperbolic tangent, written with a sigmoid, as
/// (1 + tanh(u)) / 2 = σ(2u).
private let doubleRoot: Float = 1.595_769_1
private let doubleCubic: Float = 0.071_354_82

/// The functions as values of their own, so that a kernel's loop is compiled for each.
protocol VectorActivation {
  /// f(x).
  static func value(_ x: Vector) -> Vector
  /// f(x) and f′(x).
  static func valueAndDerivative(_ x: Vector) -> (value: Vector, derivative: Vector)
}

/// x · Φ(x).
enum VectorGELU: VectorActivation {
  @inline(always) static func value(_ x: Vector) -> Vector {
    let half = x * broadcast(0.5)
    return multiplyAdd(half, errorFunction(x * broadcast(inverseRoot2)), half)
  }
  @inline(always) static func valueAndDerivative(_ x: Vector) -> (value: Vector, derivative: Vector) {
    let cumulative = multiplyAdd(errorFunction(x * broadcast(inverseRoot2)), broadcast(0.5), broadcast(0.5))
    // Beyond ±13 the density is zero; the bound keeps ∞ · 0 out of the product.
    let bounded = smaller(broadcast(16), larger(broadcast(-16), x))
    let density = exponential(bounded * bounded * broadcast(-0.5)) * broadcast(densityAtZero)
    return (x * cumulative, multiplyAdd(bounded, density, cumulative))
  }
}

/// x · σ(2u) with u = √(2/π) · (x + 0.044715 · x³).
enum VectorGELUTanh: VectorActivation {
  @inline(always) static func value(_ x: Vector) -> Vector {
    let inner = x * multiplyAdd(x * x, broadcast(doubleCubic), broadcast(doubleRoot))
    return x / (broadcast(1) + exponential(-inner))
  }
  @inline(always) static func valueAndDerivative(_ x: Vector) -> (value: Vector, derivative: Vector) {
    let inner = x * multiplyAdd(x * x, broadcast(doubleCubic), broadcast(doubleRoot))
    // Bounded, so that e⁻ᵘ stays finite: beyond it the derivative is 0 or 1 anyway.
    let e = exponential(smaller(broadcast(80), -inner))
    let s = broadcast(1) / (broadcast(1) + e)
    let bounded = smaller(broadcast(16), larger(broadcast(-16), x))
    let slope = multiplyAdd(bounded * bounded, broadcast(3 * doubleCubic), broadcast(doubleRoot))
    return (x * s, multiplyAdd(bounded * slope, s * (s * e), s))
  }
}

/// x · σ(x).
enum VectorSiLU: VectorActivation {
  @inline(always) static func value(_ x: Vector) -> Vector { x / (broadcast(1) + exponential(-x)) }
  @inline(always) static func valueAndDerivative(_ x: Vector) -> (value: Vector, derivative: Vector) {
    let e = exponential(smaller(broadcast(80), -x))
    let s = broadcast(1) / (broadcast(1) + e)
    // Where 1 - σ vanishes x may be infinite, and its product with zero must be zero.
    let bounded = smaller(broadcast(100), larger(broadcast(-100), x))
    return (x * s, multiplyAdd(bounded * s, s * e, s))
  }
}

/// max(x, 0).
enum VectorReLU: VectorActivation {
  @inline(always) static func value(_ x: Vector) -> Vector { larger(.zero, x) }
  @inline(always) static func valueAndDerivative(_ x: Vector) -> (value: Vector, derivative: Vector) {
    (value(x), select(x, greaterThan: .zero, broadcast(1), else: .zero))
  }
}

/// max(x, 0)².
enum VectorReLUSquared: VectorActivation {
  @inline(always) static func value(_ x: Vector) -> Vector {
    let positive = larger(.zero, x)
    return positive * positive
  }
  @inline(always) static func valueAndDerivative(_ x: Vector) -> (value: Vector, derivative: Vector) {
    let positive = larger(.zero, x)
    return (positive * positive, positive + positive)
  }
}

/// The hyperbolic tangent.
enum VectorTanh: VectorActivation {
  @inline(always) static func value(_ x: Vector) -> Vector { hyperbolicTangent(x) }
  @inline(always) static func valueAndDerivative(_ x: Vector) -> (value: Vector, derivative: Vector) {
    let t = hyperbolicTangent(x)
    return (t, multiplyAdd(-t, t, broadcast(1)))
  }
}

extension KernelVariant {
  /// y = f(x).
  public static func activate(
    _ activation: Activation, count: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>,
    on pool: ThreadPool
  ) {
    forEachBlock(of: count, on: pool) { start, count in
      switch activation {
      case .gelu: values(VectorGELU.self, count, x + start, y + start)
      case .geluTanh: values(VectorGELUTanh.self, count, x + start, y + start)
      case .silu: values(VectorSiLU.self, count, x + start, y + start)
      case .relu: values(VectorReLU.self, count, x + start, y + start)
      case .reluSquared: values(VectorReLUSquared.self, count, x + start, y + start)
      case .tanh: values(VectorTanh.self, count, x + start, y + start)
      }
    }
  }

  /// y = f(x), then x = f′(x).
  static func activateKeepingDerivative(
    _ activation: Activation, count: Int, x: UnsafeMutablePointer<Float>, y: UnsafeMutablePointer<Float>
  ) {
    switch activation {
    case .gelu: valuesAndDerivatives(VectorGELU.self, count, x, y)
    case .geluTanh: valuesAndDerivatives(VectorGELUTanh.self, count, x, y)
    case .silu: valuesAndDerivatives(VectorSiLU.self, count, x, y)
    case .relu: valuesAndDerivatives(VectorReLU.self, count, x, y)
    case .reluSquared: valuesAndDerivatives(VectorReLUSquared.self, count, x, y)
    case .tanh: valuesAndDerivatives(VectorTanh.self, count, x, y)
    }
  }

  /// xGradient = f′(x) · yGradient.
  public static func activateBackward(
    _ activation: Activation, count: Int, x: UnsafePointer<Float>, yGradient: UnsafePointer<Float>,
    xGradient: UnsafeMutablePointer<Float>, on pool: ThreadPool
  ) {
    forEachBlock(of: count, on: pool) { start, count in
      let (x, dy, dx) = (x + start, yGradient + start, xGradient + start)
      switch activation {
      case .gelu: gradients(VectorGELU.self, count, x, dy, dx)
      case .geluTanh: gradients(VectorGELUTanh.self, count, x, dy, dx)
      case .silu: gradients(VectorSiLU.self, count, x, dy, dx)
      case .relu: gradients(VectorReLU.self, count, x, dy, dx)
      case .reluSquared: gradients(VectorReLUSquared.self, count, x, dy, dx)
      case .tanh: gradients(VectorTanh.self, count, x, dy, dx)
      }
    }
  }

  @inline(always) private static func values<Function: VectorActivation>(
    _ function: Function.Type, _ count: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>
  ) {
    @inline(always) func step(_ place: Int, _ count: Int) {
      store(Function.value(load(x + place, count: count)), y + place, count: count)
    }
    forEachVector(count, step)
  }

  @inline(always) private static func valuesAndDerivatives<Function: VectorActivation>(
    _ function: Function.Type, _ count: Int, _ x: UnsafeMutablePointer<Float>, _ y: UnsafeMutablePointer<Float>
  ) {
    @inline(always) func step(_ place: Int, _ count: Int) {
      let (value, derivative) = Function.valueAndDerivative(load(x + place, count: count))
      store(value, y + place, count: count)
      store(derivative, x + place, count: count)
    }
    forEachVector(count, step)
  }

  @inline(always) private static func gradients<Function: VectorActivation>(
    _ function: Function.Type, _ count: Int, _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
    _ dx: UnsafeMutablePointer<Float>
  ) {
    @inline(always) func step(_ place: Int, _ count: Int) {
      let derivative = Function.valueAndDerivative(load(x + place, count: count)).derivative
      store(derivative * load(dy + place, count: count), dx + place, count: count)
    }
    forEachVector(count, step)
  }
}
