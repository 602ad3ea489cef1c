import KernelSupport

// With P = exp(scale · Q Kᵀ - logSumExp), M what dropout multiplies by, and δ = rowsum(dO ∘ O):
//
//   dV = (P ∘ M)ᵀ dO      dP = (dO Vᵀ) ∘ M      dS = P ∘ (dP - δ) · scale      dQ = dS K      dK = dSᵀ Q

/// The buffers of a task of the backward pass.
private struct Buffers {
  /// Queries and gradients of the output of one head, packed as A and as B; δ of each query.
  let queryRows, gradientRows, queryColumns, gradientColumns, deltas: UnsafeMutablePointer<Float>
  /// A step's keys and values as columns of B, its keys as rows of B.
  let keyColumns, valueColumns, keyRows: UnsafeMutablePointer<Float>
  /// A step's P ∘ M and dS, a row a query; and packed, where they must be.
  let weights, slopes, packedWeights, packedSlopes, slopeRows: UnsafeMutablePointer<Float>
  /// Sums of the gradients: of a head's queries, and of the key head's keys and values.
  let queryGradients, keyGradients, valueGradients: UnsafeMutablePointer<Float>
  /// Rows of queries and keys in whole tiles and steps.
  let queries: Int, keys: Int
  /// Elements between rows of scores: room for a tile behind the last, and not a power of two.
  let scoreStride: Int
  /// Elements between the panels of `queryColumns`, `gradientColumns` and of `keyRows`.
  let queryPanel: Int, keyPanel: Int

  init(_ blocks: AttentionBlocks, _ span: SequenceSpan, _ pool: ThreadPool, _ worker: Int) {
    let (stepQueries, stepKeys) = (AttentionBlocks.queriesOfBackwardStep, AttentionBlocks.keysOfBackwardStep)
    queries = (span.queries &+ stepQueries &- 1) / stepQueries &* stepQueries
    keys = (span.keys &+ stepKeys &- 1) / stepKeys &* stepKeys
    scoreStride = min((span.keys &+ 15) / 16 &* 16, stepKeys) &+ 16
    queryPanel = blocks.columnPanel(rows: queries)
    keyPanel = blocks.columnPanel(rows: stepKeys)
    let rows = queries &* blocks.rowStride
    let transposed = stepKeys / tileColumns &* blocks.transposedPanel
    let (columns, keyColumnsSize) = (blocks.panels &* queryPanel, blocks.panels &* keyPanel)
    let scores = stepQueries &* scoreStride
    let (querySums, keySums) = (queries &* blocks.paddedWidth, keys &* blocks.paddedWidth)
    var pieces = ScratchPieces(
      pool, worker,
      count: 2 * rows + 2 * columns + queries + 2 * transposed + keyColumnsSize + 5 * scores + querySums + 2 * keySums,
      pieces: 16)
    (queryRows, gradientRows) = (pieces.take(rows), pieces.take(rows))
    (queryColumns, gradientColumns) = (pieces.take(columns), pieces.take(columns))
    deltas = pieces.take(queries)
    (keyColumns, valueColumns) = (pieces.take(transposed), pieces.take(transposed))
    keyRows = pieces.take(keyColumnsSize)
    (weights, slopes) = (pieces.take(scores), pieces.take(scores))
    (packedWeights, packedSlopes, slopeRows) = (pieces.take(scores), pieces.take(scores), pieces.take(scores))
    queryGradients = pieces.take(querySums)
    (keyGradients, valueGradients) = (pieces.take(keySums), pieces.take(keySums))
  }

}

extension KernelVariant {
  /// Attention's backward pass, from the saved log-sum-exp.
  ///
  /// A task is one key head of one sequence: it alone adds to the gradients of its keys and values, and of the
  /// queries that ask them, always in the same order.
  public static func attendBackward(
    _ arguments: AttentionArguments, _ gradients: AttentionGradients, on pool: ThreadPool
  ) {
    let a = arguments
    let blocks = AttentionBlocks(a)
    let group = a.heads / a.keyHeads
    pool.run(tasks: a.spans.count &* a.keyHeads) { task, worker in
      let (span, keyHead) = (a.spans[task / a.keyHeads], task % a.keyHeads)
      let buffers = Buffers(blocks, span, pool, worker)
      for member in 0..<group {
        let head = keyHead &* group &+ member
        packHead(a, gradients, blocks, span, head, buffers)
        for firstKey in steps(from: 0, to: span.keys, by: AttentionBlocks.keysOfBackwardStep) {
          let keys = min(AttentionBlocks.keysOfBackwardStep, span.keys &- firstKey)
          packKeys(a, blocks, span, keyHead, firstKey..<firstKey &+ keys, buffers)
          for firstQuery in steps(from: 0, to: span.queries, by: AttentionBlocks.queriesOfBackwardStep) {
            let queries = min(AttentionBlocks.queriesOfBackwardStep, span.queries &- firstQuery)
            step(
              a, blocks, span, head, firstQuery..<firstQuery &+ queries, firstKey..<firstKey &+ keys, buffers,
              isFirstOfKeyHead: member == 0)
          }
        }
        copyRows(
          buffers.queryGradients, blocks, rows: span.queries,
          to: gradients.queries + span.firstQuery &* gradients.queryStride + head &* a.headWidth,
          stride: gradients.queryStride)
      }
      let place = keyHead &* a.headWidth
      copyRows(
        buffers.keyGradients, blocks, rows: span.keys,
        to: gradients.keys + span.firstKey &* gradients.keyStride + place, stride: gradients.keyStride)
      copyRows(
        buffers.valueGradients, blocks, rows: span.keys,
        to: gradients.values + span.firstKey &* gradients.valueStride + place, stride: gradients.valueStride)
    }
  }

  /// Packs a head's queries and gradients of outputs in both ways, and computes δ.
  private static func packHead(
    _ a: AttentionArguments, _ gradients: AttentionGradients, _ blocks: AttentionBlocks, _ span: SequenceSpan,
    _ head: Int, _ buffers: Buffers
  ) {
    let d = a.headWidth
    let queries = a.queries + span.firstQuery &* a.queryStride + head &* d
    let outputGradients = gradients.output + span.firstQuery &* gradients.outputStride + head &* d
    let outputs = UnsafePointer(a.output) + span.firstQuery &* a.outputStride + head &* d
    blocks.packAsA(queries, stride: a.queryStride, rows: span.queries, to: buffers.queryRows)
    blocks.packAsA(outputGradients, stride: gradients.outputStride, rows: span.queries, to: buffers.gradientRows)
    blocks.packAsRows(
      queries, stride: a.queryStride, rows: span.queries, panelSize: buffers.queryPanel, to: buffers.queryColumns)
    blocks.packAsRows(
      outputGradients, stride: gradients.outputStride, rows: span.queries, panelSize: buffers.queryPanel,
      to: buffers.gradientColumns)
    for i in 0..<span.queries {
      let (o, g) = (outputs + i &* a.outputStride, outputGradients + i &* gradients.outputStride)
      // Rounded like the operand of dO Vᵀ, since the two are subtracted.
      let rounds = blocks.element != .full
      @inline(always) func term(_ j: Int, _ count: Int) -> Vector {
        let gradient = load(g + j, count: count)
        return load(o + j, count: count) * (rounds ? roundedToBFloat16(gradient) : gradient)
      }
      buffers.deltas[i] = vectorSum(over: d, term)
    }
  }

  private static func packKeys(
    _ a: AttentionArguments, _ blocks: AttentionBlocks, _ span: SequenceSpan, _ keyHead: Int, _ keys: Range<Int>,
    _ buffers: Buffers
  ) {
    let row = span.firstKey &+ keys.lowerBound
    let k = a.keys + row &* a.keyStride + keyHead &* a.headWidth
    blocks.packAsColumns(k, stride: a.keyStride, rows: keys.count, to: buffers.keyColumns)
    blocks.packAsColumns(
      a.values + row &* a.valueStride + keyHead &* a.headWidth, stride: a.valueStride, rows: keys.count,
      to: buffers.valueColumns)
    blocks.packAsRows(
      k, stride: a.keyStride, rows: keys.count, panelSize: buffers.keyPanel, to: buffers.keyRows)
  }

  /// What a block of queries and a block of keys add to each other's gradients.
  private static func step(
    _ a: AttentionArguments, _ blocks: AttentionBlocks, _ span: SequenceSpan, _ head: Int, _ queries: Range<Int>,
    _ keys: Range<Int>, _ buffers: Buffers, isFirstOfKeyHead: Bool
  ) {
    let (stride, element) = (buffers.scoreStride, blocks.element)
    let depth = element.count(a.headWidth)
    let isPair = element == .pair
    @inline(always) func visible(_ query: Int) -> Int {
      max(0, min(span.visibleKeys(ofQuery: query, causal: a.causal) &- keys.lowerBound, keys.count))
    }
    let isFirstOfKeys = isFirstOfKeyHead && queries.lowerBound == 0
    if visible(queries.upperBound &- 1) > 0 {
      for query in steps(from: queries.lowerBound, to: queries.upperBound, by: tileRows) {
        let height = min(tileRows, queries.upperBound &- query)
        let width = visible(query &+ height &- 1)
        let place = (query &- queries.lowerBound) &* stride
        for column in steps(from: 0, to: width, by: tileColumns) {
          let panel = column / tileColumns &* blocks.transposedPanel
          multiplyTile(
            depth: depth, buffers.queryRows + query &* blocks.rowStride, rowStride: blocks.rowStride, depthStride: 1,
            buffers.keyColumns + panel, strideOfB: tileColumns, buffers.weights + place + column, strideOfC: stride,
            accumulates: false, pairs: isPair)
          multiplyTile(
            depth: depth, buffers.gradientRows + query &* blocks.rowStride, rowStride: blocks.rowStride,
            depthStride: 1, buffers.valueColumns + panel, strideOfB: tileColumns, buffers.slopes + place + column,
            strideOfC: stride, accumulates: false, pairs: isPair)
        }
        for i in 0..<height {
          let row = (span.firstQuery &+ query &+ i) &* a.heads &+ head
          weightsAndSlopes(
            a, buffers.weights + place + i &* stride, buffers.slopes + place + i &* stride,
            visible: visible(query &+ i),
            end: stride, logSumExp: a.logSumExp[row], delta: buffers.deltas[query &+ i], row: row,
            firstColumn: keys.lowerBound)
        }
        guard width > 0 else { continue }
        var slopeRows = buffers.slopes + place
        if element != .full {
          slopeRows = buffers.slopeRows + place
          packRows(
            buffers.slopes + place, stride: stride, rows: height, depth: width, as: element, to: slopeRows,
            targetStride: stride)
        }
        for panel in 0..<blocks.panels {
          multiplyTile(
            depth: element.count(width), slopeRows, rowStride: stride, depthStride: 1,
            buffers.keyRows + panel &* buffers.keyPanel, strideOfB: tileColumns,
            buffers.queryGradients + query &* blocks.paddedWidth + panel &* tileColumns,
            strideOfC: blocks.paddedWidth, accumulates: keys.lowerBound > 0, pairs: isPair)
        }
      }
    } else if !isFirstOfKeys {
      return
    }
    addToKeys(a, blocks, span, queries, keys, buffers, isFirst: isFirstOfKeys)
  }

  /// dV += (P ∘ M)ᵀ dO and dK += dSᵀ Q.
  private static func addToKeys(
    _ a: AttentionArguments, _ blocks: AttentionBlocks, _ span: SequenceSpan, _ queries: Range<Int>,
    _ keys: Range<Int>, _ buffers: Buffers, isFirst: Bool
  ) {
    let (stride, element) = (buffers.scoreStride, blocks.element)
    var (weights, slopes) = (buffers.weights, buffers.slopes)
    if element != .full {
      packColumns(
        weights, stride: stride, depth: queries.count, width: stride, panels: 1, panelWidth: stride, panelSize: 0,
        as: element, to: buffers.packedWeights)
      packColumns(
        slopes, stride: stride, depth: queries.count, width: stride, panels: 1, panelWidth: stride, panelSize: 0,
        as: element, to: buffers.packedSlopes)
      (weights, slopes) = (buffers.packedWeights, buffers.packedSlopes)
    }
    for key in steps(from: keys.lowerBound, to: keys.upperBound, by: tileRows) {
      // Queries before the first that sees this key have nothing to add; pairs stay whole.
      let hidden = a.causal ? key &- (span.keys &- span.queries) &- queries.lowerBound : 0
      let first = max(0, min(hidden, queries.count)) / element.depth
      let depth = element.count(queries.count) &- first
      let from = first &* stride &+ key &- keys.lowerBound
      for panel in 0..<blocks.panels {
        let to = key &* blocks.paddedWidth &+ panel &* tileColumns
        let columns = panel &* buffers.queryPanel &+ (element.count(queries.lowerBound) &+ first) &* tileColumns
        multiplyTile(
          depth: depth, weights + from, rowStride: 1, depthStride: stride, buffers.gradientColumns + columns,
          strideOfB: tileColumns, buffers.valueGradients + to, strideOfC: blocks.paddedWidth, accumulates: !isFirst,
          pairs: element == .pair)
        multiplyTile(
          depth: depth, slopes + from, rowStride: 1, depthStride: stride, buffers.queryColumns + columns,
          strideOfB: tileColumns, buffers.keyGradients + to, strideOfC: blocks.paddedWidth, accumulates: !isFirst,
          pairs: element == .pair)
      }
    }
  }

  /// Turns a row of Q Kᵀ into P ∘ M, and one of dO Vᵀ into dS; what is behind `visible` becomes zero,
  /// to the end.
  @inline(always) private static func weightsAndSlopes(
    _ a: AttentionArguments, _ weights: UnsafeMutablePointer<Float>, _ slopes: UnsafeMutablePointer<Float>,
    visible: Int, end: Int, logSumExp: Float, delta: Float, row: Int, firstColumn: Int
  ) {
    let (scale, offset, mean) = (broadcast(a.scale), broadcast(-logSumExp), broadcast(delta))
    let hasDropout = !a.dropout.isNone
    let (key, threshold) = hasDropout ? (a.dropout.rowKey(row), a.dropout.threshold) : (0, 0)
    let factor = broadcast(hasDropout ? a.dropout.scale : 1)
    var j = 0
    while j < visible {
      let count = min(lanes, visible &- j)
      let p = keepFirst(count, of: exponential(multiplyAdd(load(weights + j), scale, offset)))
      var (weight, slope) = (p, load(slopes + j))
      if hasDropout {
        weight = keep(p, key, threshold, firstColumn &+ j) * factor
        slope = keep(slope, key, threshold, firstColumn &+ j) * factor
      }
      store(weight, weights + j)
      store(keepFirst(count, of: p * (slope - mean) * scale), slopes + j)
      j &+= lanes
    }
    while j < end {
      store(.zero, weights + j)
      store(.zero, slopes + j)
      j &+= lanes
    }
  }

  /// Copies sums of gradients to where they belong.
  private static func copyRows(
    _ source: UnsafePointer<Float>, _ blocks: AttentionBlocks, rows: Int, to target: UnsafeMutablePointer<Float>,
    stride: Int
  ) {
    for i in 0..<rows {
      let (from, to) = (source + i &* blocks.paddedWidth, target + i &* stride)
      forEachVector(blocks.headWidth) { j, count in store(load(from + j, count: count), to + j, count: count) }
    }
  }
}
