import KernelSupport

extension Execution {
  /// y = x · Wᵀ (+ bias): x [T, inputs], weight [outputs, inputs], y [T, outputs].
  ///
  /// With an activation, `activated` [T, outputs] receives activation(y), while y keeps what the backward pass needs:
  /// itself, or, where that is asked for, activation′(y).
  public func linear(
    _ x: Matrix, weight: Matrix, bias: Matrix? = nil, into y: Matrix, accumulates: Bool = false,
    activation: Activation? = nil, activated: Matrix? = nil, keepsDerivative: Bool = false
  ) {
    precondition(
      x.columns == weight.columns && y.columns == weight.rows && y.rows == x.rows,
      "linear: \(shape(x)) · \(shape(weight))ᵀ into \(shape(y))")
    precondition(bias.map { $0.count == weight.rows } ?? true, "linear: bias \(shape(bias)) for \(weight.rows) outputs")
    precondition(
      activated.map { $0.rows == y.rows && $0.columns == y.columns && $0.stride == y.stride } ?? (activation == nil),
      "linear: activated \(shape(activated)) beside \(shape(y))")
    var product = MatrixProduct(
      rows: y.rows, columns: y.columns, depth: x.columns, a: x.pointer, strideOfA: x.stride,
      b: weight.pointer, strideOfB: weight.stride, transposedB: true, c: y.pointer, strideOfC: y.stride)
    product.accumulates = accumulates
    product.bias = bias.map { UnsafePointer($0.pointer) }
    product.activation = activation
    product.activated = activated?.pointer
    product.keepsDerivative = keepsDerivative
    product.precision = precision
    kernels.multiply(product, on: pool)
  }

  /// y = x · Wᵀ (+ bias) with weights as they are stored.
  /// - Parameter widened: Whether the weights become floats on the way, as is faster with many rows.
  public func linear(
    _ x: Matrix, weight: StoredMatrix, bias: Matrix? = nil, into y: Matrix, activation: Activation? = nil,
    activated: Matrix? = nil, widened: Bool = false
  ) {
    precondition(
      x.columns == weight.columns && y.columns == weight.rows && y.rows == x.rows,
      "linear: \(shape(x)) · [\(weight.rows), \(weight.columns)]ᵀ into \(shape(y))")
    precondition(bias.map { $0.count == weight.rows } ?? true, "linear: bias \(shape(bias)) for \(weight.rows) outputs")
    precondition(
      activated.map { $0.rows == y.rows && $0.columns == y.columns && $0.stride == y.stride } ?? (activation == nil),
      "linear: activated \(shape(activated)) beside \(shape(y))")
    var product = StoredProduct(
      weight, rows: x.rows, x: x.pointer, strideOfX: x.stride, y: y.pointer, strideOfY: y.stride)
    product.bias = bias.map { UnsafePointer($0.pointer) }
    product.activation = activation
    product.activated = activated?.pointer
    product.widened = widened ? precision : nil
    kernels.multiply(product, on: pool)
  }

  /// dx (+)= dy · W: the gradient of linear's input.
  /// - Parameter derivative: What the result is multiplied by, element by element: x = f(u), and dx becomes that of u.
  public func linearInputGradient(
    _ dy: Matrix, weight: Matrix, into dx: Matrix, accumulates: Bool = false, times derivative: Matrix? = nil
  ) {
    precondition(
      dy.columns == weight.rows && dx.columns == weight.columns && dx.rows == dy.rows
        && derivative.map { $0.rows == dx.rows && $0.columns == dx.columns } ?? true,
      "linearInputGradient: \(shape(dy)) · \(shape(weight)) into \(shape(dx)), times \(shape(derivative))")
    var product = MatrixProduct(
      rows: dx.rows, columns: dx.columns, depth: dy.columns, a: dy.pointer, strideOfA: dy.stride,
      b: weight.pointer, strideOfB: weight.stride, c: dx.pointer, strideOfC: dx.stride)
    product.accumulates = accumulates
    product.factor = derivative.map { UnsafePointer($0.pointer) }
    product.strideOfFactor = derivative?.stride ?? 0
    product.precision = precision
    kernels.multiply(product, on: pool)
  }

  /// dW (+)= dyᵀ · x, and db += Σ dy: the gradients of linear's parameters.
  public func linearWeightGradient(
    _ dy: Matrix, input x: Matrix, into dW: Matrix, accumulates: Bool = true, bias db: Matrix? = nil
  ) {
    precondition(
      dy.rows == x.rows && dW.rows == dy.columns && dW.columns == x.columns,
      "linearWeightGradient: \(shape(dy))ᵀ · \(shape(x)) into \(shape(dW))")
    var product = MatrixProduct(
      rows: dW.rows, columns: dW.columns, depth: dy.rows, a: dy.pointer, strideOfA: dy.stride, transposedA: true,
      b: x.pointer, strideOfB: x.stride, c: dW.pointer, strideOfC: dW.stride)
    product.accumulates = accumulates
    product.precision = precision
    kernels.multiply(product, on: pool)
    if let db { sumColumns(dy, into: db) }
  }

  /// result += the sum of x's rows.
  public func sumColumns(_ x: Matrix, into result: Matrix) {
    precondition(result.count == x.columns, "sumColumns: \(shape(x)) into \(shape(result))")
    kernels.sumColumns(
      rows: x.rows, columns: x.columns, stride: x.stride, x: x.pointer, into: result.pointer, on: pool)
  }

  /// A matrix's shape, for messages.
  package func shape(_ matrix: Matrix?) -> String { matrix.map { "[\($0.rows), \($0.columns)]" } ?? "none" }
}
