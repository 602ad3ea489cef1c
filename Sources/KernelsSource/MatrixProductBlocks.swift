import KernelSupport

/// How a product is cut into blocks.
///
/// Rows and columns are also divided by the number of threads: this changes which block an element of C is in, and not
/// its sum, whose order is that of the steps of depth, which depend on the depth alone.
struct MatrixProductBlocks {
  /// What a block consists of, and the largest one.
  struct Limits {
    /// Rows and columns of the tile that is multiplied at a time.
    var unit: (rows: Int, columns: Int)
    /// The highest block: high enough that the packing of B is nothing beside it.
    var rows: Int
    /// The widest block: with the depth it makes a block of B that stays in the second-level cache.
    var columns: Int
    /// The deepest block: a panel of A stays in the first-level cache while the panels of B pass by.
    var depth: Int

    /// For the register tile: a panel of A (12 × 384 elements) takes 18 KB, a block of B 590 KB.
    ///
    /// Pairs are two deep; but where A is transposed the depth is the batch's length, and shorter steps let more of B be
    /// fetched while the step before is multiplied. They also leave room for a wider block, which has A packed less often.
    static func vectors(_ product: MatrixProduct, _ element: PackedElement) -> Self {
      let depth = product.transposedA ? 384 : 384 &* element.depth
      return Self(
        unit: (tileRows, product.unitOfColumns(tileColumns)), rows: 1536,
        columns: 384 &* 384 / element.count(depth), depth: depth)
    }
  }
  /// Rows of A that are packed together where A is transposed, so that whole cache lines are read: 8 panels of 12.
  static var transposedRows: Int { 8 &* tileRows }
  /// Enough blocks for all threads to end at about the same time.
  private static let tasksOfThread = 2
  /// A block of fewer multiplications is not worth a thread's attention: some ten microseconds.
  private static let smallestTask = 1_000_000
  /// Blocks of fewer multiplications are not divided further once every thread has one: what the threads gain by ending
  /// at the same time they would lose by packing operands more often.
  private static let smallestTurn = 32_000_000

  /// Rows and columns of a block of C, each a multiple of the tile's, and the depth of a step.
  private(set) var rows: Int, columns: Int, depth: Int
  /// Blocks above each other and beside each other.
  private(set) var rowBlocks: Int, columnBlocks: Int

  private let size: (rows: Int, columns: Int)

  /// The blocks of one product.
  init(_ product: MatrixProduct, threads: Int, limits: Limits) {
    size = (product.rows, product.columns)
    rowBlocks = Self.quotient(product.rows, limits.rows)
    columnBlocks = Self.quotient(product.columns, limits.columns)
    let work = product.rows &* product.columns &* product.depth
    let hasTurns = work / (Self.tasksOfThread &* threads) >= Self.smallestTurn
    let enoughTasks = threads > 1 ? threads &* (hasTurns ? Self.tasksOfThread : 1) : 1
    // Each block of rows packs B again and each block of columns A; a transposition costs about thrice a copy.
    let (costOfA, costOfB) = (product.rows, product.columns &* (product.transposedB ? 3 : 1))
    while rowBlocks &* columnBlocks < enoughTasks, work / (rowBlocks &* columnBlocks) >= 2 &* Self.smallestTask {
      let (canDivideRows, canDivideColumns) = (
        product.rows >= rowBlocks &* 4 &* limits.unit.rows, product.columns >= columnBlocks &* 2 &* limits.unit.columns
      )
      guard canDivideRows || canDivideColumns else { break }
      if canDivideRows && (!canDivideColumns || costOfB &* rowBlocks <= costOfA &* columnBlocks) {
        rowBlocks &*= 2
      } else {
        columnBlocks &*= 2
      }
    }
    rows = Self.quotient(Self.quotient(product.rows, rowBlocks), limits.unit.rows) &* limits.unit.rows
    columns = Self.quotient(Self.quotient(product.columns, columnBlocks), limits.unit.columns) &* limits.unit.columns
    rowBlocks = Self.quotient(product.rows, rows)
    columnBlocks = Self.quotient(product.columns, columns)
    // Even, so that pairs of bfloat16 stay together.
    let depthBlocks = max(1, Self.quotient(product.depth, limits.depth))
    depth = (Self.quotient(product.depth, depthBlocks) &+ 1) / 2 &* 2
  }

  /// A block of C.
  struct Block {
    var rows: Range<Int>, columns: Range<Int>
  }

  /// The block of a task.
  ///
  /// Blocks beside each other follow each other: they share rows of A.
  @inline(always) subscript(task: Int) -> Block {
    let (row, column) = (task / columnBlocks &* rows, task % columnBlocks &* columns)
    return Block(
      rows: row..<min(row &+ rows, size.rows), columns: column..<min(column &+ columns, size.columns))
  }

  private static func quotient(_ a: Int, _ b: Int) -> Int { (a &+ b &- 1) / b }
}
