// The innermost part of every product: a tile of the result that stays in registers while the depth passes by.
// Its sums begin as a literal, since `InlineArray(repeating:)` may become a call, which leaves them in memory.

import CInstructions

#if AVX512
  /// Twenty-four of the 32 registers hold sums, two hold a row of B and one an element of A.
  ///
  /// Twelve broadcasts and two loads keep the load ports busy for half of the time.
  @inline(always) var tileRows: Int { 12 }
  private typealias Sums = InlineArray<24, Vector>
  @inline(always) private func zeros(_ z: Vector) -> Sums {
    [z, z, z, z, z, z, z, z, z, z, z, z, z, z, z, z, z, z, z, z, z, z, z, z]
  }
#elseif AVX2
  /// Twelve of the 16 registers hold sums, two hold a row of B and one an element of A.
  @inline(always) var tileRows: Int { 6 }
  private typealias Sums = InlineArray<12, Vector>
  @inline(always) private func zeros(_ z: Vector) -> Sums {
    [z, z, z, z, z, z, z, z, z, z, z, z]
  }
#elseif arch(arm64)
  /// Sixteen of the 32 registers hold sums.
  @inline(always) var tileRows: Int { 8 }
  private typealias Sums = InlineArray<16, Vector>
  @inline(always) private func zeros(_ z: Vector) -> Sums {
    [z, z, z, z, z, z, z, z, z, z, z, z, z, z, z, z]
  }
#else
  /// Eight of the 16 registers hold sums: without a fused instruction every product needs a register, too.
  @inline(always) var tileRows: Int { 4 }
  private typealias Sums = InlineArray<8, Vector>
  @inline(always) private func zeros(_ z: Vector) -> Sums {
    [z, z, z, z, z, z, z, z]
  }
#endif

/// The columns of a tile: two vectors.
@inline(always) var tileColumns: Int { 2 &* lanes }

/// What becomes of a tile's sums before they leave their registers.
struct TileFinish {
  /// Added to every row.
  var bias: UnsafePointer<Float>?
  /// What they are then multiplied by, element by element.
  var factor: UnsafePointer<Float>?, strideOfFactor = 0
}

/// C = A · B (+ C) for one tile, `tileRows` × `tileColumns`.
///
/// Element (i, k) of A is at `a[i * rowStride + k * depthStride]`, row k of B at `b + k * strideOfB`. Each sum runs
/// over k in order, so a result does not depend on where in a tile it is.
@inline(never) func multiplyTile(
  depth: Int, _ a: UnsafePointer<Float>, rowStride: Int, depthStride: Int, _ b: UnsafePointer<Float>, strideOfB: Int,
  _ c: UnsafeMutablePointer<Float>, strideOfC: Int, accumulates: Bool
) {
  multiplyTile(
    depth: depth, a, rowStride: rowStride, depthStride: depthStride, b, strideOfB: strideOfB, c, strideOfC: strideOfC,
    accumulates: accumulates, TileFinish(), atEachStep: {})
}

/// The same, with a finish; meanwhile the tile of C, `depth` lines of `ahead` and those of `beside`, not more, are fetched
/// into the cache.
@inline(never) func multiplyTile(
  depth: Int, _ a: UnsafePointer<Float>, rowStride: Int, depthStride: Int, _ b: UnsafePointer<Float>, strideOfB: Int,
  _ c: UnsafeMutablePointer<Float>, strideOfC: Int, accumulates: Bool, _ finish: TileFinish,
  fetching ahead: inout swiftlet_ahead, and beside: inout swiftlet_ahead
) {
  for i in 0..<tileRows {
    swiftlet_fetch_line(c + i &* strideOfC)
    // A tile is wider than a line only where vectors are as long as a line.
    if lanes == 16 { swiftlet_fetch_line(c + (i &* strideOfC &+ lanes)) }
  }
  var (lines, more) = (ahead, beside)
  multiplyTile(
    depth: depth, a, rowStride: rowStride, depthStride: depthStride, b, strideOfB: strideOfB, c, strideOfC: strideOfC,
    accumulates: accumulates, finish,
    atEachStep: {
      swiftlet_fetch(&lines)
      if more.left > 0 {
        more.left &-= 1
        swiftlet_fetch(&more)
      }
    })
  ahead = lines
}

@inline(always) private func multiplyTile(
  depth: Int, _ a: UnsafePointer<Float>, rowStride: Int, depthStride: Int, _ b: UnsafePointer<Float>, strideOfB: Int,
  _ c: UnsafeMutablePointer<Float>, strideOfC: Int, accumulates: Bool, _ finish: TileFinish, atEachStep: () -> Void
) {
  var sums = zeros(.zero)
  var (a, b) = (a, b)
  for _ in 0..<depth {
    let (b0, b1) = (load(b), load(b + lanes))
    atEachStep()
    for i in 0..<tileRows {
      let element = broadcast(a[i &* rowStride])
      sums[2 &* i] = multiplyAdd(element, b0, sums[2 &* i])
      sums[2 &* i &+ 1] = multiplyAdd(element, b1, sums[2 &* i &+ 1])
    }
    a += depthStride
    b += strideOfB
  }
  // Short loops, which are unrolled: only then the sums never see memory.
  if accumulates {
    for i in 0..<tileRows {
      sums[2 &* i] += load(c + i &* strideOfC)
      sums[2 &* i &+ 1] += load(c + (i &* strideOfC &+ lanes))
    }
  }
  if let bias = finish.bias {
    let (b0, b1) = (load(bias), load(bias + lanes))
    for i in 0..<tileRows {
      sums[2 &* i] += b0
      sums[2 &* i &+ 1] += b1
    }
  }
  if let factor = finish.factor {
    for i in 0..<tileRows {
      sums[2 &* i] *= load(factor + i &* finish.strideOfFactor)
      sums[2 &* i &+ 1] *= load(factor + (i &* finish.strideOfFactor &+ lanes))
    }
  }
  for i in 0..<tileRows {
    store(sums[2 &* i], c + i &* strideOfC)
    store(sums[2 &* i &+ 1], c + (i &* strideOfC &+ lanes))
  }
}

/// The same of pairs of bfloat16, if the elements are such.
@inline(always) func multiplyTile(
  depth: Int, _ a: UnsafePointer<Float>, rowStride: Int, depthStride: Int, _ b: UnsafePointer<Float>, strideOfB: Int,
  _ c: UnsafeMutablePointer<Float>, strideOfC: Int, accumulates: Bool, pairs: Bool
) {
  #if AVX512
    if pairs {
      return swiftlet_multiply_tile_of_pairs(depth, a, rowStride, depthStride, b, strideOfB, c, strideOfC, accumulates)
    }
  #endif
  multiplyTile(
    depth: depth, a, rowStride: rowStride, depthStride: depthStride, b, strideOfB: strideOfB, c, strideOfC: strideOfC,
    accumulates: accumulates)
}

/// The same of pairs of bfloat16, if the elements are such, with a finish and with lines to be fetched meanwhile.
@inline(always) func multiplyTile(
  depth: Int, _ a: UnsafePointer<Float>, rowStride: Int, depthStride: Int, _ b: UnsafePointer<Float>, strideOfB: Int,
  _ c: UnsafeMutablePointer<Float>, strideOfC: Int, accumulates: Bool, _ finish: TileFinish, pairs: Bool,
  fetching ahead: inout swiftlet_ahead, and beside: inout swiftlet_ahead
) {
  #if AVX512
    if pairs {
      return swiftlet_multiply_tile_of_pairs_ahead(
        depth, a, rowStride, depthStride, b, strideOfB, c, strideOfC, accumulates, finish.bias, finish.factor,
        finish.strideOfFactor, &beside, &ahead)
    }
  #endif
  multiplyTile(
    depth: depth, a, rowStride: rowStride, depthStride: depthStride, b, strideOfB: strideOfB, c, strideOfC: strideOfC,
    accumulates: accumulates, finish, fetching: &ahead, and: &beside)
}
