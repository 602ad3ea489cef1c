import KernelSupport

/// How the keys of sequences are divided into tasks of the backward pass: by sizes alone.
struct AttentionParts {
  /// So many tasks keep a few threads busy until the end.
  private static let enoughTasks = 8
  /// Scratch of worker 0 that holds the parts' sums.
  private static let slot = 3

  /// Parts of each sequence, and keys of a part: whole steps.
  let count: Int, keysOfPart: Int
  /// All tasks: sequences × key heads × parts.
  let tasks: Int
  /// The most queries and keys of a sequence.
  let longest: (queries: Int, keys: Int)
  private let heads: Int, spans: Int
  /// Numbers of the sums of a part and head.
  private let sizeOfSums: Int

  init(_ a: AttentionArguments, _ blocks: AttentionBlocks) {
    (heads, spans) = (a.heads, a.spans.count)
    longest = (a.spans.reduce(0) { max($0, $1.queries) }, a.spans.reduce(0) { max($0, $1.keys) })
    let step = AttentionBlocks.keysOfBackwardStep
    let pairs = max(1, a.spans.count &* a.keyHeads)
    let steps = max(1, (longest.keys &+ step &- 1) / step)
    let wanted = min(steps, (Self.enoughTasks &+ pairs &- 1) / pairs)
    let stepsOfPart = (steps &+ wanted &- 1) / wanted
    keysOfPart = stepsOfPart &* step
    count = (steps &+ stepsOfPart &- 1) / stepsOfPart
    tasks = a.spans.count &* a.keyHeads &* count
    sizeOfSums = blocks.backwardQueries(longest.queries) &* blocks.paddedWidth
  }

  /// Memory for the sums of all parts; inside of `exclusively`.
  func sums(_ pool: ThreadPool) -> Sums {
    let size = spans &* heads &* count &* sizeOfSums &* MemoryLayout<Float>.stride
    let memory = pool.scratch(worker: 0, slot: Self.slot, bytes: size)
    return Sums(base: memory.assumingMemoryBound(to: Float.self), heads: heads, parts: count, size: sizeOfSums)
  }

  /// Sums of the gradients of queries, of every sequence, head and part.
  struct Sums {
    fileprivate let base: UnsafeMutablePointer<Float>
    fileprivate let heads: Int, parts: Int, size: Int

    @inline(always) func place(span: Int, head: Int, part: Int) -> UnsafeMutablePointer<Float> {
      base + ((span &* heads &+ head) &* parts &+ part) &* size
    }

    @inline(always) func place(_ task: AttentionBackwardTask, head: Int) -> UnsafeMutablePointer<Float> {
      place(span: task.index, head: head, part: task.part)
    }
  }
}

/// A task of the backward pass: some keys of one sequence and key head.
struct AttentionBackwardTask {
  let index: Int, span: SequenceSpan, keyHead: Int, part: Int, keys: Range<Int>

  @inline(always) init(_ number: Int, of a: AttentionArguments, _ parts: AttentionParts) {
    // First parts have the most queries and come first: the end of the run is then made of short tasks.
    let pairs = a.spans.count &* a.keyHeads
    let pair = number % pairs
    (index, keyHead, part) = (pair / a.keyHeads, pair % a.keyHeads, number / pairs)
    span = a.spans[index]
    let first = min(part &* parts.keysOfPart, span.keys)
    keys = first..<min(first &+ parts.keysOfPart, span.keys)
  }

  /// What the thread of task `number` will probably do next, if anything.
  @inline(always) init?(next number: Int, of a: AttentionArguments, _ parts: AttentionParts, _ pool: ThreadPool) {
    guard number &+ pool.threads < parts.tasks else { return nil }
    self.init(number &+ pool.threads, of: a, parts)
  }

  /// The first query of the step in which a key is first seen.
  @inline(always) func firstQuery(ofKey key: Int, causal: Bool) -> Int {
    let step = AttentionBlocks.queriesOfBackwardStep
    return causal ? max(0, key &- (span.keys &- span.queries)) / step &* step : 0
  }
}

/// The buffers of a task of the backward pass.
struct AttentionBackwardBuffers {
  /// Queries and gradients of the output of one head, packed as A and as B, which are the same but for pairs.
  let queryRows, gradientRows, queryColumns, gradientColumns: UnsafeMutablePointer<Float>
  /// δ of each query, and its log-sum-exp as a power of two.
  let deltas, powers: UnsafeMutablePointer<Float>
  /// A step's keys and values as columns of B, its keys as rows of B.
  let keyColumns, valueColumns, keyRows: UnsafeMutablePointer<Float>
  /// A step's P ∘ M and dS, a row a query; and packed, where they must be.
  let weights, slopes, packedWeights, packedSlopes, slopeRows: UnsafeMutablePointer<Float>
  /// Sums of the gradients: of a head's queries, and of the task's keys and values.
  var queryGradients: UnsafeMutablePointer<Float>
  let keyGradients, valueGradients: UnsafeMutablePointer<Float>
  /// Elements between rows of scores: room for a tile behind the last, and not a power of two.
  let scoreStride: Int
  /// Elements between the panels, and between the rows of a panel, of `queryColumns` and `gradientColumns`.
  let queryPanel: Int, queryStride: Int
  /// Elements between the panels of `keyRows`.
  let keyPanel: Int

  init(_ blocks: AttentionBlocks, _ task: AttentionBackwardTask, _ pool: ThreadPool, _ worker: Int) {
    let (stepQueries, stepKeys) = (AttentionBlocks.queriesOfBackwardStep, AttentionBlocks.keysOfBackwardStep)
    let queries = blocks.backwardQueries(task.span.queries)
    let keys = (task.keys.length &+ stepKeys &- 1) / stepKeys &* stepKeys
    scoreStride = min((task.keys.length &+ 15) / 16 &* 16, stepKeys) &+ 32
    let hasPairs = blocks.element == .pair
    queryPanel = hasPairs ? blocks.columnPanel(rows: queries) : tileColumns
    queryStride = hasPairs ? tileColumns : blocks.rowStride
    keyPanel = blocks.columnPanel(rows: stepKeys)
    let rows = queries &* blocks.rowStride
    let transposed = stepKeys / tileColumns &* blocks.transposedPanel
    let (columns, keyColumnsSize) = (hasPairs ? blocks.panels &* queryPanel : 0, blocks.panels &* keyPanel)
    let scores = stepQueries &* scoreStride
    let (querySums, keySums) = (queries &* blocks.paddedWidth, keys &* blocks.paddedWidth)
    var pieces = ScratchPieces(
      pool, worker,
      count: 2 * rows + 2 * columns + 2 * queries + 2 * transposed + keyColumnsSize + 5 * scores + querySums
        + 2 * keySums, pieces: 17)
    (queryRows, gradientRows) = (pieces.take(rows), pieces.take(rows))
    (queryColumns, gradientColumns) =
      hasPairs ? (pieces.take(columns), pieces.take(columns)) : (queryRows, gradientRows)
    (deltas, powers) = (pieces.take(queries), pieces.take(queries))
    (keyColumns, valueColumns) = (pieces.take(transposed), pieces.take(transposed))
    keyRows = pieces.take(keyColumnsSize)
    (weights, slopes) = (pieces.take(scores), pieces.take(scores))
    (packedWeights, packedSlopes, slopeRows) = (pieces.take(scores), pieces.take(scores), pieces.take(scores))
    queryGradients = pieces.take(querySums)
    (keyGradients, valueGradients) = (pieces.take(keySums), pieces.take(keySums))
  }
}

/// What is fetched during a task of the backward pass: what it will write, and what the next task reads.
struct AttentionBackwardAhead {
  /// Longer sequences need it less: their arithmetic grows with the square of the length, and fetched rows would be
  /// driven out again.
  private static let longest = 1024

  var queries = RowsAhead(), keys = RowsAhead(), values = RowsAhead(), outputs = RowsAhead()
  var outputGradients = RowsAhead()
  var queryGradients = RowsAhead(), keyGradients = RowsAhead(), valueGradients = RowsAhead()

  @inline(never) init(
    _ a: AttentionArguments, _ gradients: AttentionGradients, _ task: AttentionBackwardTask,
    next: AttentionBackwardTask?
  ) {
    let span = task.span
    guard let next, max(span.keys, next.span.keys) <= Self.longest else { return }
    let (d, group) = (a.headWidth, a.heads / a.keyHeads)
    let steps = (span.keys &+ AttentionBlocks.keysOfBackwardStep &- 1) / AttentionBlocks.keysOfBackwardStep
    let tiles = (span.queries &+ tileRows &- 1) / tileRows &* steps &* group
    let times = a.causal ? max(1, tiles / 2) : tiles
    @inline(always) func rows(_ place: UnsafePointer<Float>, _ stride: Int, _ rows: Int, _ width: Int) -> RowsAhead {
      RowsAhead(place, stride: stride, width: width, rows: rows, times: times)
    }
    let (query, key) = (next.span.firstQuery, next.span.firstKey)
    let (place, keyPlace) = (next.keyHead &* group &* d, next.keyHead &* d)
    queries = rows(a.queries + query &* a.queryStride + place, a.queryStride, next.span.queries, d)
    outputs = rows(a.output + query &* a.outputStride + place, a.outputStride, next.span.queries, d)
    outputGradients = rows(
      gradients.output + query &* gradients.outputStride + place, gradients.outputStride, next.span.queries, d)
    keys = rows(a.keys + key &* a.keyStride + keyPlace, a.keyStride, next.span.keys, d)
    values = rows(a.values + key &* a.valueStride + keyPlace, a.valueStride, next.span.keys, d)
    queryGradients = rows(
      gradients.queries + span.firstQuery &* gradients.queryStride + task.keyHead &* group &* d, gradients.queryStride,
      span.queries, d &* group)
    let own = task.keyHead &* d
    keyGradients = rows(
      gradients.keys + span.firstKey &* gradients.keyStride + own, gradients.keyStride, span.keys, d)
    valueGradients = rows(
      gradients.values + span.firstKey &* gradients.valueStride + own, gradients.valueStride, span.keys, d)
  }
}
