import KernelSupport

extension KernelVariant {
  /// y = f(gate) · up; rows of x are [gate | up], each half `width` long.
  public static func gate(
    _ activation: Activation, rows: Int, width: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>,
    on pool: ThreadPool
  ) {
    forEachRowBlock(rows: rows, columns: 2 &* width, on: pool) { range, _ in
      for row in range {
        let gate = x + row &* 2 &* width
        multiplyByGate(activation, count: width, gate: gate, up: gate + width, result: y + row &* width)
      }
    }
  }

  /// result = f(gate) · up.
  static func multiplyByGate(
    _ activation: Activation, count: Int, gate: UnsafePointer<Float>, up: UnsafePointer<Float>,
    result: UnsafeMutablePointer<Float>
  ) {
    switch activation {
    case .gelu: gated(VectorGELU.self, count, gate, up, result)
    case .geluTanh: gated(VectorGELUTanh.self, count, gate, up, result)
    case .silu: gated(VectorSiLU.self, count, gate, up, result)
    case .relu: gated(VectorReLU.self, count, gate, up, result)
    case .reluSquared: gated(VectorReLUSquared.self, count, gate, up, result)
    case .tanh: gated(VectorTanh.self, count, gate, up, result)
    }
  }

  /// From the gradient of f(gate) · up to that of `up`, in place, and that of the gate.
  static func gateBackward(
    _ activation: Activation, count: Int, gate: UnsafePointer<Float>, up: UnsafePointer<Float>,
    gradient: UnsafeMutablePointer<Float>, gateGradient: UnsafeMutablePointer<Float>
  ) {
    switch activation {
    case .gelu: gatedGradients(VectorGELU.self, count, gate, up, gradient, gateGradient)
    case .geluTanh: gatedGradients(VectorGELUTanh.self, count, gate, up, gradient, gateGradient)
    case .silu: gatedGradients(VectorSiLU.self, count, gate, up, gradient, gateGradient)
    case .relu: gatedGradients(VectorReLU.self, count, gate, up, gradient, gateGradient)
    case .reluSquared: gatedGradients(VectorReLUSquared.self, count, gate, up, gradient, gateGradient)
    case .tanh: gatedGradients(VectorTanh.self, count, gate, up, gradient, gateGradient)
    }
  }

  @inline(always) private static func gated<Function: VectorActivation>(
    _ function: Function.Type, _ count: Int, _ gate: UnsafePointer<Float>, _ up: UnsafePointer<Float>,
    _ result: UnsafeMutablePointer<Float>
  ) {
    @inline(always) func step(_ place: Int, _ count: Int) {
      let value = Function.value(load(gate + place, count: count)) * load(up + place, count: count)
      store(value, result + place, count: count)
    }
    forEachVector(count, step)
  }

  @inline(always) private static func gatedGradients<Function: VectorActivation>(
    _ function: Function.Type, _ count: Int, _ gate: UnsafePointer<Float>, _ up: UnsafePointer<Float>,
    _ gradient: UnsafeMutablePointer<Float>, _ gateGradient: UnsafeMutablePointer<Float>
  ) {
    @inline(always) func step(_ place: Int, _ count: Int) {
      let f = Function.valueAndDerivative(load(gate + place, count: count))
      let (up, outer) = (load(up + place, count: count), load(gradient + place, count: count))
      store(f.derivative * up * outer, gateGradient + place, count: count)
      store(f.value * outer, gradient + place, count: count)
    }
    forEachVector(count, step)
  }
}
