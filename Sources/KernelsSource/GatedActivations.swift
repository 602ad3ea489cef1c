import KernelSupport

// Rows of x are [gate | up], each half `width` long.

extension KernelVariant {
  /// y = f(gate) · up.
  public static func gate(
    _ activation: Activation, rows: Int, width: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>,
    on pool: ThreadPool
  ) {
    forEachRowBlock(rows: rows, columns: 2 &* width, on: pool) { range, _ in
      switch activation {
      case .gelu: gated(VectorGELU.self, range, width, x, y)
      case .geluTanh: gated(VectorGELUTanh.self, range, width, x, y)
      case .silu: gated(VectorSiLU.self, range, width, x, y)
      case .relu: gated(VectorReLU.self, range, width, x, y)
      case .reluSquared: gated(VectorReLUSquared.self, range, width, x, y)
      case .tanh: gated(VectorTanh.self, range, width, x, y)
      }
    }
  }

  /// Gradients of gate, for both halves of x.
  public static func gateBackward(
    _ activation: Activation, rows: Int, width: Int, x: UnsafePointer<Float>, yGradient: UnsafePointer<Float>,
    xGradient: UnsafeMutablePointer<Float>, on pool: ThreadPool
  ) {
    forEachRowBlock(rows: rows, columns: 2 &* width, on: pool) { range, _ in
      switch activation {
      case .gelu: gatedGradients(VectorGELU.self, range, width, x, yGradient, xGradient)
      case .geluTanh: gatedGradients(VectorGELUTanh.self, range, width, x, yGradient, xGradient)
      case .silu: gatedGradients(VectorSiLU.self, range, width, x, yGradient, xGradient)
      case .relu: gatedGradients(VectorReLU.self, range, width, x, yGradient, xGradient)
      case .reluSquared: gatedGradients(VectorReLUSquared.self, range, width, x, yGradient, xGradient)
      case .tanh: gatedGradients(VectorTanh.self, range, width, x, yGradient, xGradient)
      }
    }
  }

  @inline(always) private static func gated<Function: VectorActivation>(
    _ function: Function.Type, _ rows: Range<Int>, _ width: Int, _ x: UnsafePointer<Float>,
    _ y: UnsafeMutablePointer<Float>
  ) {
    for row in rows {
      let gate = x + row &* 2 &* width
      let (up, result) = (gate + width, y + row &* width)
      @inline(always) func step(_ place: Int, _ count: Int) {
        let value = Function.value(load(gate + place, count: count)) * load(up + place, count: count)
        store(value, result + place, count: count)
      }
      forEachVector(width, step)
    }
  }

  @inline(always) private static func gatedGradients<Function: VectorActivation>(
    _ function: Function.Type, _ rows: Range<Int>, _ width: Int, _ x: UnsafePointer<Float>,
    _ yGradient: UnsafePointer<Float>, _ xGradient: UnsafeMutablePointer<Float>
  ) {
    for row in rows {
      let gate = x + row &* 2 &* width
      let (up, dy) = (gate + width, yGradient + row &* width)
      let gateGradient = xGradient + row &* 2 &* width
      let upGradient = gateGradient + width
      @inline(always) func step(_ place: Int, _ count: Int) {
        let f = Function.valueAndDerivative(load(gate + place, count: count))
        let gradient = load(dy + place, count: count)
        let product = f.derivative * load(up + place, count: count) * gradient
        store(product, gateGradient + place, count: count)
        store(f.value * gradient, upGradient + place, count: count)
      }
      forEachVector(width, step)
    }
  }
}
