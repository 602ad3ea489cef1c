import CInstructions
import KernelSupport

#if AMX
  @inline(always) var hasPairProducts: Bool { true }
#elseif AVX512
  /// Whether products of bfloat16 pairs are instructions here; asked once, since a virtual machine answers slowly.
  let hasPairProducts = swiftlet_has_avx512_bf16()
#else
  @inline(always) var hasPairProducts: Bool { false }
#endif

/// Scratch slots of a worker: the packed block of B, the packed panels of A, and a tile at the edge of C.
private enum Slot {
  static let blockOfB = 0, panelsOfA = 1, tile = 2
}

extension KernelVariant {
  /// C = op(A) · op(B) (+ C) (+ bias), in the manner of BLIS (Van Zee & van de Geijn 2015).
  ///
  /// A task is a block of C. For each step of depth it packs its block of B, which then stays in the second-level
  /// cache; panel by panel of A, which stays in the first, the register tile walks along the block's panels of B.
  /// Tasks share nothing, so threads never wait for each other.
  public static func multiply(_ product: MatrixProduct, on pool: ThreadPool) {
    guard product.rows > 0, product.columns > 0 else { return }
    if multiplyFewRows(product, on: pool) { return }
    #if AMX
      if product.precision == .bf16 { return multiplyByTiles(product, on: pool) }
    #endif
    let element: PackedElement =
      switch product.precision {
      case .fp32: .full
      case .bf16: hasPairProducts ? .pair : .rounded
      }
    let blocks = MatrixProductBlocks(product, threads: pool.threads, limits: .vectors(product, element))
    let count = blocks.rowBlocks &* blocks.columnBlocks
    pool.run(tasks: count) { task, worker in
      // The worker's next task, if the workers take turns; should they not, it fetches what another one needs.
      let next = task &+ pool.threads
      multiplyBlock(
        product, blocks[task], next: next < count ? blocks[next] : nil, depthOfStep: blocks.depth, element, pool, worker
      )
    }
  }

  private static func multiplyBlock(
    _ p: MatrixProduct, _ block: MatrixProductBlocks.Block, next: MatrixProductBlocks.Block?, depthOfStep: Int,
    _ element: PackedElement, _ pool: ThreadPool, _ worker: Int
  ) {
    let (rows, columns) = (block.rows, block.columns)
    // A tile of rows of A is `rowStride` apart: not a power of two, so that they do not meet in the cache.
    let rowStride = element.count(depthOfStep) &+ 16
    let panels = (columns.length &+ tileColumns &- 1) / tileColumns
    let sizeOfPanel = (element.count(depthOfStep) &+ lanes) &* tileColumns
    func scratch(_ slot: Int, _ count: Int) -> UnsafeMutablePointer<Float> {
      pool.scratch(worker: worker, slot: slot, bytes: count &* MemoryLayout<Float>.stride)
        .assumingMemoryBound(to: Float.self)
    }
    let blockOfB = scratch(Slot.blockOfB, panels &* sizeOfPanel)
    let rowsAtATime = p.transposedA ? MatrixProductBlocks.transposedRows : tileRows
    let sizeOfPanelOfA = tileRows &* (rowStride &+ 2 &* lanes)
    let panelsOfA = scratch(Slot.panelsOfA, rowsAtATime / tileRows &* sizeOfPanelOfA)
    let tile = scratch(Slot.tile, tileRows &* tileColumns)

    var ahead = FetchAhead(p.a)
    var k = 0
    repeat {
      let depth = min(depthOfStep, p.depth &- k)
      let isLast = k &+ depth == p.depth
      packB(p, columns, k, depth, element, panels: panels, sizeOfPanel: sizeOfPanel, blockOfB)
      let stepsOfTile = element.count(depth)
      func stepsFor(_ rows: Range<Int>) -> Int { (rows.length &+ tileRows &- 1) / tileRows &* panels &* stepsOfTile }
      if !isLast {
        fetchB(p, columns, k &+ depth, depthOfStep, after: stepsFor(rows), &ahead)
      } else if let next {
        fetchB(p, next.columns, 0, depthOfStep, after: stepsFor(rows), &ahead)
      }
      for first in steps(from: rows.lowerBound, to: rows.upperBound, by: rowsAtATime) {
        let some = first..<min(first &+ rowsAtATime, rows.upperBound)
        packA(p, some, k, depth, element, rowStride, sizeOfPanel: sizeOfPanelOfA, panelsOfA)
        if some.upperBound < rows.upperBound {
          fetchA(p, rows, from: some.upperBound, rowsAtATime, k, depthOfStep, after: stepsFor(some), &ahead)
        } else if !isLast {
          fetchA(p, rows, from: rows.lowerBound, rowsAtATime, k &+ depth, depthOfStep, after: stepsFor(some), &ahead)
        } else if let next {
          fetchA(
            p, next.rows, from: next.rows.lowerBound, rowsAtATime, 0, depthOfStep, after: stepsFor(some), &ahead)
        }
        for row in steps(from: some.lowerBound, to: some.upperBound, by: tileRows) {
          let panelOfA = panelsOfA + (row &- first) / tileRows &* sizeOfPanelOfA
          let height = min(tileRows, rows.upperBound &- row)
          for panel in 0..<panels {
            let column = columns.lowerBound &+ panel &* tileColumns
            let width = min(tileColumns, columns.upperBound &- column)
            let c = p.c + row &* p.strideOfC + column
            let accumulates = k > 0 || p.accumulates
            let isWhole = height == tileRows && width == tileColumns
            var (finish, beside) = (TileFinish(), swiftlet_ahead())
            if isLast {
              finish = tileFinish(p, row, column)
              beside = linesToFinish(p, row, column, height: height, width: width)
            }
            ahead.forSteps(stepsOfTile) { lines in
              multiplyTile(
                depth: stepsOfTile, panelOfA, rowStride: p.transposedA ? 1 : rowStride,
                depthStride: p.transposedA ? tileRows : 1, blockOfB + panel &* sizeOfPanel, strideOfB: tileColumns,
                isWhole ? c : tile, strideOfC: isWhole ? p.strideOfC : tileColumns,
                accumulates: isWhole && accumulates, isWhole ? finish : TileFinish(), pairs: element == .pair,
                fetching: &lines, and: &beside)
            }
            if !isWhole { copyEdge(tile, height, width, to: c, stride: p.strideOfC, accumulates: accumulates, finish) }
          }
        }
        if isLast { finishRows(p, some, columns, pool) }
      }
      k &+= depth
    } while k < p.depth
  }

  /// A block of B.
  @inline(always) private static func packB(
    _ p: MatrixProduct, _ columns: Range<Int>, _ k: Int, _ depth: Int, _ element: PackedElement, panels: Int,
    sizeOfPanel: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    guard p.transposedB else {
      return packColumns(
        p.b + (k &* p.strideOfB &+ columns.lowerBound), stride: p.strideOfB, depth: depth, width: columns.length,
        panels: panels, panelWidth: tileColumns, panelSize: sizeOfPanel, as: element, to: target)
    }
    for panel in 0..<panels {
      let first = panel &* tileColumns
      packTransposed(
        p.b + ((columns.lowerBound &+ first) &* p.strideOfB &+ k), stride: p.strideOfB, depth: depth,
        width: min(tileColumns, columns.length &- first), as: element, to: target + panel &* sizeOfPanel)
    }
  }

  /// Some panels of A.
  @inline(always) private static func packA(
    _ p: MatrixProduct, _ rows: Range<Int>, _ k: Int, _ depth: Int, _ element: PackedElement, _ rowStride: Int,
    sizeOfPanel: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    guard !p.transposedA else {
      // All columns that A has are given: whole vectors are faster, and what stands out of a panel is overwritten.
      return packColumns(
        p.a + (k &* p.strideOfA &+ rows.lowerBound), stride: p.strideOfA, depth: depth,
        width: p.rows &- rows.lowerBound, panels: (rows.length &+ tileRows &- 1) / tileRows, panelWidth: tileRows,
        panelSize: sizeOfPanel, as: element, to: target)
    }
    packRows(
      p.a + (rows.lowerBound &* p.strideOfA &+ k), stride: p.strideOfA, rows: rows.length, depth: depth, as: element,
      to: target, targetStride: rowStride)
  }

  /// Has the block of B of the step at `k`, if there is one, fetched while the step before is multiplied.
  @inline(always) private static func fetchB(
    _ p: MatrixProduct, _ columns: Range<Int>, _ k: Int, _ depthOfStep: Int, after steps: Int,
    _ ahead: inout FetchAhead
  ) {
    let depth = min(depthOfStep, p.depth &- k)
    if p.transposedB {
      ahead.setOther(
        p.b + (columns.lowerBound &* p.strideOfB &+ k), stride: p.strideOfB, rows: columns.length, columns: depth,
        after: steps)
    } else {
      ahead.setOther(
        p.b + (k &* p.strideOfB &+ columns.lowerBound), stride: p.strideOfB, rows: depth, columns: columns.length,
        after: steps)
    }
  }

  /// Has the rows of A from `first` on, which are packed next, fetched.
  ///
  /// Many rows of few numbers go to the first level of the cache, few rows of many only to the second, as they would
  /// drive out the panels in use.
  @inline(always) private static func fetchA(
    _ p: MatrixProduct, _ rows: Range<Int>, from first: Int, _ count: Int, _ k: Int, _ depthOfStep: Int,
    after steps: Int, _ ahead: inout FetchAhead
  ) {
    let depth = min(depthOfStep, p.depth &- k)
    let rows = first..<min(first &+ count, rows.upperBound)
    if p.transposedA {
      ahead.setUrgent(
        p.a + (k &* p.strideOfA &+ rows.lowerBound), stride: p.strideOfA, rows: depth, columns: rows.length,
        isNear: true, after: steps)
    } else {
      ahead.setUrgent(
        p.a + (rows.lowerBound &* p.strideOfA &+ k), stride: p.strideOfA, rows: rows.length, columns: depth,
        isNear: false, after: steps)
    }
  }

  /// The part of a tile that exists, into C.
  private static func copyEdge(
    _ tile: UnsafePointer<Float>, _ height: Int, _ width: Int, to c: UnsafeMutablePointer<Float>, stride: Int,
    accumulates: Bool, _ finish: TileFinish
  ) {
    for i in 0..<height {
      let (from, to) = (tile + i &* tileColumns, c + i &* stride)
      @inline(always) func copy(_ j: Int, _ count: Int) {
        var value = load(from + j, count: count)
        if accumulates { value += load(to + j, count: count) }
        if let bias = finish.bias { value += load(bias + j, count: count) }
        if let factor = finish.factor { value *= load(factor + (i &* finish.strideOfFactor &+ j), count: count) }
        store(value, to + j, count: count)
      }
      forEachVector(width, copy)
    }
  }

  /// What a tile does in its registers.
  @inline(always) private static func tileFinish(_ p: MatrixProduct, _ row: Int, _ column: Int) -> TileFinish {
    var result = TileFinish(bias: p.bias.map { $0 + column })
    if case .multiply(let factor, let stride) = p.finish {
      (result.factor, result.strideOfFactor) = (factor + (row &* stride &+ column), stride)
    }
    return result
  }
}
