// Elementary functions on vectors, without branches. The coefficients are minimax fits (weighted least squares
// iterated after Lawson); the error bounds are those that the tests measure over dense grids against Double.

/// eˣ, within 1.5 units in the last place; 0 below -86.98, infinite above 88.73, not a number where x is not.
///
/// x = n · ln 2 + r, with ln 2 in two parts (Cody & Waite). Adding 1.5 · 2²³ rounds to an integer and leaves it in the
/// low bits, from where a shift builds 2ⁿ⁻¹; the factor 2 is in the polynomial, so that n = 128 still overflows
/// correctly. The lower bound is where n = -126, whose 2ⁿ⁻¹ comes out as zero.
@inline(always) func exponential(_ x: Vector) -> Vector {
  let bounded = smaller(broadcast(89), larger(broadcast(-87.5), x))
  let shifted = multiplyAdd(bounded, broadcast(1.442_695_04), broadcast(12_582_912))
  let n = shifted - broadcast(12_582_912)
  let r = multiplyAdd(n, broadcast(2.121_944_4e-4), multiplyAdd(n, broadcast(-0.693_359_375), bounded))
  var p = broadcast(2 * 1.381_421_9e-3)
  p = multiplyAdd(p, r, broadcast(2 * 8.368_899e-3))
  p = multiplyAdd(p, r, broadcast(2 * 4.166_840_8e-2))
  p = multiplyAdd(p, r, broadcast(2 * 1.666_652e-1))
  p = multiplyAdd(p, r, broadcast(2 * 0.499_999_94))
  p = multiplyAdd(r * r, p, r + r) + broadcast(2)
  let exponent = (unsafeBitCast(shifted, to: VectorBits.self) &+ VectorBits(repeating: 126)) &<< 23
  return p * unsafeBitCast(exponent, to: Vector.self)
}

/// 1 / (1 + e⁻ˣ), within 3 units in the last place down to x = -87, and below that within 2 · 10⁻³⁸.
@inline(always) func sigmoid(_ x: Vector) -> Vector {
  broadcast(1) / (broadcast(1) + exponential(-x))
}

/// The hyperbolic tangent, within 3 units in the last place.
///
/// Near zero x + x³ · P(x²), elsewhere 1 - 2 / (e²ˣ + 1), where nothing cancels.
@inline(always) func hyperbolicTangent(_ x: Vector) -> Vector {
  let size = magnitude(x)
  let square = x * x
  var p = broadcast(-5.704_230_3e-3)
  p = multiplyAdd(p, square, broadcast(2.063_843_8e-2))
  p = multiplyAdd(p, square, broadcast(-5.373_952_5e-2))
  p = multiplyAdd(p, square, broadcast(0.133_314_4))
  p = multiplyAdd(p, square, broadcast(-0.333_332_8))
  let small = multiplyAdd(p * square, x, x)
  let large = broadcast(1) - broadcast(2) / (exponential(size + size) + broadcast(1))
  return select(size, greaterThan: broadcast(0.625), copySign(of: x, to: large), else: small)
}

/// The error function, within 2 units in the last place.
///
/// Up to 0.92 x · P(x²), beyond it 1 - e^Q(x), where Q fits the logarithm of erfc; from 4 on it is 1 in `Float`.
@inline(always) func errorFunction(_ x: Vector) -> Vector {
  let square = x * x
  var p = broadcast(8.185_243e-5)
  p = multiplyAdd(p, square, broadcast(-8.097_748e-4))
  p = multiplyAdd(p, square, broadcast(5.196_957_4e-3))
  p = multiplyAdd(p, square, broadcast(-2.685_770_8e-2))
  p = multiplyAdd(p, square, broadcast(0.112_836_644))
  p = multiplyAdd(p, square, broadcast(-0.376_126_32))
  p = multiplyAdd(p, square, broadcast(0.128_379_167))
  let small = multiplyAdd(p, x, x)
  let size = smaller(broadcast(4), magnitude(x))
  var q = broadcast(1.971_826_3e-4)
  q = multiplyAdd(q, size, broadcast(-3.055_615_8e-3))
  q = multiplyAdd(q, size, broadcast(2.227_711_7e-2))
  q = multiplyAdd(q, size, broadcast(-0.104_037_42))
  q = multiplyAdd(q, size, broadcast(-0.637_059_7))
  q = multiplyAdd(q, size, broadcast(-1.127_749_6))
  q = multiplyAdd(q, size, broadcast(-1.774_872_4e-4))
  let large = broadcast(1) - exponential(q)
  return select(size, greaterThan: broadcast(0.92), copySign(of: x, to: large), else: small)
}
