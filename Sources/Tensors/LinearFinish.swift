import KernelSupport

/// What is done with the outputs of a linear layer, y [T, outputs], while they are in the cache.
public enum LinearFinish: Sendable {
  /// They are all that is asked for.
  case none
  /// `result`, of y's shape and stride, receives f(y), while y keeps what the backward pass needs: itself or, where that is
  /// asked for, f′(y).
  case activate(Activation, result: Matrix, keepsDerivative: Bool = false)
  /// y is [gate | up], and `result` [T, outputs / 2] receives f(gate) · up (Shazeer 2020).
  case gate(Activation, result: Matrix)
  /// The first columns are heads, which are turned by the positions of their rows.
  case rotate(RotaryPositions, heads: Int)
}

/// What is done with the gradient of a linear layer's input while it is in the cache.
public enum InputGradientFinish: Sendable {
  /// It is what is asked for.
  case none
  /// The input was f(u): with f′(u) its gradient becomes that of u.
  case multiply(by: Matrix)
  /// The input was f(gate) · up: with [gate | up] its gradient becomes that of both, of the same shape.
  case gate(Activation, of: Matrix)
}

/// By which angles the heads of rows are turned: pairs (j, j + width/2) of a head by those of the row's position.
///
/// Su and others 2021.
public struct RotaryPositions: Sendable {
  /// The position of each row.
  public var positions: [Int32]
  /// [positions, width / 2] each.
  public var cosines: Matrix, sines: Matrix

  /// All of it.
  public init(positions: [Int32], cosines: Matrix, sines: Matrix) {
    precondition(
      cosines.rows == sines.rows && cosines.columns == sines.columns && cosines.isContiguous && sines.isContiguous,
      "rotary positions of tables of different shapes")
    (self.positions, self.cosines, self.sines) = (positions, cosines, sines)
  }

  /// The width of a head.
  public var headWidth: Int { 2 * cosines.columns }

  /// Gives `body` what kernels need, for some rows.
  func withRotation<Result>(rows: Int, _ body: (Rotation?) -> Result) -> Result {
    precondition(positions.count == rows, "\(positions.count) positions of \(rows) rows")
    return positions.withUnsafeBufferPointer { positions in
      body(
        positions.baseAddress.map {
          Rotation(headWidth: headWidth, positions: $0, cosines: cosines.pointer, sines: sines.pointer)
        })
    }
  }
}
