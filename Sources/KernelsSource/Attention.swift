import KernelSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

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
    let tasksOfSpan = a.keyHeads &* chunks
    pool.run(tasks: a.spans.count &* tasksOfSpan) { task, worker in
      let span = a.spans[task / tasksOfSpan]
      // The last queries see the most keys, so they come first: the end of the run is then made of short tasks.
      let (keyHead, chunk) = (task % tasksOfSpan / chunks, chunks &- 1 &- task % chunks)
      let first = chunk &* AttentionBlocks.queriesOfTask
      guard first < span.queries else { return }
      if span.queries <= AttentionBlocks.fewQueries {
        attendFew(a, span, keyHead, pool, worker)
      } else {
        attendBlock(
          a, blocks, span, keyHead, first..<min(first &+ AttentionBlocks.queriesOfTask, span.queries), pool, worker)
      }
    }
  }

  private static func attendBlock(
    _ a: AttentionArguments, _ blocks: AttentionBlocks, _ span: SequenceSpan, _ keyHead: Int, _ queries: Range<Int>,
    _ pool: ThreadPool, _ worker: Int
  ) {
    let (d, group) = (a.headWidth, a.heads / a.keyHeads)
    let tiles = (queries.count &+ tileRows &- 1) / tileRows
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
      count: sizes.queries + sizes.results + 2 * sizes.sums + keyPanels + sizes.values + 2 * sizes.scores, pieces: 8)
    let packedQueries = pieces.take(sizes.queries)
    let results = pieces.take(sizes.results)
    let (maxima, sums) = (pieces.take(sizes.sums), pieces.take(sizes.sums))
    let packedKeys = pieces.take(keyPanels)
    let packedValues = pieces.take(sizes.values)
    let (scores, weights) = (pieces.take(sizes.scores), pieces.take(sizes.scores))

    for member in 0..<group {
      let head = keyHead &* group &+ member
      blocks.packAsA(
        a.queries + (span.firstQuery &+ queries.lowerBound) &* a.queryStride + head &* d, stride: a.queryStride,
        rows: queries.count, to: packedQueries + member &* rows &* blocks.rowStride)
    }
    let lastKey = span.visibleKeys(ofQuery: queries.upperBound &- 1, causal: a.causal)
    for firstKey in steps(from: 0, to: lastKey, by: keysOfStep) {
      let keys = min(keysOfStep, lastKey &- firstKey)
      let row = span.firstKey &+ firstKey
      blocks.packAsColumns(
        a.keys + row &* a.keyStride + keyHead &* d, stride: a.keyStride, rows: keys, to: packedKeys)
      blocks.packAsRows(
        a.values + row &* a.valueStride + keyHead &* d, stride: a.valueStride, rows: keys, panelSize: valuePanel,
        to: packedValues)
      for member in 0..<group {
        for tile in 0..<tiles {
          let first = tile &* tileRows
          let height = min(tileRows, queries.count &- first)
          let visible = { (i: Int) -> Int in
            min(span.visibleKeys(ofQuery: queries.lowerBound &+ first &+ i, causal: a.causal) &- firstKey, keys)
          }
          let width = visible(height &- 1)
          guard width > 0 else { continue }
          let place = member &* rows &+ first
          for column in steps(from: 0, to: width, by: tileColumns) {
            multiplyTile(
              depth: blocks.element.count(d), packedQueries + place &* blocks.rowStride, rowStride: blocks.rowStride,
              depthStride: 1, packedKeys + column / tileColumns &* blocks.transposedPanel, strideOfB: tileColumns,
              scores + column, strideOfC: scoreStride, accumulates: false, pairs: blocks.element == .pair)
          }
          for i in 0..<height {
            let queryRow = span.firstQuery &+ queries.lowerBound &+ first &+ i
            let factor = softmaxStep(
              scores + i &* scoreStride, visible: max(0, visible(i)), width: width, scale: a.scale,
              isFirst: firstKey == 0, maximum: maxima + (place &+ i), sum: sums + (place &+ i))
            if !a.dropout.isNone {
              dropWeights(
                scores + i &* scoreStride, count: width, a.dropout,
                row: queryRow &* a.heads &+ keyHead &* group &+ member, firstColumn: firstKey)
            }
            if factor != 1 {
              let result = results + (place &+ i) &* blocks.paddedWidth
              for j in steps(from: 0, to: blocks.paddedWidth, by: lanes) {
                store(load(result + j) * broadcast(factor), result + j)
              }
            }
          }
          if blocks.element != .full {
            packRows(
              scores, stride: scoreStride, rows: height, depth: width, as: blocks.element, to: weights,
              targetStride: scoreStride)
          }
          for panel in 0..<blocks.panels {
            multiplyTile(
              depth: blocks.element.count(width), blocks.element == .full ? scores : weights, rowStride: scoreStride,
              depthStride: 1, packedValues + panel &* valuePanel, strideOfB: tileColumns,
              results + place &* blocks.paddedWidth + panel &* tileColumns, strideOfC: blocks.paddedWidth,
              accumulates: firstKey > 0, pairs: blocks.element == .pair)
          }
        }
      }
    }
    for member in 0..<group {
      let head = keyHead &* group &+ member
      for i in 0..<queries.count {
        let row = span.firstQuery &+ queries.lowerBound &+ i
        let place = member &* rows &+ i
        let (result, output) = (results + place &* blocks.paddedWidth, a.output + row &* a.outputStride + head &* d)
        let inverse = broadcast(1 / sums[place])
        forEachVector(d) { j, count in store(load(result + j) * inverse, output + j, count: count) }
        a.logSumExp[row &* a.heads &+ head] = maxima[place] + logf(sums[place])
      }
    }
  }

  /// Turns a row's scores into exponentials, relative to the largest score so far; scores behind `visible` become
  /// zero, to the end of the vector in which `width` ends.
  /// - Returns: What the row's earlier results must be multiplied by.
  @inline(always) private static func softmaxStep(
    _ scores: UnsafeMutablePointer<Float>, visible: Int, width: Int, scale: Float, isFirst: Bool,
    maximum: UnsafeMutablePointer<Float>, sum: UnsafeMutablePointer<Float>
  ) -> Float {
    let factor = broadcast(scale)
    let whole = visible / lanes &* lanes
    let rest = visible &- whole
    var largest = broadcast(-.infinity)
    for j in steps(from: 0, to: whole, by: lanes) { largest = larger(load(scores + j) * factor, largest) }
    if rest > 0 {
      let hidden = laneNumbers .>= VectorBits(repeating: UInt32(truncatingIfNeeded: rest))
      let last = load(scores + whole).replacing(with: -.infinity, where: hidden)
      largest = larger((last * factor).replacing(with: -.infinity, where: hidden), largest)
    }
    let before = isFirst ? -Float.infinity : maximum.pointee
    let now = max(before, horizontalMaximum(largest))
    var total = Vector.zero
    for j in steps(from: 0, to: whole, by: lanes) {
      let e = exponential(multiplyAdd(load(scores + j), factor, broadcast(-now)))
      store(e, scores + j)
      total += e
    }
    var j = whole
    if rest > 0 {
      let e = keepFirst(rest, of: exponential(multiplyAdd(load(scores + j), factor, broadcast(-now))))
      store(e, scores + j)
      total += e
      j &+= lanes
    }
    while j < width {
      store(.zero, scores + j)
      j &+= lanes
    }
    maximum.pointee = now
    if isFirst || now == before {
      sum.pointee = horizontalSum(total) + (isFirst ? 0 : sum.pointee)
      return 1
    }
    let shrink = expf(before - now)
    sum.pointee = sum.pointee * shrink + horizontalSum(total)
    return shrink
  }

  /// Drops weights of a row and scales the others.
  @inline(always) static func dropWeights(
    _ weights: UnsafeMutablePointer<Float>, count: Int, _ dropout: Dropout, row: Int, firstColumn: Int
  ) {
    let (key, threshold, scale) = (dropout.rowKey(row), dropout.threshold, broadcast(dropout.scale))
    for j in steps(from: 0, to: count, by: lanes) {
      store(keep(load(weights + j), key, threshold, firstColumn &+ j) * scale, weights + j)
    }
  }

  /// Attention of a span of few queries, as in decoding: each reads the keys and values as they lie.
  private static func attendFew(
    _ a: AttentionArguments, _ span: SequenceSpan, _ keyHead: Int, _ pool: ThreadPool, _ worker: Int
  ) {
    let (d, group) = (a.headWidth, a.heads / a.keyHeads)
    let padded = (d &+ lanes &- 1) / lanes &* lanes
    var pieces = ScratchPieces(pool, worker, count: span.keys &+ lanes &+ padded, pieces: 2)
    let (scores, query) = (pieces.take(span.keys &+ lanes), pieces.take(padded))
    let rounds = a.precision == .bf16
    @inline(always) func operand(_ x: Vector) -> Vector { rounds ? roundedToBFloat16(x) : x }
    let keys = a.keys + span.firstKey &* a.keyStride + keyHead &* d
    let values = a.values + span.firstKey &* a.valueStride + keyHead &* d
    for i in 0..<span.queries {
      for head in keyHead &* group..<(keyHead &+ 1) &* group {
        let row = span.firstQuery &+ i
        let source = a.queries + row &* a.queryStride + head &* d
        forEachVector(d) { j, count in store(operand(load(source + j, count: count)), query + j) }
        let visible = span.visibleKeys(ofQuery: i, causal: a.causal)
        for key in 0..<visible {
          var total = Vector.zero
          let k = keys + key &* a.keyStride
          forEachVector(d) { j, count in
            total = multiplyAdd(operand(load(k + j, count: count)), load(query + j), total)
          }
          scores[key] = horizontalSum(total)
        }
        var (maximum, sum) = (Float.zero, Float.zero)
        _ = softmaxStep(
          scores, visible: visible, width: visible, scale: a.scale, isFirst: true, maximum: &maximum, sum: &sum)
        if !a.dropout.isNone {
          dropWeights(scores, count: visible, a.dropout, row: row &* a.heads &+ head, firstColumn: 0)
        }
        let output = a.output + row &* a.outputStride + head &* d
        forEachVector(d) { j, count in
          var total = Vector.zero
          for key in 0..<visible {
            let weight = operand(broadcast(scores[key]))
            total = multiplyAdd(operand(load(values + key &* a.valueStride + j, count: count)), weight, total)
          }
          store(total * broadcast(1 / sum), output + j, count: count)
        }
        a.logSumExp[row &* a.heads &+ head] = maximum + logf(sum)
      }
    }
  }
}
