// How operands lie in memory while the register tile reads them.
//
// A panel of B is `tileColumns` columns wide and as deep as the block; a row of it is what one step of the tile
// needs, so that the tile walks through memory without a jump. Hexadecimal digits show the order in memory, for a
// panel of four columns and a depth of four:
//
//        B, stored depth × columns      B, stored columns × depth       the panel
//            columns →                      depth →                       columns →
//      depth  . . 0 1 2 3 . .         columns 0 4 8 c . .           depth  0 1 2 3
//        ↓    . . 4 5 6 7 . .            ↓    1 5 9 d . .             ↓    4 5 6 7
//             . . 8 9 a b . .                 2 6 a e . .                  8 9 a b
//             . . c d e f . .                 3 7 b f . .                  c d e f
//
// A panel of A is `tileRows` rows high. The tile takes its elements one by one and so has no need of one order:
// an A stored rows × depth is copied as rows, a fixed distance apart (which spares the transposition and the
// collisions in the cache of rows that are a power of two apart); one stored depth × rows is copied like B.
//
// Where the processor multiplies pairs of bfloat16, an element of a panel is two neighbours in depth, the first in
// the lower half of 32 bits; otherwise bfloat16 operands are rounded and stay 32 bits wide.

import CInstructions

/// What an operand becomes on the way into its panel.
enum PackedElement {
  /// The number as it is.
  case full
  /// The nearest bfloat16, as 32-bit number.
  case rounded
  /// Two neighbours in depth as bfloat16.
  case pair

  /// How many steps of depth an element holds.
  @inline(always) var depth: Int { self == .pair ? 2 : 1 }

  /// How many elements hold the given depth.
  @inline(always) func count(_ depth: Int) -> Int { self == .pair ? (depth &+ 1) / 2 : depth }
}

/// Each lane as the nearest bfloat16, ties to even.
@inline(always) func roundedToBFloat16(_ x: Vector) -> Vector {
  let bits = unsafeBitCast(x, to: VectorBits.self)
  let nearest = bits &+ VectorBits(repeating: 0x7FFF) &+ ((bits &>> 16) & VectorBits(repeating: 1))
  // What is not a number stays so: the addition could carry into the sign.
  let result = nearest.replacing(with: bits | VectorBits(repeating: 0x40_0000), where: x .!= x)
  return unsafeBitCast(result & VectorBits(repeating: 0xFFFF_0000), to: Vector.self)
}

/// Copies rows of `depth` numbers as elements, `targetStride` apart; whole vectors are written.
@inline(always) func packRows(
  _ source: UnsafePointer<Float>, stride: Int, rows: Int, depth: Int, as element: PackedElement,
  to target: UnsafeMutablePointer<Float>, targetStride: Int
) {
  switch element {
  case .full:
    for i in 0..<rows {
      let (from, to) = (source + i &* stride, target + i &* targetStride)
      forEachVector(depth) { k, count in store(load(from + k, count: count), to + k) }
    }
  case .rounded:
    for i in 0..<rows {
      let (from, to) = (source + i &* stride, target + i &* targetStride)
      forEachVector(depth) { k, count in store(roundedToBFloat16(load(from + k, count: count)), to + k) }
    }
  case .pair:
    #if AVX512
      swiftlet_pack_pairs_of_rows(source, stride, rows, depth, target, targetStride)
    #endif
  }
}

/// Panels that are packed at the same time.
///
/// Together they read whole cache lines of a row before the next row, which
/// may be in another page; more of them would write to more places than the first-level cache can hold.
private let panelsAtATime = 8

/// Copies columns of `depth` rows into panels that are `panelWidth` wide and `panelSize` elements apart.
///
/// Of the columns, `width` exist; the others become zeros. Up to a vector behind a panel is overwritten.
@inline(never) func packColumns(
  _ source: UnsafePointer<Float>, stride: Int, depth: Int, width: Int, panels: Int, panelWidth: Int, panelSize: Int,
  as element: PackedElement, to target: UnsafeMutablePointer<Float>
) {
  // A panel is one or more strips of a vector, the last of which may stand out: the next row overwrites that.
  let stripWidth = min(lanes, panelWidth)
  let strips = panelWidth / stripWidth
  for panel in steps(from: 0, to: panels, by: panelsAtATime) {
    let panels = panel..<min(panel &+ panelsAtATime, panels)
    let (from, to) = (source + panel &* panelWidth, target + panel &* panelSize)
    switch element {
    case .pair:
      #if AVX512
        swiftlet_pack_pairs_of_columns(
          from, stride, depth, width &- panel &* panelWidth, panels.count, strips, stripWidth, panelSize, to, panelWidth
        )
      #endif
    case .full, .rounded:
      let isWhole = width >= panels.upperBound &* panelWidth &- stripWidth &+ lanes
      for k in 0..<depth {
        for panel in 0..<panels.count {
          for strip in 0..<strips {
            let place = panel &* panelWidth &+ strip &* stripWidth
            let row = from + (k &* stride &+ place)
            let count = max(0, min(lanes, width &- panels.lowerBound &* panelWidth &- place))
            let vector = isWhole ? load(row) : load(row, count: count)
            store(
              element == .full ? vector : roundedToBFloat16(vector),
              to + (panel &* panelSize &+ k &* panelWidth &+ strip &* stripWidth))
          }
        }
      }
    }
  }
}

#if AVX512
  private typealias Square = InlineArray<16, Vector>
  @inline(always) private func square(of z: Vector) -> Square { [z, z, z, z, z, z, z, z, z, z, z, z, z, z, z, z] }
  private let interleavings = 4
#elseif AVX2
  private typealias Square = InlineArray<8, Vector>
  @inline(always) private func square(of z: Vector) -> Square { [z, z, z, z, z, z, z, z] }
  private let interleavings = 3
#else
  private typealias Square = InlineArray<4, Vector>
  @inline(always) private func square(of z: Vector) -> Square { [z, z, z, z] }
  private let interleavings = 2
#endif

/// Transposes a square: interleaving the first half of the rows with the second moves the highest bit of an
/// element's row to the lowest bit of its place, so as often as a row has bits, rows and places change roles.
@inline(always) private func transpose(_ rows: inout Square) {
  for _ in 0..<interleavings {
    var next = square(of: .zero)
    for i in 0..<Vector.scalarCount / 2 {
      let (a, b) = (rows[i], rows[i &+ Vector.scalarCount / 2])
      (next[2 &* i].evenHalf, next[2 &* i].oddHalf) = (a.lowHalf, b.lowHalf)
      (next[2 &* i &+ 1].evenHalf, next[2 &* i &+ 1].oddHalf) = (a.highHalf, b.highHalf)
    }
    rows = next
  }
}

/// Copies `width` rows of `depth` numbers as the columns of a panel that is `tileColumns` wide.
///
/// Missing columns become zeros. The panel is written to a multiple of `lanes` elements of depth.
@inline(never) func packTransposed(
  _ source: UnsafePointer<Float>, stride: Int, depth: Int, width: Int, as element: PackedElement,
  to target: UnsafeMutablePointer<Float>
) {
  for place in steps(from: 0, to: tileColumns, by: lanes) {
    let (rows, height) = (source + place &* stride, width &- place)
    for k in steps(from: 0, to: depth, by: lanes &* element.depth) {
      let to = target + (k / element.depth) &* tileColumns + place
      let count = depth &- k
      switch element {
      case .full where height >= lanes && count >= lanes:
        transposeSquare(to: to, stride: tileColumns) { load(rows + $0 &* stride + k) }
      case .full:
        transposeSquare(to: to, stride: tileColumns) {
          $0 < height ? load(rows + $0 &* stride + k, count: min(count, lanes)) : .zero
        }
      case .rounded:
        transposeSquare(to: to, stride: tileColumns) {
          $0 < height ? roundedToBFloat16(load(rows + $0 &* stride + k, count: min(count, lanes))) : .zero
        }
      case .pair:
        #if AVX512
          // At most a kilobyte, so that it is on the stack.
          withUnsafeTemporaryAllocation(of: Vector.self, capacity: lanes) { pairs in
            guard let first = pairs.baseAddress else { return }
            let numbers = UnsafeMutableRawPointer(first).assumingMemoryBound(to: Float.self)
            let existing = max(0, min(height, lanes))
            swiftlet_pack_pairs_of_rows(rows + k, stride, existing, min(count, 2 &* lanes), numbers, lanes)
            for i in existing..<lanes { first[i] = .zero }
            transposeSquare(to: to, stride: tileColumns) { first[$0] }
          }
        #endif
      }
    }
  }
}

/// Transposes the vectors that `row` returns into rows that are `stride` numbers apart.
@inline(always) func transposeSquare(
  to target: UnsafeMutablePointer<Float>, stride: Int, _ row: (Int) -> Vector
) {
  var rows = square(of: .zero)
  for i in 0..<Vector.scalarCount { rows[i] = row(i) }
  transpose(&rows)
  for i in 0..<Vector.scalarCount { store(rows[i], target + i &* stride) }
}
