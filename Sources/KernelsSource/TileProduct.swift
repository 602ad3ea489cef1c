// Products of bfloat16 pairs by tiles (AMX). They are cut into blocks as the others are; what differs is the innermost
// part, which multiplies 32 rows by 32 columns in four tiles of sums, and so how A lies in memory: as rows of pairs,
// whichever way it is stored. Depth is filled up with zeros to whole tiles, in A and in B.

#if AMX
  import CInstructions
  import KernelSupport

  /// Scratch slots of a worker: the packed block of B, the packed rows of A, and a block at the edge of C.
  private enum Slot {
    static let blockOfB = 0, rowsOfA = 1, edge = 2
  }

  /// Rows or columns of a tile, and pairs in its depth: all are 16.
  @inline(always) private var tileSide: Int { lanes }
  /// Rows and columns that are multiplied at a time.
  @inline(always) private var blockSide: Int { 2 &* tileSide }
  /// The depth of a tile.
  @inline(always) private var tileDepth: Int { 2 &* tileSide }
  /// Rows of A that are packed together where A is transposed, so that whole cache lines are read.
  @inline(always) private var transposedRows: Int { 4 &* blockSide }

  extension MatrixProductBlocks.Limits {
    /// Half as many bytes a number and a faster tile ask for larger blocks, so that packing stays small beside it: a block
    /// of B takes 768 KB of the second-level cache, rows of A and a panel of B 32 KB each.
    static func tiles(_ product: MatrixProduct) -> Self {
      Self(unit: (blockSide, product.unitOfColumns(blockSide)), rows: 1536, columns: 768, depth: 512)
    }
  }

  extension KernelVariant {
    /// The product of operands that are rounded to bfloat16.
    static func multiplyByTiles(_ product: MatrixProduct, on pool: ThreadPool) {
      let blocks = MatrixProductBlocks(product, threads: pool.threads, limits: .tiles(product))
      pool.run(tasks: blocks.rowBlocks &* blocks.columnBlocks) { task, worker in
        let (row, column) = (task / blocks.columnBlocks &* blocks.rows, task % blocks.columnBlocks &* blocks.columns)
        swiftlet_configure_tiles()
        multiplyBlockByTiles(
          product, row..<min(row &+ blocks.rows, product.rows),
          column..<min(column &+ blocks.columns, product.columns),
          depthOfStep: wholeTiles(blocks.depth) &* tileDepth, pool, worker)
        swiftlet_release_tiles()
      }
    }

    /// How many tiles hold so much depth.
    @inline(always) private static func wholeTiles(_ depth: Int) -> Int { (depth &+ tileDepth &- 1) / tileDepth }

    private static func multiplyBlockByTiles(
      _ p: MatrixProduct, _ rows: Range<Int>, _ columns: Range<Int>, depthOfStep: Int, _ pool: ThreadPool,
      _ worker: Int
    ) {
      // In numbers that each hold a pair. Rows are not a power of two apart, so that they do not meet in the cache.
      let rowStride = depthOfStep / 2 &+ lanes
      let panels = (columns.length &+ blockSide &- 1) / blockSide
      let sizeOfPanel = depthOfStep / 2 &* blockSide
      func scratch(_ slot: Int, _ count: Int) -> UnsafeMutablePointer<Float> {
        pool.scratch(worker: worker, slot: slot, bytes: count &* MemoryLayout<Float>.stride)
          .assumingMemoryBound(to: Float.self)
      }
      let blockOfB = scratch(Slot.blockOfB, panels &* sizeOfPanel)
      let rowsAtATime = p.transposedA ? transposedRows : blockSide
      let rowsOfA = scratch(Slot.rowsOfA, rowsAtATime &* rowStride)
      let edge = scratch(Slot.edge, blockSide &* blockSide)

      var k = 0
      repeat {
        let depth = min(depthOfStep, p.depth &- k)
        let isLast = k &+ depth == p.depth
        let accumulates = k > 0 || p.accumulates
        packColumnsOfB(p, columns, k, depth, panels: panels, sizeOfPanel: sizeOfPanel, blockOfB)
        for first in steps(from: rows.lowerBound, to: rows.upperBound, by: rowsAtATime) {
          let some = first..<min(first &+ rowsAtATime, rows.upperBound)
          packRowsOfA(p, some, k, depth, rowStride, rowsOfA)
          for row in steps(from: some.lowerBound, to: some.upperBound, by: blockSide) {
            let height = min(blockSide, some.upperBound &- row)
            for panel in 0..<panels {
              let column = columns.lowerBound &+ panel &* blockSide
              let width = min(blockSide, columns.upperBound &- column)
              let c = p.c + row &* p.strideOfC + column
              let isWhole = height % tileSide == 0 && width % tileSide == 0
              if !isWhole && accumulates {
                copy(c, stride: p.strideOfC, to: edge, stride: blockSide, height, width)
              }
              swiftlet_multiply_tiles(
                wholeTiles(depth), rowsOfA + (row &- first) &* rowStride, rowStride, blockOfB + panel &* sizeOfPanel,
                isWhole ? c : edge, isWhole ? p.strideOfC : blockSide, height > tileSide, width > tileSide, accumulates)
              if !isWhole { copy(edge, stride: blockSide, to: c, stride: p.strideOfC, height, width) }
            }
          }
          if isLast { finish(p, some, columns, pool) }
        }
        k &+= depth
      } while k < p.depth
    }

    /// A block of B, in panels of `blockSide` columns.
    private static func packColumnsOfB(
      _ p: MatrixProduct, _ columns: Range<Int>, _ k: Int, _ depth: Int, panels: Int, sizeOfPanel: Int,
      _ target: UnsafeMutablePointer<Float>
    ) {
      if p.transposedB {
        for panel in 0..<panels {
          let first = panel &* blockSide
          packTransposed(
            p.b + ((columns.lowerBound &+ first) &* p.strideOfB &+ k), stride: p.strideOfB, depth: depth,
            width: min(blockSide, columns.length &- first), as: .pair, to: target + panel &* sizeOfPanel)
        }
      } else {
        packColumns(
          p.b + (k &* p.strideOfB &+ columns.lowerBound), stride: p.strideOfB, depth: depth, width: columns.length,
          panels: panels, panelWidth: blockSide, panelSize: sizeOfPanel, as: .pair, to: target)
        let (existing, whole) = (PackedElement.pair.count(depth), wholeTiles(depth) &* tileSide)
        for panel in 0..<panels {
          (target + (panel &* sizeOfPanel &+ existing &* blockSide))
            .update(repeating: 0, count: (whole &- existing) &* blockSide)
        }
      }
    }

    /// Some rows of A.
    private static func packRowsOfA(
      _ p: MatrixProduct, _ rows: Range<Int>, _ k: Int, _ depth: Int, _ rowStride: Int,
      _ target: UnsafeMutablePointer<Float>
    ) {
      guard p.transposedA else {
        return packRows(
          p.a + (rows.lowerBound &* p.strideOfA &+ k), stride: p.strideOfA, rows: rows.length, depth: depth, as: .pair,
          to: target, targetStride: rowStride)
      }
      // Squares of 16 rows and 16 pairs; a kilobyte, so that it is on the stack.
      withUnsafeTemporaryAllocation(of: Vector.self, capacity: tileSide) { pairs in
        guard let first = pairs.baseAddress else { return }
        let numbers = UnsafeMutableRawPointer(first).assumingMemoryBound(to: Float.self)
        for deep in steps(from: 0, to: depth, by: tileDepth) {
          let some = min(tileDepth, depth &- deep)
          for row in steps(from: 0, to: rows.length, by: tileSide) {
            swiftlet_pack_pairs_of_columns(
              p.a + ((k &+ deep) &* p.strideOfA &+ rows.lowerBound &+ row), p.strideOfA, some, rows.length &- row, 1, 1,
              tileSide, 0, numbers, tileSide)
            for i in PackedElement.pair.count(some)..<tileSide { first[i] = .zero }
            transposeSquare(to: target + (row &* rowStride &+ deep / 2), stride: rowStride) { first[$0] }
          }
        }
      }
    }

    /// The part of a block that exists.
    private static func copy(
      _ source: UnsafePointer<Float>, stride: Int, to target: UnsafeMutablePointer<Float>, stride targetStride: Int,
      _ height: Int, _ width: Int
    ) {
      for i in 0..<height {
        let (from, to) = (source + i &* stride, target + i &* targetStride)
        forEachVector(width) { j, count in store(load(from + j, count: count), to + j, count: count) }
      }
    }
  }
#endif
