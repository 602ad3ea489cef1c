/// What a product does with rows of C while they are in the cache, so that nothing else reads them again.
public enum ProductFinish: @unchecked Sendable {
  /// C is all that is asked for.
  case none
  /// `result` receives f(C), with C's stride.
  case activate(Activation, result: UnsafeMutablePointer<Float>)
  /// The same, while C becomes f′(C), by which the backward pass multiplies.
  case activateKeepingDerivative(Activation, result: UnsafeMutablePointer<Float>)
  /// C is multiplied by a factor element by element, as by a derivative in a backward pass.
  case multiply(by: UnsafePointer<Float>, stride: Int)
  /// `result` receives f(gate) · C (Shazeer 2020); rows of the gate are as far apart as C's.
  case gate(Activation, gate: UnsafePointer<Float>, result: UnsafeMutablePointer<Float>, stride: Int)
  /// C is the gradient of f(gate) · up and becomes that of `up`, while `gateGradient` receives that of the gate; `up` lies
  /// `width` behind the gate, and the rows of all of them are 2 · `width` apart.
  case gateBackward(
    Activation, gate: UnsafePointer<Float>, gateGradient: UnsafeMutablePointer<Float>, width: Int)
  /// C's first columns are heads, which are turned by the positions of their rows.
  case rotate(Rotation, heads: Int)
}

/// The angles of rotary positions: pairs (j, j + width/2) of each head are turned.
///
/// Su and others 2021; half-split.
public struct Rotation: @unchecked Sendable {
  /// The width of a head, even.
  public var headWidth: Int
  /// The position of each row.
  public var positions: UnsafePointer<Int32>
  /// [positions, headWidth / 2] each.
  public var cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>

  /// All of it.
  public init(
    headWidth: Int, positions: UnsafePointer<Int32>, cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>
  ) {
    (self.headWidth, self.positions, self.cosines, self.sines) = (headWidth, positions, cosines, sines)
  }
}
