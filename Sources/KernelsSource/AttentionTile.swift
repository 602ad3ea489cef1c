// Register tiles in which not every row has the same depth: those on the diagonal of causal attention.
//
// What a row must not see is not multiplied by zero but left out: zero times a not-a-number of a later key would be
// one, too. A row's border moves by one step of depth with each row, so a tile is a full part between two corners:
//
//        first corner (keys' gradients)        last corner (results, queries' gradients)
//          depth →                               depth →
//     rows x x x x x x                      rows x x x
//       ↓  . x x x x x                        ↓  x x x x
//          . . x x x x                           x x x x x

import CInstructions

/// Which steps of depth the rows of a tile take part in.
struct TileBorder {
  /// Steps of the first corner, of the full part, and of the last corner, counted in elements; a corner's steps are
  /// numbered from where the rows' borders begin.
  private(set) var first = (from: 0, to: 0), depth = 0, last = (from: 0, to: 0)
  /// The first element that any row takes part in.
  private(set) var start = 0
  /// Whether the borders begin inside of a pair.
  private(set) var isOdd = false

  /// How many elements of a corner differ from row to row.
  @inline(always) private static func cornerSteps(_ element: PackedElement) -> Int {
    element == .pair ? tileRows / 2 : tileRows &- 1
  }

  /// Row i takes part in the first `depthOfRow0 + i` steps, and in no more than `depth`.
  @inline(always) init(element: PackedElement, depth total: Int, ofRow0 depthOfRow0: Int) {
    let count = element.count(total)
    guard depthOfRow0 < total else {
      depth = count
      return
    }
    let border = element == .pair ? depthOfRow0 &>> 1 : depthOfRow0
    isOdd = element == .pair && depthOfRow0 & 1 == 1
    depth = max(0, min(border, count))
    last = (max(0, 0 &- border), min(Self.cornerSteps(element), count &- border))
  }

  /// Row i takes part from step `startOfRow0 + i` on, up to `depth`.
  @inline(always) init(element: PackedElement, depth total: Int, fromOfRow0 startOfRow0: Int) {
    let count = element.count(total)
    let border = element == .pair ? startOfRow0 &>> 1 : startOfRow0
    isOdd = element == .pair && startOfRow0 & 1 == 1
    start = max(0, min(border, count))
    first = (max(0, 0 &- border), min(Self.cornerSteps(element), count &- border))
    depth = count &- start &- max(0, first.to &- first.from)
  }

  /// Whether all rows take part in the same steps.
  @inline(always) var isStraight: Bool { first.to <= first.from && last.to <= last.from }
}

/// C = A · B (+ C) for one tile with the given border; `a` and `b` are where depth begins.
@inline(always) func multiplyTile(
  _ border: TileBorder, _ a: UnsafePointer<Float>, rowStride: Int, depthStride: Int, _ b: UnsafePointer<Float>,
  strideOfB: Int, _ c: UnsafeMutablePointer<Float>, strideOfC: Int, accumulates: Bool, pairs: Bool
) {
  let (a, b) = (a + border.start &* depthStride, b + border.start &* strideOfB)
  if border.isStraight {
    return multiplyTile(
      depth: border.depth, a, rowStride: rowStride, depthStride: depthStride, b, strideOfB: strideOfB, c,
      strideOfC: strideOfC, accumulates: accumulates, pairs: pairs)
  }
  #if AVX512
    if pairs {
      return swiftlet_multiply_cornered_tile_of_pairs(
        border.first.from, border.first.to, border.depth, border.last.from, border.last.to, border.isOdd, a, rowStride,
        depthStride, b, strideOfB, c, strideOfC, accumulates)
    }
  #endif
  multiplyCorneredTile(
    first: border.first, depth: border.depth, last: border.last, a, rowStride: rowStride, depthStride: depthStride, b,
    strideOfB: strideOfB, c, strideOfC: strideOfC, accumulates: accumulates)
}

#if AVX512
  private typealias Column = InlineArray<12, Vector>
  @inline(always) private func zeros(_ z: Vector) -> Column { [z, z, z, z, z, z, z, z, z, z, z, z] }
#elseif AVX2
  private typealias Column = InlineArray<6, Vector>
  @inline(always) private func zeros(_ z: Vector) -> Column { [z, z, z, z, z, z] }
#elseif arch(arm64)
  private typealias Column = InlineArray<8, Vector>
  @inline(always) private func zeros(_ z: Vector) -> Column { [z, z, z, z, z, z, z, z] }
#else
  private typealias Column = InlineArray<4, Vector>
  @inline(always) private func zeros(_ z: Vector) -> Column { [z, z, z, z] }
#endif

/// The tile between its corners.
///
/// The steps of the corners are calls with constants: only then the sums stay in registers.
@inline(never) private func multiplyCorneredTile(
  first: (from: Int, to: Int), depth: Int, last: (from: Int, to: Int), _ a: UnsafePointer<Float>, rowStride: Int,
  depthStride: Int, _ b: UnsafePointer<Float>, strideOfB: Int, _ c: UnsafeMutablePointer<Float>, strideOfC: Int,
  accumulates: Bool
) {
  var (left, right) = (zeros(.zero), zeros(.zero))
  var (a, b) = (a, b)
  @inline(always) func row(_ i: Int, _ isIn: Bool, _ b0: Vector, _ b1: Vector) {
    guard i < tileRows, isIn else { return }
    let element = broadcast(a[i &* rowStride])
    left[i] = multiplyAdd(element, b0, left[i])
    right[i] = multiplyAdd(element, b1, right[i])
  }
  @inline(always) func step(_ isIn: (Int) -> Bool) {
    let (b0, b1) = (load(b), load(b + lanes))
    row(0, isIn(0), b0, b1); row(1, isIn(1), b0, b1); row(2, isIn(2), b0, b1); row(3, isIn(3), b0, b1)
    row(4, isIn(4), b0, b1); row(5, isIn(5), b0, b1); row(6, isIn(6), b0, b1); row(7, isIn(7), b0, b1)
    row(8, isIn(8), b0, b1); row(9, isIn(9), b0, b1); row(10, isIn(10), b0, b1); row(11, isIn(11), b0, b1)
    a += depthStride
    b += strideOfB
  }
  @inline(always) func comeIn(_ k: Int) {
    if k < tileRows &- 1, k >= first.from, k < first.to { step { $0 <= k } }
  }
  @inline(always) func leave(_ k: Int) {
    if k < tileRows &- 1, k >= last.from, k < last.to { step { $0 > k } }
  }
  if first.to > first.from {
    comeIn(0); comeIn(1); comeIn(2); comeIn(3); comeIn(4); comeIn(5)
    comeIn(6); comeIn(7); comeIn(8); comeIn(9); comeIn(10)
  }
  for _ in 0..<depth { step { _ in true } }
  if last.to > last.from {
    leave(0); leave(1); leave(2); leave(3); leave(4); leave(5)
    leave(6); leave(7); leave(8); leave(9); leave(10)
  }
  @inline(always) func finish(_ i: Int) {
    guard i < tileRows else { return }
    let row = c + i &* strideOfC
    store(accumulates ? left[i] + load(row) : left[i], row)
    store(accumulates ? right[i] + load(row + lanes) : right[i], row + lanes)
  }
  finish(0); finish(1); finish(2); finish(3); finish(4); finish(5)
  finish(6); finish(7); finish(8); finish(9); finish(10); finish(11)
}

/// C = A · B for `columns` columns, at least one, of rows and panels of B: whole tiles, the last by half where that
/// is enough.
@inline(always) func multiplyScores(
  depth: Int, _ a: UnsafePointer<Float>, rowStride: Int, _ panels: UnsafePointer<Float>, panelSize: Int,
  _ c: UnsafeMutablePointer<Float>, strideOfC: Int, columns: Int, pairs: Bool
) {
  var (column, panel) = (0, panels)
  while column < columns {
    if columns &- column > lanes {
      multiplyTile(
        depth: depth, a, rowStride: rowStride, depthStride: 1, panel, strideOfB: tileColumns, c + column,
        strideOfC: strideOfC, accumulates: false, pairs: pairs)
    } else {
      multiplyHalfTile(
        depth: depth, a, rowStride: rowStride, panel, c + column, strideOfC: strideOfC, pairs: pairs)
    }
    column &+= tileColumns
    panel += panelSize
  }
}

/// C = A · B for the left half of a tile.
@inline(always) private func multiplyHalfTile(
  depth: Int, _ a: UnsafePointer<Float>, rowStride: Int, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
  strideOfC: Int, pairs: Bool
) {
  #if AVX512
    if pairs { return swiftlet_multiply_half_tile_of_pairs(depth, a, rowStride, b, tileColumns, c, strideOfC) }
  #endif
  multiplyHalfTile(depth: depth, a, rowStride: rowStride, b, c, strideOfC: strideOfC)
}

@inline(never) private func multiplyHalfTile(
  depth: Int, _ a: UnsafePointer<Float>, rowStride: Int, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>,
  strideOfC: Int
) {
  var sums = zeros(.zero)
  var (a, b) = (a, b)
  for _ in 0..<depth {
    let row = load(b)
    for i in 0..<tileRows { sums[i] = multiplyAdd(broadcast(a[i &* rowStride]), row, sums[i]) }
    a += 1
    b += tileColumns
  }
  for i in 0..<tileRows { store(sums[i], c + i &* strideOfC) }
}
