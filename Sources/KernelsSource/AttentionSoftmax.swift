import KernelSupport

// Softmax in powers of two: a score s stands for 2^(s · scale · log₂ e), which spares the exponential a multiplication
// and, as everything is relative to the largest, the upper bound.

/// log₂ e and ln 2.
private let log2OfE: Float = 1.442_695_04, naturalLogOf2: Float = 0.693_147_18

/// 2ˣ, within 2 units in the last place; 0 below -126.5, not a number where x is not; x is at most 1.
///
/// x = n + r with |r| ≤ 1/2. Adding 1.5 · 2²³ rounds to n and leaves it in the low bits, from where a shift builds 2ⁿ,
/// which is zero for n = -127; 2ʳ is 1 + r · P(r), a minimax fit with a relative error of 9 · 10⁻⁸.
@inline(always) func powerOfTwo(_ x: Vector) -> Vector {
  let bounded = larger(broadcast(-127), x)
  let shifted = bounded + broadcast(12_582_912)
  let r = bounded - (shifted - broadcast(12_582_912))
  var p = broadcast(1.326_472_7e-3)
  p = multiplyAdd(p, r, broadcast(9.671_512_9e-3))
  p = multiplyAdd(p, r, broadcast(5.550_733_7e-2))
  p = multiplyAdd(p, r, broadcast(0.240_222_42))
  p = multiplyAdd(p, r, broadcast(0.693_146_98))
  p = multiplyAdd(p, r, broadcast(1))
  let exponent = (unsafeBitCast(shifted, to: VectorBits.self) &+ VectorBits(repeating: 127)) &<< 23
  return p * unsafeBitCast(exponent, to: Vector.self)
}

/// The softmax of the rows of a tile of scores, step by step of keys (Milakov & Gimelshein 2018).
struct OnlineSoftmax {
  /// What makes a score a power of two.
  let factor: Float

  /// For scores that are to be multiplied by `scale`.
  init(scale: Float) { factor = scale * log2OfE }

  /// ln Σ eˢ of a row, from the largest power and the sum of powers relative to it.
  @inline(always) func logSumExp(maximum: Float, logOfSum: Float) -> Float { maximum * naturalLogOf2 + logOfSum }

  /// What powers are relative to when probabilities are computed again.
  @inline(always) func power(ofLogSumExp x: Float) -> Float { x * log2OfE }

  /// Updates the rows' largest powers with the scores of a step.
  ///
  /// Row by row without anything between, so that the rows' reductions overlap.
  /// - Parameter rescales: Receives what earlier sums must be multiplied by, if this is not the first step.
  @inline(never) func findMaxima(
    _ scores: UnsafePointer<Float>, stride: Int, rows: Int, visible: VisibleKeys, isFirst: Bool,
    maxima: UnsafeMutablePointer<Float>, rescales: UnsafeMutablePointer<Float>
  ) {
    let factor = broadcast(factor)
    for i in 0..<rows {
      let row = scores + i &* stride
      let count = visible[i]
      let whole = count / lanes &* lanes
      var largest = broadcast(-.infinity)
      for j in steps(from: 0, to: whole, by: lanes) { largest = larger(load(row + j) * factor, largest) }
      if whole < count {
        let hidden = laneNumbers .>= VectorBits(repeating: UInt32(truncatingIfNeeded: count &- whole))
        let last = load(row + whole).replacing(with: 0, where: hidden) * factor
        largest = larger(last.replacing(with: -.infinity, where: hidden), largest)
      }
      let found = horizontalMaximum(largest)
      if isFirst {
        maxima[i] = found
      } else {
        rescales[i] = maxima[i]
        maxima[i] = max(maxima[i], found)
      }
    }
    guard !isFirst else { return }
    forEachVector(rows) { i, count in
      store(
        powerOfTwo(load(rescales + i, count: count) - load(maxima + i, count: count)), rescales + i, count: count)
    }
  }

  /// Turns scores into powers relative to the largest and adds them to the rows' sums; what is hidden becomes zero to
  /// the end of a vector.
  @inline(never) func exponentiate(
    _ scores: UnsafeMutablePointer<Float>, stride: Int, rows: Int, visible: VisibleKeys, isFirst: Bool,
    maxima: UnsafePointer<Float>, rescales: UnsafePointer<Float>, sums: UnsafeMutablePointer<Float>
  ) {
    let factor = broadcast(factor)
    for i in 0..<rows {
      let row = scores + i &* stride
      let count = visible[i]
      let whole = count / lanes &* lanes
      let offset = broadcast(-maxima[i])
      var total = Vector.zero
      for j in steps(from: 0, to: whole, by: lanes) {
        let e = powerOfTwo(multiplyAdd(load(row + j), factor, offset))
        store(e, row + j)
        total += e
      }
      if whole < count {
        let e = keepFirst(count &- whole, of: powerOfTwo(multiplyAdd(load(row + whole), factor, offset)))
        store(e, row + whole)
        total += e
      }
      let sum = horizontalSum(total)
      sums[i] = isFirst ? sum : sums[i] * rescales[i] + sum
    }
  }

  /// Turns rows of Q Kᵀ into P ∘ M, and those of dO Vᵀ into dS; what is hidden becomes zero to the end of a vector,
  /// the first hidden key in any case: for it, the query may be in a pair with one that sees it.
  @inline(never) func makeSlopes(
    _ weights: UnsafeMutablePointer<Float>, _ slopes: UnsafeMutablePointer<Float>, stride: Int, rows: Int,
    _ visible: VisibleKeys, powers: UnsafePointer<Float>, deltas: UnsafePointer<Float>,
    _ dropout: Dropout, row: Int, rowStep: Int, firstColumn: Int
  ) {
    let factor = broadcast(self.factor)
    let (hasDropout, threshold) = (!dropout.isNone, dropout.isNone ? 0 : dropout.threshold)
    let keptFactor = broadcast(hasDropout ? dropout.scale : 1)
    for i in 0..<rows {
      let (weights, slopes) = (weights + i &* stride, slopes + i &* stride)
      let (offset, mean) = (broadcast(-powers[i]), broadcast(deltas[i]))
      let count = visible[i]
      let whole = count / lanes &* lanes
      if hasDropout {
        let key = dropout.rowKey(row &+ i &* rowStep)
        for j in steps(from: 0, to: whole, by: lanes) {
          let p = powerOfTwo(multiplyAdd(load(weights + j), factor, offset))
          let slope = keep(load(slopes + j), key, threshold, firstColumn &+ j) * keptFactor
          store(keep(p, key, threshold, firstColumn &+ j) * keptFactor, weights + j)
          store(p * (slope - mean), slopes + j)
        }
        guard count < visible.limit || whole < count else { continue }
        let p = powerOfTwo(multiplyAdd(load(weights + whole), factor, offset))
        let slope = keep(load(slopes + whole), key, threshold, firstColumn &+ whole) * keptFactor
        store(
          keepFirst(count &- whole, of: keep(p, key, threshold, firstColumn &+ whole) * keptFactor), weights + whole)
        store(keepFirst(count &- whole, of: p * (slope - mean)), slopes + whole)
      } else {
        for j in steps(from: 0, to: whole, by: lanes) {
          let p = powerOfTwo(multiplyAdd(load(weights + j), factor, offset))
          store(p * (load(slopes + j) - mean), slopes + j)
          store(p, weights + j)
        }
        guard count < visible.limit || whole < count else { continue }
        let p = keepFirst(count &- whole, of: powerOfTwo(multiplyAdd(load(weights + whole), factor, offset)))
        store(keepFirst(count &- whole, of: p * (load(slopes + whole) - mean)), slopes + whole)
        store(p, weights + whole)
      }
    }
  }
}

/// How many keys of a step the rows of a tile see.
struct VisibleKeys {
  /// Row i sees `ofRow0 + i * growth`, not less than none and not more than `limit`.
  let ofRow0: Int, growth: Int, limit: Int

  @inline(always) subscript(i: Int) -> Int { max(0, min(ofRow0 &+ i &* growth, limit)) }
}
