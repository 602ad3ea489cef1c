import KernelSupport

extension Execution {
  /// y = f(x).
  public func activate(_ activation: Activation, _ x: Matrix, into y: Matrix) {
    requireSame("activate", x, y)
    kernels.activate(activation, count: x.count, x: x.pointer, y: y.pointer, on: pool)
  }

  /// xGradient = f′(x) · yGradient; the gradients may be the same matrix.
  public func activateBackward(_ activation: Activation, _ x: Matrix, yGradient: Matrix, into xGradient: Matrix) {
    requireSame("activateBackward", x, yGradient, xGradient)
    kernels.activateBackward(
      activation, count: x.count, x: x.pointer, yGradient: yGradient.pointer, xGradient: xGradient.pointer, on: pool)
  }

  /// y = f(gate) · up, where x [T, 2 · width] holds [gate | up] and y is [T, width].
  public func gate(_ activation: Activation, _ x: Matrix, into y: Matrix) {
    precondition(
      x.columns == 2 * y.columns && x.rows == y.rows && x.isContiguous && y.isContiguous,
      "gate: \(shape(x)) into \(shape(y))")
    kernels.gate(activation, rows: x.rows, width: y.columns, x: x.pointer, y: y.pointer, on: pool)
  }

  /// y = dropout(x) + residual; all may be the same matrix.
  ///
  /// Its backward pass is the same, on the gradient.
  public func dropout(_ dropout: Dropout, _ x: Matrix, residual: Matrix? = nil, into y: Matrix) {
    requireSame("dropout", x, y, residual)
    kernels.dropout(
      dropout, rows: x.rows, columns: x.columns, x: x.pointer, residual: residual.map { UnsafePointer($0.pointer) },
      y: y.pointer, on: pool)
  }

  /// y += scale · x.
  public func add(_ x: Matrix, scale: Float = 1, to y: Matrix) {
    requireSame("add", x, y)
    kernels.add(count: x.count, scale: scale, x: x.pointer, to: y.pointer, on: pool)
  }

  /// x = scale · x.
  public func scale(_ x: Matrix, by scale: Float) {
    requireSame("scale", x)
    kernels.scale(count: x.count, by: scale, x.pointer, on: pool)
  }

  /// y moves towards x: y += (x - y) · rate.
  public func average(_ x: Matrix, into y: Matrix, rate: Float) {
    requireSame("average", x, y)
    kernels.average(count: x.count, rate: rate, x: x.pointer, into: y.pointer, on: pool)
  }

  /// The sum of all squares; not finite if any value is not.
  public func sumOfSquares(_ x: Matrix) -> Double {
    requireSame("sumOfSquares", x)
    return kernels.sumOfSquares(count: x.count, x.pointer, on: pool)
  }

  private func requireSame(_ name: StaticString, _ x: Matrix, _ y: Matrix? = nil, _ z: Matrix? = nil) {
    precondition(
      x.isContiguous && isLike(x, y) && isLike(x, z), "\(name): \(shape(x)), \(shape(y)), \(shape(z))")
  }

  /// Whether the second matrix, if there is one, is contiguous and of the first one's shape.
  package func isLike(_ x: Matrix, _ other: Matrix?) -> Bool {
    guard let other else { return true }
    return other.rows == x.rows && other.columns == x.columns && other.isContiguous
  }
}
