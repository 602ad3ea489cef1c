#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The natural logarithm.
package func logarithm(_ x: Double) -> Double { log(x) }

/// The cosine of an angle in radians.
package func cosine(_ x: Double) -> Double { cos(x) }

/// The sine of an angle in radians.
package func sine(_ x: Double) -> Double { sin(x) }

/// e to the x.
package func exponential(_ x: Double) -> Double { exp(x) }

/// x to the y.
package func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }
