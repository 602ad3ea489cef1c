import KernelSupport

extension Execution {
  /// y = LayerNorm(x + residual); `sum` receives x + residual where there is one; mean and inverse [T] are kept for
  /// the backward pass.
  public func layerNorm(
    _ x: Matrix, residual: Matrix? = nil, sum: Matrix? = nil, weight: Matrix, bias: Matrix?, epsilon: Float,
    into y: Matrix, mean: Matrix, inverse: Matrix
  ) {
    requireNorm(x, weight, y, inverse, residual, sum)
    precondition(
      mean.count >= x.rows && bias.map { $0.count == x.columns } ?? true, "layerNorm: mean or bias too short")
    kernels.layerNorm(
      rows: x.rows, columns: x.columns, x: x.pointer, residual: residual.map { UnsafePointer($0.pointer) },
      sum: sum?.pointer, weight: weight.pointer, bias: bias.map { UnsafePointer($0.pointer) }, epsilon: epsilon,
      y: y.pointer, mean: mean.pointer, inverse: inverse.pointer, on: pool)
  }

  /// The gradients of layerNorm; `x` is what was normalised, the sum if there was a residual.
  public func layerNormBackward(
    _ x: Matrix, weight: Matrix, mean: Matrix, inverse: Matrix, yGradient: Matrix, into xGradient: Matrix,
    accumulates: Bool, weightGradient: Matrix, biasGradient: Matrix?
  ) {
    requireNorm(x, weight, yGradient, inverse, xGradient, nil)
    kernels.layerNormBackward(
      rows: x.rows, columns: x.columns, x: x.pointer, weight: weight.pointer, mean: mean.pointer,
      inverse: inverse.pointer, yGradient: yGradient.pointer, xGradient: xGradient.pointer, accumulates: accumulates,
      weightGradient: weightGradient.pointer, biasGradient: biasGradient?.pointer, on: pool)
  }

  /// y = RMSNorm(x + residual), as layerNorm.
  public func rmsNorm(
    _ x: Matrix, residual: Matrix? = nil, sum: Matrix? = nil, weight: Matrix, epsilon: Float, into y: Matrix,
    inverse: Matrix
  ) {
    requireNorm(x, weight, y, inverse, residual, sum)
    kernels.rmsNorm(
      rows: x.rows, columns: x.columns, x: x.pointer, residual: residual.map { UnsafePointer($0.pointer) },
      sum: sum?.pointer, weight: weight.pointer, epsilon: epsilon, y: y.pointer, inverse: inverse.pointer, on: pool)
  }

  /// The gradients of rmsNorm.
  public func rmsNormBackward(
    _ x: Matrix, weight: Matrix, inverse: Matrix, yGradient: Matrix, into xGradient: Matrix, accumulates: Bool,
    weightGradient: Matrix
  ) {
    requireNorm(x, weight, yGradient, inverse, xGradient, nil)
    kernels.rmsNormBackward(
      rows: x.rows, columns: x.columns, x: x.pointer, weight: weight.pointer, inverse: inverse.pointer,
      yGradient: yGradient.pointer, xGradient: xGradient.pointer, accumulates: accumulates,
      weightGradient: weightGradient.pointer, on: pool)
  }

  /// RMSNorm of each head of x [T, heads · width] on its own, in place; `before`, of the shape of x, and
  /// `inverse` [T, heads] are kept for the backward pass.
  public func headNorm(_ x: Matrix, weight: Matrix, epsilon: Float, before: Matrix, inverse: Matrix) {
    requireHeadNorm(x, weight, before, inverse)
    kernels.headNorm(
      rows: x.rows, stride: x.stride, heads: inverse.columns, headWidth: weight.count, x: x.pointer,
      weight: weight.pointer, epsilon: epsilon, before: before.pointer, inverse: inverse.pointer, on: pool)
  }

  /// The gradients of headNorm; `gradient` comes as that of the result, and leaves as that of x.
  public func headNormBackward(
    _ gradient: Matrix, weight: Matrix, before: Matrix, inverse: Matrix, weightGradient: Matrix
  ) {
    requireHeadNorm(gradient, weight, before, inverse)
    kernels.headNormBackward(
      rows: gradient.rows, stride: gradient.stride, heads: inverse.columns, headWidth: weight.count,
      before: before.pointer, weight: weight.pointer, inverse: inverse.pointer, gradient: gradient.pointer,
      weightGradient: weightGradient.pointer, on: pool)
  }

  private func requireHeadNorm(_ x: Matrix, _ weight: Matrix, _ before: Matrix, _ inverse: Matrix) {
    precondition(
      x.columns == inverse.columns * weight.count && before.columns == x.columns && before.rows == x.rows
        && inverse.rows == x.rows && before.isContiguous && inverse.isContiguous,
      "headNorm: \(shape(x)) with weight \(shape(weight)), before \(shape(before)), inverse \(shape(inverse))")
  }

  private func requireNorm(
    _ x: Matrix, _ weight: Matrix, _ y: Matrix, _ inverse: Matrix, _ residual: Matrix?, _ sum: Matrix?
  ) {
    precondition(
      x.isContiguous && weight.count == x.columns && inverse.count >= x.rows && isLike(x, y) && isLike(x, residual)
        && isLike(x, sum),
      "norm: \(shape(x)) with weight \(shape(weight)) into \(shape(y))")
  }
}
