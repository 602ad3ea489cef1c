/// L-BFGS (Liu & Nocedal 1989): the minimum of a smooth convex function of many numbers, by its gradients.
///
/// Sums run in 32 bits within a stretch and in 64 bits over stretches, in one order: the same input gives the same bits.
package struct LimitedMemoryMinimizer {
  /// How many steps are remembered; each needs memory for two copies of the numbers.
  package var memory = 6
  /// The most steps.
  package var maximumSteps = 100
  /// Enough is a largest part of the gradient of this size.
  package var tolerance: Float = 1e-4

  /// The usual numbers.
  package init() {}

  /// Moves `x` to the minimum.
  /// - Parameter function: The value at its first argument; the gradient goes to the second.
  /// - Returns: How many steps it took.
  @discardableResult
  package func minimize(_ x: inout [Float], _ function: ([Float], inout [Float]) -> Double) -> Int {
    var gradient = [Float](repeating: 0, count: x.count)
    var value = function(x, &gradient)
    var steps: [[Float]] = [], changes: [[Float]] = [], curvatures: [Double] = []
    for step in 0..<maximumSteps {
      guard (gradient.reduce(0) { max($0, abs($1)) }) > tolerance else { return step }
      var direction = self.direction(gradient, steps, changes, curvatures)
      var slope = Self.dot(direction, gradient)
      if slope >= 0 {
        // Rounding has spoiled what was remembered.
        (steps, changes, curvatures) = ([], [], [])
        direction = gradient.map { -$0 }
        slope = Self.dot(direction, gradient)
      }
      var length: Float = steps.isEmpty ? Float(min(1, 1 / (-slope).squareRoot())) : 1
      var next = x, nextGradient = gradient
      while true {
        for index in x.indices { next[index] = x[index] + length * direction[index] }
        let nextValue = function(next, &nextGradient)
        if nextValue <= value + 1e-4 * Double(length) * slope {
          value = nextValue
          break
        }
        length /= 2
        // As near as 32 bits come.
        if length < 1e-6 { return step }
      }
      let moved = zip(next, x).map { $0 - $1 }, changed = zip(nextGradient, gradient).map { $0 - $1 }
      let curvature = Self.dot(moved, changed)
      if curvature > 1e-12 {
        if steps.count == memory {
          steps.removeFirst()
          changes.removeFirst()
          curvatures.removeFirst()
        }
        steps.append(moved)
        changes.append(changed)
        curvatures.append(curvature)
      }
      (x, gradient) = (next, nextGradient)
    }
    return maximumSteps
  }

  /// The two loops over what is remembered: about -gradient divided by the curvature.
  private func direction(
    _ gradient: [Float], _ steps: [[Float]], _ changes: [[Float]], _ curvatures: [Double]
  ) -> [Float] {
    var direction = gradient.map { -$0 }
    var shares = [Double](repeating: 0, count: steps.count)
    for index in steps.indices.reversed() {
      shares[index] = Self.dot(steps[index], direction) / curvatures[index]
      Self.add(-Float(shares[index]), changes[index], to: &direction)
    }
    if let change = changes.last, let curvature = curvatures.last {
      let scale = Float(curvature / Self.dot(change, change))
      for index in direction.indices { direction[index] *= scale }
    }
    for index in steps.indices {
      let share = Self.dot(changes[index], direction) / curvatures[index]
      Self.add(Float(shares[index] - share), steps[index], to: &direction)
    }
    return direction
  }

  private static func add(_ factor: Float, _ x: [Float], to y: inout [Float]) {
    for index in y.indices { y[index] += factor * x[index] }
  }

  static func dot(_ x: [Float], _ y: [Float]) -> Double {
    let stretch = 4096
    return x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        var sum = 0.0
        var start = 0
        while start < x.count {
          let end = min(start + stretch, x.count)
          var lanes = SIMD16<Float>.zero
          var index = start
          while index + 16 <= end {
            var (a, b) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
            for lane in 0..<16 { (a[lane], b[lane]) = (x[index + lane], y[index + lane]) }
            lanes += a * b
            index += 16
          }
          sum += Double(lanes.sum())
          while index < end {
            sum += Double(x[index] * y[index])
            index += 1
          }
          start = end
        }
        return sum
      }
    }
  }
}
