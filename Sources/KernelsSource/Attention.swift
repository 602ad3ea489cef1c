import KernelSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A task of the forward pass: queries of one sequence, for all heads that share a key head.
private struct Task {
  let span: SequenceSpan, keyHead: Int, queries: Range<Int>

  /// How many tasks there are.
  @inline(always) static func count(_ a: AttentionArguments, chunks: Int) -> Int {
    a.spans.count &* a.keyHeads &* chunks
  }

  /// The task of this number, nil where its sequence is too short to have it.
  @inline(always) init?(_ number: Int, of a: AttentionArguments, chunks: Int) {
    let tasksOfSpan = a.keyHeads &* chunks
    guard number < Self.count(a, chunks: chunks) else { return nil }
    span = a.spans[number / tasksOfSpan]
    // The last queries see the most keys, so they come first: the end of the run is then made of short tasks.
    let chunk = chunks &- 1 &- number % chunks
    keyHead = number % tasksOfSpan / chunks
    let first = chunk &* AttentionBlocks.queriesOfTask
    guard first < span.queries else { return nil }
    queries = first..<min(first &+ AttentionBlocks.queriesOfTask, span.queries)
  }

  /// Keys that any of the queries sees.
  @inline(always) func keys(causal: Bool) -> Int {
    span.visibleKeys(ofQuery: queries.upperBound &- 1, causal: causal)
  }
}

extension KernelVariant {
  /// Attention, blocked over queries and keys with an online softmax (Milakov & Gimelshein 2018; Dao 2023).
  ///
  /// A task is a block of queries of one sequence, for all query heads that share a key head. It packs the keys and
  /// values step by step; for each, tile by tile of queries, the register tile makes scores, the row's maximum and sum
  /// are brought up to date, and the tile adds the weighted values to the result, which is divided at the end.
  public static func attend(_ arguments: AttentionArguments, on pool: ThreadPool) {
    let a = arguments
    let blocks = AttentionBlocks(a)
    let longest = a.spans.reduce(0) { max($0, $1.queries) }
    let chunks = (longest &+ AttentionBlocks.queriesOfTask &- 1) / AttentionBlocks.queriesOfTask
    pool.run(tasks: Task.count(a, chunks: chunks)) { number, worker in
      guard let task = Task(number, of: a, chunks: chunks) else { return }
      if task.span.queries <= AttentionBlocks.fewQueries {
        attendFew(a, task.span, task.keyHead, pool, worker)
      } else {
        attendBlock(a, blocks, task, next: Task(number &+ pool.threads, of: a, chunks: chunks), pool, worker)
      }
    }
  }

  /// - Parameter next: What this thread will probably do next.
  private static func attendBlock(
    _ a: AttentionArguments, _ blocks: AttentionBlocks, _ task: Task, next: Task?, _ pool: ThreadPool, _ worker: Int
  ) {
    let (span, queries, keyHead) = (task.span, task.queries, task.keyHead)
    let (d, group) = (a.headWidth, a.heads / a.keyHeads)
    let tiles = (queries.length &+ tileRows &- 1) / tileRows
    let rows = tiles &* tileRows
    let keysOfStep = AttentionBlocks.keysOfStep
    let scoreStride = keysOfStep &+ 16
    let keyPanels = keysOfStep / tileColumns &* blocks.transposedPanel
    let valuePanel = blocks.columnPanel(rows: keysOfStep)
    let sizes = (
      queries: group &* rows &* blocks.rowStride, results: group &* rows &* blocks.paddedWidth, sums: group &* rows,
      values: blocks.panels &* valuePanel, scores: tileRows &* scoreStride
    )
    var pieces = ScratchPieces(
      pool, worker,
      count: sizes.queries + sizes.results + 2 * sizes.sums + keyPanels + sizes.values + 2 * sizes.scores + tileRows,
      pieces: 9)
    let packedQueries = pieces.take(sizes.queries)
    let results = pieces.take(sizes.results)
    let (maxima, sums) = (pieces.take(sizes.sums), pieces.take(sizes.sums))
    let packedKeys = pieces.take(keyPanels)
    let packedValues = pieces.take(sizes.values)
    let (scores, weights) = (pieces.take(sizes.scores), pieces.take(sizes.scores))
    let rescales = pieces.take(tileRows)
    let softmax = OnlineSoftmax(scale: a.scale)
    let isPair = blocks.element == .pair

    for member in 0..<group {
      let head = keyHead &* group &+ member
      blocks.packAsA(
        a.queries + (span.firstQuery &+ queries.lowerBound) &* a.queryStride + head &* d, stride: a.queryStride,
        rows: queries.length, to: packedQueries + member &* rows &* blocks.rowStride)
    }
    let lastKey = task.keys(causal: a.causal)
    for firstKey in steps(from: 0, to: lastKey, by: keysOfStep) {
      let keys = min(keysOfStep, lastKey &- firstKey)
      let row = span.firstKey &+ firstKey
      blocks.packAsColumns(
        a.keys + row &* a.keyStride + keyHead &* d, stride: a.keyStride, rows: keys, to: packedKeys)
      blocks.packAsRows(
        a.values + row &* a.valueStride + keyHead &* d, stride: a.valueStride, rows: keys, panelSize: valuePanel,
        to: packedValues)
      var ahead = Ahead(a, task, next: next, firstKey: firstKey &+ keys, lastKey: lastKey, times: group &* tiles)
      for member in 0..<group {
        for tile in 0..<tiles {
          let first = tile &* tileRows
          let height = min(tileRows, queries.length &- first)
          let visible = VisibleKeys(
            ofRow0: span.visibleKeys(ofQuery: queries.lowerBound &+ first, causal: a.causal) &- firstKey,
            growth: a.causal ? 1 : 0, limit: keys)
          let width = visible[height &- 1]
          guard width > 0 else { continue }
          let place = member &* rows &+ first
          let (largest, sum) = (maxima + place, sums + place)
          ahead.keys.fetch()
          multiplyScores(
            depth: blocks.element.count(d), packedQueries + place &* blocks.rowStride, rowStride: blocks.rowStride,
            packedKeys, panelSize: blocks.transposedPanel, scores, strideOfC: scoreStride, columns: width,
            pairs: isPair)
          ahead.values.fetch()
          softmax.findMaxima(
            scores, stride: scoreStride, rows: height, visible: visible, isFirst: firstKey == 0, maxima: largest,
            rescales: rescales)
          softmax.exponentiate(
            scores, stride: scoreStride, rows: height, visible: visible, isFirst: firstKey == 0, maxima: largest,
            rescales: rescales, sums: sum)
          if !a.dropout.isNone {
            let queryRow = span.firstQuery &+ queries.lowerBound &+ first
            for i in 0..<height {
              dropWeights(
                scores + i &* scoreStride, count: visible[i], a.dropout,
                row: (queryRow &+ i) &* a.heads &+ keyHead &* group &+ member, firstColumn: firstKey)
            }
          }
          if blocks.element != .full {
            packRows(
              scores, stride: scoreStride, rows: height, depth: width, as: blocks.element, to: weights,
              targetStride: scoreStride)
          }
          ahead.queries.fetch()
          let target = results + place &* blocks.paddedWidth
          if firstKey > 0 { blocks.multiplyRows(target, rows: height, by: rescales) }
          let border =
            a.causal
            ? TileBorder(element: blocks.element, depth: width, ofRow0: visible.ofRow0)
            : TileBorder(element: blocks.element, depth: width, ofRow0: width)
          for panel in 0..<blocks.panels {
            multiplyTile(
              border, blocks.element == .full ? scores : weights, rowStride: scoreStride, depthStride: 1,
              packedValues + panel &* valuePanel, strideOfB: tileColumns, target + panel &* tileColumns,
              strideOfC: blocks.paddedWidth, accumulates: firstKey > 0, pairs: isPair)
          }
          ahead.output.fetch()
        }
      }
    }
    for member in 0..<group {
      let head = keyHead &* group &+ member
      for i in 0..<queries.length {
        let row = span.firstQuery &+ queries.lowerBound &+ i
        let place = member &* rows &+ i
        let (result, output) = (results + place &* blocks.paddedWidth, a.output + row &* a.outputStride + head &* d)
        let inverse = broadcast(1 / sums[place])
        forEachVector(d) { j, count in store(load(result + j) * inverse, output + j, count: count) }
        a.logSumExp[row &* a.heads &+ head] = softmax.logSumExp(maximum: maxima[place], logOfSum: logf(sums[place]))
      }
    }
  }

  /// Drops weights of a row and scales the others; up to a vector behind `count` is changed.
  @inline(always) static func dropWeights(
    _ weights: UnsafeMutablePointer<Float>, count: Int, _ dropout: Dropout, row: Int, firstColumn: Int
  ) {
    let (key, threshold, scale) = (dropout.rowKey(row), dropout.threshold, broadcast(dropout.scale))
    for j in steps(from: 0, to: count, by: lanes) {
      store(keep(load(weights + j), key, threshold, firstColumn &+ j) * scale, weights + j)
    }
  }
}

/// What is fetched during a step of keys: the next step's keys and values, and in the last step what the task will
/// write and the queries, keys and values of the next task.
private struct Ahead {
  var keys = RowsAhead(), values = RowsAhead(), queries = RowsAhead(), output = RowsAhead()

  @inline(always) init(
    _ a: AttentionArguments, _ task: Task, next: Task?, firstKey: Int, lastKey: Int, times: Int
  ) {
    if firstKey < lastKey {
      setKeys(a, task, firstKey..<min(firstKey &+ AttentionBlocks.keysOfStep, lastKey), times: times)
      return
    }
    let width = a.headWidth &* (a.heads / a.keyHeads)
    let row = task.span.firstQuery &+ task.queries.lowerBound
    output = RowsAhead(
      a.output + row &* a.outputStride + task.keyHead &* width, stride: a.outputStride, width: width,
      rows: task.queries.length, times: times)
    guard let next else { return }
    let nextRow = next.span.firstQuery &+ next.queries.lowerBound
    queries = RowsAhead(
      a.queries + nextRow &* a.queryStride + next.keyHead &* width, stride: a.queryStride, width: width,
      rows: next.queries.length, times: times)
    setKeys(a, next, 0..<min(AttentionBlocks.keysOfStep, next.keys(causal: a.causal)), times: times)
  }

  @inline(always) private mutating func setKeys(_ a: AttentionArguments, _ task: Task, _ range: Range<Int>, times: Int)
  {
    let (row, column) = (task.span.firstKey &+ range.lowerBound, task.keyHead &* a.headWidth)
    keys = RowsAhead(
      a.keys + row &* a.keyStride + column, stride: a.keyStride, width: a.headWidth, rows: range.length, times: times)
    values = RowsAhead(
      a.values + row &* a.valueStride + column, stride: a.valueStride, width: a.headWidth, rows: range.length,
      times: times)
  }
}
