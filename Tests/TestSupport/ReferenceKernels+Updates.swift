import KernelSupport

extension ReferenceKernels {
  /// What one optimizer step makes of values and running averages.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func updated<Real: ReferenceReal>(
    _ update: ParameterUpdate, values: [Real], first: [Real]?, second: [Real]?
  ) -> (values: [Real], first: [Real]?, second: [Real]?) {
    var (values, first, second) = (values, first, second)
    let rate = Real(update.learningRate)
    let decay = Real(update.weightDecay)
    for i in 0..<update.count {
      let value = values[i]
      let sign: Real = value > 0 ? 1 : value < 0 ? -1 : 0
      let plain = Real(update.gradients[i]) * Real(update.gradientScale) + Real(update.l1) * sign
      let g = plain + decay * value
      switch update.rule {
      case .adam(let beta1, let beta2, let epsilon, let firstCorrection, let secondCorrection, let decoupled):
        let gradient = decoupled ? plain : g
        let m = Real(beta1) * (first?[i] ?? 0) + Real(1 - beta1) * gradient
        let v = Real(beta2) * (second?[i] ?? 0) + Real(1 - beta2) * gradient * gradient
        let kept = decoupled ? value * (1 - rate * decay) : value
        let step = m * Real(firstCorrection) / ((v * Real(secondCorrection)).squareRoot() + Real(epsilon))
        values[i] = kept - rate * step
        first?[i] = m
        second?[i] = v
      case .sgd(let momentum, let dampening, let nesterov, let isFirst):
        guard momentum != 0 else {
          values[i] = value - rate * g
          continue
        }
        let buffer = isFirst ? g : Real(momentum) * (first?[i] ?? 0) + (1 - Real(dampening)) * g
        values[i] = value - rate * (nesterov ? g + Real(momentum) * buffer : buffer)
        first?[i] = buffer
      case .rmsprop(let alpha, let epsilon, let momentum):
        let square = Real(alpha) * (second?[i] ?? 0) + Real(1 - alpha) * g * g
        var step = g / (square.squareRoot() + Real(epsilon))
        if momentum != 0 {
          step += Real(momentum) * (first?[i] ?? 0)
          first?[i] = step
        }
        values[i] = value - rate * step
        second?[i] = square
      case .adagrad(let epsilon):
        let sum = (second?[i] ?? 0) + g * g
        values[i] = value - rate * g / (sum.squareRoot() + Real(epsilon))
        second?[i] = sum
      }
    }
    return (values, first, second)
  }

  /// One optimizer step.
  public static func update(_ update: ParameterUpdate, on pool: ThreadPool) {
    func array(_ pointer: UnsafeMutablePointer<Float>?) -> [Float]? {
      pointer.map { Array(UnsafeBufferPointer(start: $0, count: update.count)) }
    }
    let result = updated(
      update, values: array(update.values) ?? [], first: array(update.first), second: array(update.second))
    for i in 0..<update.count {
      update.values[i] = result.values[i]
      if let first = result.first { update.first?[i] = first[i] }
      if let second = result.second { update.second?[i] = second[i] }
    }
  }

  /// bfloat16 to float.
  public static func widen(count: Int, bfloat16 x: UnsafePointer<UInt16>, to y: UnsafeMutablePointer<Float>) {
    for i in 0..<count { y[i] = Float(bitPattern: UInt32(x[i]) << 16) }
  }

  /// Float to bfloat16.
  public static func narrow(count: Int, _ x: UnsafePointer<Float>, toBFloat16 y: UnsafeMutablePointer<UInt16>) {
    for i in 0..<count {
      let quiet: UInt16 = x[i].isNaN ? 0x40 : 0
      y[i] = UInt16(roundedToBFloat16(x[i]).bitPattern >> 16) | quiet
    }
  }
}
