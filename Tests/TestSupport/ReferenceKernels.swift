import KernelSupport

/// Every kernel in the most obvious way, on one thread: the oracle of the fast ones, and never optimised.
///
/// The functions are generic, so that the same lines run at `Float` (what plain code would give) and at `Double`
/// (the truth that both are measured against). Where a kernel's argument is a structure of `Float` pointers, a
/// function with the same arguments and a `Real.Type` returns the results as arrays. They are specialised for both
/// types, as unspecialised arithmetic is a hundred times slower.
public enum ReferenceKernels: KernelSet {
  /// The name, which no `SWIFTLET_KERNELS` knows.
  public static var name: String { "reference" }
}

/// A number as bfloat16 holds it: the nearest one, ties to even.
public func roundedToBFloat16(_ x: Float) -> Float {
  if x.isNaN { return x }
  let bits = x.bitPattern
  return Float(bitPattern: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) & 0xFFFF_0000)
}

/// What a product of the given precision sees of a number.
func operand<Real: ReferenceReal>(_ x: Float, _ precision: Precision, _ type: Real.Type) -> Real {
  Real(precision == .bf16 ? roundedToBFloat16(x) : x)
}
