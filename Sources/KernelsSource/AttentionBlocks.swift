import KernelSupport

/// Sizes of attention's blocks, and the strides of what is packed.
///
/// Letters: d the width of a head. Rows of queries and their gradients are packed as A of the register tile, keys
/// and values as panels of B (PackedPanel.swift); every buffer is as large as whole tiles, so the tiles need no edges.
struct AttentionBlocks {
  /// Queries of a task of the forward pass: enough that packing the keys and values again for each is nothing.
  static let queriesOfTask = 264
  /// Keys of a step of the forward pass: their panels (220 KB at width 64) stay in the second-level cache, and the
  /// scores of a tile of queries (19 KB) in the first.
  static let keysOfStep = 384
  /// Queries and keys of a step of the backward pass: multiples of the tile's rows and columns in every variant.
  ///
  /// The probabilities, the gradients of the scores and all panels (700 KB at width 64) stay in the second-level cache.
  static let queriesOfBackwardStep = 192, keysOfBackwardStep = 192
  /// Up to so many queries are answered one by one: packing the keys would cost more than it saves.
  static let fewQueries = 4

  let headWidth: Int
  let element: PackedElement
  /// d in whole panels, and how many.
  let paddedWidth: Int, panels: Int
  /// Elements between packed rows of d numbers: not a power of two, so that rows do not meet in the cache.
  let rowStride: Int
  /// Elements of a panel of `tileColumns` transposed rows of d numbers.
  let transposedPanel: Int

  /// The sizes for one call.
  init(_ arguments: AttentionArguments) {
    headWidth = arguments.headWidth
    element =
      switch arguments.precision {
      case .fp32: .full
      case .bf16: hasPairProducts ? .pair : .rounded
      }
    panels = (headWidth &+ tileColumns &- 1) / tileColumns
    paddedWidth = panels &* tileColumns
    rowStride = (element.count(headWidth) &+ lanes &- 1) / lanes &* lanes &+ 16
    transposedPanel = (rowStride &+ lanes) &* tileColumns
  }

  /// Elements of a panel of d's columns over so many rows.
  @inline(always) func columnPanel(rows: Int) -> Int { (element.count(rows) &+ 1) &* tileColumns }

  /// Rows of queries in whole steps of the backward pass.
  @inline(always) func backwardQueries(_ queries: Int) -> Int {
    let step = Self.queriesOfBackwardStep
    return (queries &+ step &- 1) / step &* step
  }

  /// Packs rows as rows of A.
  @inline(always) func packAsA(
    _ source: UnsafePointer<Float>, stride: Int, rows: Int, to target: UnsafeMutablePointer<Float>
  ) {
    packRows(
      source, stride: stride, rows: rows, depth: headWidth, as: element, to: target, targetStride: rowStride)
  }

  /// Packs rows as the columns of B: panels of `tileColumns` rows each.
  @inline(always) func packAsColumns(
    _ source: UnsafePointer<Float>, stride: Int, rows: Int, to target: UnsafeMutablePointer<Float>
  ) {
    for first in steps(from: 0, to: rows, by: tileColumns) {
      packTransposed(
        source + first &* stride, stride: stride, depth: headWidth, width: min(tileColumns, rows &- first), as: element,
        to: target + first / tileColumns &* transposedPanel)
    }
  }

  /// Packs rows as the rows of B: panels of `tileColumns` columns each, `panelSize` elements apart.
  @inline(always) func packAsRows(
    _ source: UnsafePointer<Float>, stride: Int, rows: Int, panelSize: Int, to target: UnsafeMutablePointer<Float>
  ) {
    packColumns(
      source, stride: stride, depth: rows, width: headWidth, panels: panels, panelWidth: tileColumns,
      panelSize: panelSize, as: element, to: target)
  }

  /// Multiplies rows of `paddedWidth` numbers by a number each.
  @inline(always) func multiplyRows(
    _ rows: UnsafeMutablePointer<Float>, rows count: Int, by factors: UnsafePointer<Float>
  ) {
    for i in 0..<count where factors[i] != 1 {
      let (row, factor) = (rows + i &* paddedWidth, broadcast(factors[i]))
      for j in steps(from: 0, to: paddedWidth, by: lanes) { store(load(row + j) * factor, row + j) }
    }
  }
}

/// Pieces of one worker's scratch memory, one behind the other.
struct ScratchPieces {
  private let base: UnsafeMutablePointer<Float>
  private var used = 0

  /// Room for so many numbers in so many pieces.
  init(_ pool: ThreadPool, _ worker: Int, count: Int, pieces: Int) {
    base = pool.scratch(worker: worker, slot: 0, bytes: (count &+ 16 &* pieces) &* MemoryLayout<Float>.stride)
      .assumingMemoryBound(to: Float.self)
  }

  /// The next piece, of whole cache lines.
  @inline(always) mutating func take(_ count: Int) -> UnsafeMutablePointer<Float> {
    defer { used &+= (count &+ 15) / 16 &* 16 }
    return base + used
  }
}

extension SequenceSpan {
  /// How many keys the query `i` sees.
  @inline(always) func visibleKeys(ofQuery i: Int, causal: Bool) -> Int {
    causal ? keys &- queries &+ i &+ 1 : keys
  }
}
