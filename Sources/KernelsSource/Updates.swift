import KernelSupport

// One walk over parameters, gradients and running averages. The rules are PyTorch's, term by term. Every rule sees
// gradient · gradientScale + l1 · sign(value), + weightDecay · value where decay is not decoupled.

extension KernelVariant {
  /// One optimizer step.
  public static func update(_ update: ParameterUpdate, on pool: ThreadPool) {
    forEachBlock(of: update.count, on: pool) { start, count in
      let part = Part(update, start, count)
      switch update.rule {
      case .adam(let beta1, let beta2, let epsilon, let firstCorrection, let secondCorrection, let decoupled):
        adam(part, beta1, beta2, epsilon, firstCorrection, secondCorrection, decoupled: decoupled)
      case .sgd(let momentum, let dampening, let nesterov, let first):
        descend(part, momentum, dampening, nesterov: nesterov, first: first)
      case .rmsprop(let alpha, let epsilon, let momentum):
        rmsprop(part, alpha, epsilon, momentum)
      case .adagrad(let epsilon):
        adagrad(part, epsilon)
      }
    }
  }

  /// A block of the parameters.
  private struct Part {
    var count: Int
    var values: UnsafeMutablePointer<Float>
    var gradients: UnsafePointer<Float>
    var first: UnsafeMutablePointer<Float>?, second: UnsafeMutablePointer<Float>?
    var scale: Vector, rate: Vector, decay: Vector, l1: Vector

    @inline(always) init(_ update: ParameterUpdate, _ start: Int, _ count: Int) {
      self.count = count
      (values, gradients) = (update.values + start, update.gradients + start)
      (first, second) = (update.first.map { $0 + start }, update.second.map { $0 + start })
      (scale, rate) = (broadcast(update.gradientScale), broadcast(update.learningRate))
      (decay, l1) = (broadcast(update.weightDecay), broadcast(update.l1))
    }

    /// The gradient as the rules see it, without decay.
    @inline(always) func gradient(_ place: Int, _ count: Int, _ value: Vector) -> Vector {
      let sign = select(magnitude(value), greaterThan: .zero, copySign(of: value, to: broadcast(1)), else: .zero)
      return multiplyAdd(load(gradients + place, count: count), scale, sign * l1)
    }
  }

  @inline(always) private static func adam(
    _ part: Part, _ beta1: Double, _ beta2: Double, _ epsilon: Float, _ firstCorrection: Float,
    _ secondCorrection: Float, decoupled: Bool
  ) {
    guard let first = part.first, let second = part.second else { return }
    let (b1, b2) = (broadcast(Float(beta1)), broadcast(Float(beta2)))
    let (a1, a2) = (broadcast(Float(1 - beta1)), broadcast(Float(1 - beta2)))
    let coupledDecay = decoupled ? Vector.zero : part.decay
    let kept = decoupled ? broadcast(1) - part.rate * part.decay : broadcast(1)
    let step = part.rate * broadcast(firstCorrection)
    let correction = broadcast(secondCorrection)
    forEachVector(part.count) { place, count in
      let value = load(part.values + place, count: count)
      let g = multiplyAdd(value, coupledDecay, part.gradient(place, count, value))
      let m = multiplyAdd(b1, load(first + place, count: count), a1 * g)
      let v = multiplyAdd(b2, load(second + place, count: count), a2 * g * g)
      store(m, first + place, count: count)
      store(v, second + place, count: count)
      let result = value * kept - step * m / (squareRoot(v * correction) + broadcast(epsilon))
      store(result, part.values + place, count: count)
    }
  }

  @inline(always) private static func descend(
    _ part: Part, _ momentum: Float, _ dampening: Float, nesterov: Bool, first isFirst: Bool
  ) {
    guard momentum != 0, let buffer = part.first else {
      return forEachVector(part.count) { place, count in
        let value = load(part.values + place, count: count)
        let g = multiplyAdd(value, part.decay, part.gradient(place, count, value))
        store(multiplyAdd(-part.rate, g, value), part.values + place, count: count)
      }
    }
    let kept = isFirst ? Vector.zero : broadcast(momentum)
    let added = isFirst ? broadcast(1) : broadcast(1 - dampening)
    forEachVector(part.count) { place, count in
      let value = load(part.values + place, count: count)
      let g = multiplyAdd(value, part.decay, part.gradient(place, count, value))
      // The first step sets the buffer, whatever is in it.
      let old = isFirst ? Vector.zero : load(buffer + place, count: count)
      let moved = multiplyAdd(kept, old, added * g)
      store(moved, buffer + place, count: count)
      let direction = nesterov ? multiplyAdd(broadcast(momentum), moved, g) : moved
      store(multiplyAdd(-part.rate, direction, value), part.values + place, count: count)
    }
  }

  @inline(always) private static func rmsprop(_ part: Part, _ alpha: Double, _ epsilon: Float, _ momentum: Float) {
    guard let second = part.second else { return }
    let (kept, added) = (broadcast(Float(alpha)), broadcast(Float(1 - alpha)))
    let buffer = momentum == 0 ? nil : part.first
    forEachVector(part.count) { place, count in
      let value = load(part.values + place, count: count)
      let g = multiplyAdd(value, part.decay, part.gradient(place, count, value))
      let square = multiplyAdd(kept, load(second + place, count: count), added * g * g)
      store(square, second + place, count: count)
      var direction = g / (squareRoot(square) + broadcast(epsilon))
      if let buffer {
        direction = multiplyAdd(broadcast(momentum), load(buffer + place, count: count), direction)
        store(direction, buffer + place, count: count)
      }
      store(multiplyAdd(-part.rate, direction, value), part.values + place, count: count)
    }
  }

  @inline(always) private static func adagrad(_ part: Part, _ epsilon: Float) {
    guard let second = part.second else { return }
    forEachVector(part.count) { place, count in
      let value = load(part.values + place, count: count)
      let g = multiplyAdd(value, part.decay, part.gradient(place, count, value))
      let sum = multiplyAdd(g, g, load(second + place, count: count))
      store(sum, second + place, count: count)
      let direction = g / (squareRoot(sum) + broadcast(epsilon))
      store(multiplyAdd(-part.rate, direction, value), part.values + place, count: count)
    }
  }
}
