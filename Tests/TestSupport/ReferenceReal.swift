#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A number that the reference kernels can compute with: `Float` is the plain competitor of the fast kernels,
/// `Double` the truth.
public protocol ReferenceReal: BinaryFloatingPoint, Sendable {
  /// eˣ.
  static func exponential(_ x: Self) -> Self
  /// The natural logarithm.
  static func logarithm(_ x: Self) -> Self
  /// The hyperbolic tangent.
  static func hyperbolicTangent(_ x: Self) -> Self
  /// The error function.
  static func errorFunction(_ x: Self) -> Self
}

extension Float: ReferenceReal {
  /// eˣ.
  public static func exponential(_ x: Float) -> Float { expf(x) }
  /// The natural logarithm.
  public static func logarithm(_ x: Float) -> Float { logf(x) }
  /// The hyperbolic tangent.
  public static func hyperbolicTangent(_ x: Float) -> Float { tanhf(x) }
  /// The error function.
  public static func errorFunction(_ x: Float) -> Float { erff(x) }
}

extension Double: ReferenceReal {
  /// eˣ.
  public static func exponential(_ x: Double) -> Double { exp(x) }
  /// The natural logarithm.
  public static func logarithm(_ x: Double) -> Double { log(x) }
  /// The hyperbolic tangent.
  public static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
  /// The error function.
  public static func errorFunction(_ x: Double) -> Double { erf(x) }
}

extension Double {
  /// The cosine, for tables of angles.
  public static func cosine(_ x: Double) -> Double { cos(x) }
}
