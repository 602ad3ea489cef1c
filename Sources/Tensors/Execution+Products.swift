import KernelSupport

extension Execution {
  /// y = x · Wᵀ (+ bias): x [T, inputs], weight [outputs, inputs], y [T, outputs].
  public func linear(
    _ x: Matrix, weight: Matrix, bias: Matrix? = nil, into y: Matrix, accumulates: Bool = false,
    finish: LinearFinish = .none
  ) {
    requireShapes(x, weightRows: weight.rows, weightColumns: weight.columns, bias: bias, y, finish)
    /// Some of the outputs.
    func multiply(_ outputs: Range<Int>, _ finish: ProductFinish) {
      let (weight, y) = (weight.rows(outputs), y.columns(outputs))
      var product = MatrixProduct(
        rows: y.rows, columns: y.columns, depth: x.columns, a: x.pointer, strideOfA: x.stride,
        b: weight.pointer, strideOfB: weight.stride, transposedB: true, c: y.pointer, strideOfC: y.stride)
      product.accumulates = accumulates
      product.bias = bias.map { UnsafePointer($0.pointer + outputs.lowerBound) }
      product.finish = finish
      product.precision = precision
      kernels.multiply(product, on: pool)
    }
    let outputs = 0..<weight.rows
    switch finish {
    case .none: multiply(outputs, .none)
    case .activate(let activation, let result, keepsDerivative: false):
      multiply(outputs, .activate(activation, result: result.pointer))
    case .activate(let activation, let result, keepsDerivative: true):
      multiply(outputs, .activateKeepingDerivative(activation, result: result.pointer))
    case .gate(let activation, let result):
      let width = result.columns
      multiply(0..<width, .none)
      multiply(
        width..<2 * width, .gate(activation, gate: y.pointer, result: result.pointer, stride: result.stride))
    case .rotate(let rotary, let heads):
      rotary.withRotation(rows: y.rows) { multiply(outputs, $0.map { .rotate($0, heads: heads) } ?? .none) }
    }
  }

  /// y = x · Wᵀ (+ bias) with weights as they are stored; no backward pass follows.
  /// - Parameter widened: Whether the weights become floats on the way, as is faster with many rows.
  public func linear(
    _ x: Matrix, weight: StoredMatrix, bias: Matrix? = nil, into y: Matrix, finish: LinearFinish = .none,
    widened: Bool = false
  ) {
    requireShapes(x, weightRows: weight.rows, weightColumns: weight.columns, bias: bias, y, finish)
    var product = StoredProduct(
      weight, rows: x.rows, x: x.pointer, strideOfX: x.stride, y: y.pointer, strideOfY: y.stride)
    product.bias = bias.map { UnsafePointer($0.pointer) }
    if case .activate(let activation, let result, _) = finish {
      (product.activation, product.activated) = (activation, result.pointer)
    }
    product.widened = widened ? precision : nil
    kernels.multiply(product, on: pool)
    switch finish {
    case .none, .activate: break
    case .gate(let activation, let result): gate(activation, y, into: result)
    case .rotate(let rotary, let heads): rotate(y, heads: heads, by: rotary)
    }
  }

  private func requireShapes(
    _ x: Matrix, weightRows: Int, weightColumns: Int, bias: Matrix?, _ y: Matrix, _ finish: LinearFinish
  ) {
    precondition(
      x.columns == weightColumns && y.columns == weightRows && y.rows == x.rows,
      "linear: \(shape(x)) · [\(weightRows), \(weightColumns)]ᵀ into \(shape(y))")
    precondition(bias.map { $0.count == weightRows } ?? true, "linear: bias \(shape(bias)) for \(weightRows) outputs")
    switch finish {
    case .none: break
    case .activate(_, let result, _):
      precondition(
        result.rows == y.rows && result.columns == y.columns && result.stride == y.stride,
        "linear: activated \(shape(result)) beside \(shape(y))")
    case .gate(_, let result):
      precondition(
        result.rows == y.rows && 2 * result.columns == y.columns, "linear: gated \(shape(result)) beside \(shape(y))")
    case .rotate(let rotary, let heads):
      precondition(
        heads * rotary.headWidth <= y.columns, "linear: \(heads) heads of \(rotary.headWidth) in \(shape(y))")
    }
  }

  /// dx (+)= dy · W: the gradient of linear's input, or what it is turned into.
  public func linearInputGradient(
    _ dy: Matrix, weight: Matrix, into dx: Matrix, accumulates: Bool = false, finish: InputGradientFinish = .none
  ) {
    var product = MatrixProduct(
      rows: dy.rows, columns: weight.columns, depth: dy.columns, a: dy.pointer, strideOfA: dy.stride,
      b: weight.pointer, strideOfB: weight.stride, c: dx.pointer, strideOfC: dx.stride)
    var columns = weight.columns
    switch finish {
    case .none: break
    case .multiply(let factor):
      precondition(
        factor.rows == dx.rows && factor.columns == dx.columns,
        "linearInputGradient: \(shape(dx)) times \(shape(factor))")
      product.finish = .multiply(by: factor.pointer, stride: factor.stride)
    case .gate(let activation, let input):
      columns *= 2
      precondition(
        input.rows == dx.rows && input.columns == columns && input.isContiguous && dx.isContiguous,
        "linearInputGradient: \(shape(dx)) of gates \(shape(input))")
      product.c += weight.columns
      product.finish = .gateBackward(
        activation, gate: input.pointer, gateGradient: dx.pointer, width: weight.columns)
    }
    precondition(
      dy.columns == weight.rows && dx.columns == columns && dx.rows == dy.rows,
      "linearInputGradient: \(shape(dy)) · \(shape(weight)) into \(shape(dx))")
    product.accumulates = accumulates
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
