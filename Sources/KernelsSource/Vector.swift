// The vector that this variant's registers hold, and the few operations that every kernel is made of.
//
// Everything here is inlined into the kernels: a vector must never be passed to a function of another module,
// since its calling convention depends on the compiler's flags.

import CInstructions

#if AVX512
  typealias Vector = SIMD16<Float>
  typealias VectorBits = SIMD16<UInt32>
#elseif AVX2
  typealias Vector = SIMD8<Float>
  typealias VectorBits = SIMD8<UInt32>
#else
  typealias Vector = SIMD4<Float>
  typealias VectorBits = SIMD4<UInt32>
#endif

/// The numbers in a vector.
@inline(always) var lanes: Int { Vector.scalarCount }

/// a · b + c, rounded once where the machine can; never a library call for every lane, as `addingProduct` would be
/// elsewhere.
@inline(always) func multiplyAdd(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector { swiftlet_multiply_add(a, b, c) }

/// The same number in every lane.
@inline(always) func broadcast(_ x: Float) -> Vector { Vector(repeating: x) }

/// The numbers of the lanes, from zero.
@inline(always) var laneNumbers: VectorBits { unsafeBitCast(swiftlet_lane_numbers(), to: VectorBits.self) }

/// A whole vector from memory of any alignment.
@inline(always) func load(_ pointer: UnsafePointer<Float>) -> Vector { swiftlet_load(pointer) }

/// The first `count` lanes from memory, at least one, and zero in the others; memory behind them is not touched.
@inline(always) func load(_ pointer: UnsafePointer<Float>, count: Int) -> Vector {
  swiftlet_load_first(pointer, count)
}

/// A whole vector to memory of any alignment.
@inline(always) func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) {
  swiftlet_store(vector, pointer)
}

/// The first `count` lanes, at least one, to memory; memory behind them is not touched.
@inline(always) func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, count: Int) {
  swiftlet_store_first(vector, pointer, count)
}

/// The vector with zero in all but the first `count` lanes.
@inline(always) func keepFirst(_ count: Int, of vector: Vector) -> Vector { swiftlet_keep_first(count, vector) }

/// The larger number of each lane; `b` where either is not a number.
@inline(always) func larger(_ a: Vector, _ b: Vector) -> Vector { swiftlet_larger(a, b) }

/// The smaller number of each lane; `b` where either is not a number.
@inline(always) func smaller(_ a: Vector, _ b: Vector) -> Vector { swiftlet_smaller(a, b) }

/// `yes` where a > b, otherwise `no`, also where either is not a number.
@inline(always) func select(_ a: Vector, greaterThan b: Vector, _ yes: Vector, else no: Vector) -> Vector {
  swiftlet_select_greater(a, b, yes, no)
}

/// |x|.
@inline(always) func magnitude(_ x: Vector) -> Vector {
  unsafeBitCast(unsafeBitCast(x, to: VectorBits.self) & VectorBits(repeating: 0x7FFF_FFFF), to: Vector.self)
}

/// `x` with the sign of `sign`; x is not negative.
@inline(always) func copySign(of sign: Vector, to x: Vector) -> Vector {
  let bit = unsafeBitCast(sign, to: VectorBits.self) & VectorBits(repeating: 0x8000_0000)
  return unsafeBitCast(unsafeBitCast(x, to: VectorBits.self) | bit, to: Vector.self)
}

/// The sum of the lanes, by halves.
@inline(always) func horizontalSum(_ x: Vector) -> Float { swiftlet_sum_of_lanes(x) }

/// The largest lane.
@inline(always) func horizontalMaximum(_ x: Vector) -> Float { swiftlet_largest_lane(x) }

/// Walks over `count` numbers in whole vectors, then the rest: `body` gets the place and how many lanes count.
///
/// A closure of more than a few lines is not inlined twice, and a call for each vector costs more than the work: then
/// `body` must be a local function that is always inlined.
@inline(always) func forEachVector(_ count: Int, _ body: (_ place: Int, _ count: Int) -> Void) {
  var place = 0
  while place &+ lanes <= count {
    body(place, lanes)
    place &+= lanes
  }
  if place < count { body(place, count &- place) }
}

/// The sum of `term` over `count` numbers, in four independent sums that hide the adder's latency; lanes behind
/// the end are left out.
@inline(always) func vectorSum(over count: Int, _ term: (_ place: Int, _ count: Int) -> Vector) -> Float {
  var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
  var place = 0
  while place &+ 4 &* lanes <= count {
    s0 += term(place, lanes)
    s1 += term(place &+ lanes, lanes)
    s2 += term(place &+ 2 &* lanes, lanes)
    s3 += term(place &+ 3 &* lanes, lanes)
    place &+= 4 &* lanes
  }
  while place < count {
    let rest = min(lanes, count &- place)
    s0 += keepFirst(rest, of: term(place, rest))
    place &+= lanes
  }
  return horizontalSum((s0 + s1) + (s2 + s3))
}

/// √x, correctly rounded.
@inline(always) func squareRoot(_ x: Vector) -> Vector { swiftlet_square_root(x) }

/// √x of one number, without the library call that the standard function keeps for negative ones.
@inline(always) func squareRoot(_ x: Float) -> Float { swiftlet_square_root(broadcast(x))[0] }

// The standard library's generic functions, `min` and `max`, `stride` and halves of vectors among them, leave weak
// functions behind, compiled for this variant's processor and named alike in all variants, of which the linker keeps
// any one. Tests/check-variants.sh looks for them.

/// The smaller number.
@inline(always) func min(_ a: Int, _ b: Int) -> Int { a < b ? a : b }

/// The larger number.
@inline(always) func max(_ a: Int, _ b: Int) -> Int { a > b ? a : b }

/// The larger number.
@inline(always) func max(_ a: Float, _ b: Float) -> Float { a > b ? a : b }
