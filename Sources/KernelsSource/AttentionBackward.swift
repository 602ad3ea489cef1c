import KernelSupport

// With P = exp(scale · Q Kᵀ - logSumExp), M what dropout multiplies by, and δ = rowsum(dO ∘ O):
//
//   dV = (P ∘ M)ᵀ dO      dP = (dO Vᵀ) ∘ M      dS = P ∘ (dP - δ)      dQ = scale · dS K      dK = scale · dSᵀ Q

extension KernelVariant {
  /// Attention's backward pass, from the saved log-sum-exp.
  ///
  /// A task is one key head of one sequence, or, where there are few of these, one part of its keys: it alone adds to
  /// the gradients of its keys and values, always in the same order. With parts, each has sums of its own for the
  /// gradients of the queries, which are added in the order of the parts.
  public static func attendBackward(
    _ arguments: AttentionArguments, _ gradients: AttentionGradients, on pool: ThreadPool
  ) {
    let (a, blocks) = (arguments, AttentionBlocks(arguments))
    let parts = AttentionParts(a, blocks)
    if parts.count == 1 {
      pool.run(tasks: parts.tasks) { number, worker in
        let task = AttentionBackwardTask(number, of: a, parts)
        attendBackward(
          a, gradients, blocks, task, sums: nil, next: AttentionBackwardTask(next: number, of: a, parts, pool), pool,
          worker)
      }
      return
    }
    pool.exclusively {
      let sums = parts.sums(pool)
      pool.run(tasks: parts.tasks) { number, worker in
        let task = AttentionBackwardTask(number, of: a, parts)
        guard task.keys.lowerBound < task.keys.upperBound else { return }
        attendBackward(a, gradients, blocks, task, sums: sums, next: nil, pool, worker)
      }
      addParts(a, gradients, blocks, parts, sums, on: pool)
    }
  }

  /// - Parameter next: What this thread will probably do next.
  private static func attendBackward(
    _ a: AttentionArguments, _ gradients: AttentionGradients, _ blocks: AttentionBlocks, _ task: AttentionBackwardTask,
    sums: AttentionParts.Sums?, next: AttentionBackwardTask?, _ pool: ThreadPool, _ worker: Int
  ) {
    let (span, group) = (task.span, a.heads / a.keyHeads)
    let stepQueries = AttentionBlocks.queriesOfBackwardStep
    var buffers = AttentionBackwardBuffers(blocks, task, pool, worker)
    var ahead = AttentionBackwardAhead(a, gradients, task, next: next)
    for member in 0..<group {
      let head = task.keyHead &* group &+ member
      if let sums { buffers.queryGradients = sums.place(task, head: head) }
      packHead(a, gradients, blocks, task, head, buffers)
      for firstKey in steps(
        from: task.keys.lowerBound, to: task.keys.upperBound, by: AttentionBlocks.keysOfBackwardStep)
      {
        let keys = firstKey..<min(firstKey &+ AttentionBlocks.keysOfBackwardStep, task.keys.upperBound)
        packKeys(a, blocks, span, task.keyHead, keys, buffers)
        let firstQuery = task.firstQuery(ofKey: firstKey, causal: a.causal)
        for query in steps(from: firstQuery, to: span.queries, by: stepQueries) {
          let queries = query..<min(query &+ stepQueries, span.queries)
          addToQueries(a, blocks, task, head, queries, keys, buffers, &ahead)
          addToKeys(a, blocks, task, queries, keys, buffers, isFirst: member == 0 && query == firstQuery)
        }
      }
      if sums == nil {
        copyRows(
          buffers.queryGradients, blocks, rows: span.firstQuery..<span.firstQuery &+ span.queries, times: a.scale,
          to: gradients.queries + head &* a.headWidth, stride: gradients.queryStride, turnedBackBy: gradients.rotation)
      }
    }
    let (first, place) = (span.firstKey &+ task.keys.lowerBound, task.keyHead &* a.headWidth)
    let rows = first..<first &+ task.keys.length
    copyRows(
      buffers.keyGradients, blocks, rows: rows, times: a.scale, to: gradients.keys + place,
      stride: gradients.keyStride, turnedBackBy: gradients.rotation)
    copyRows(
      buffers.valueGradients, blocks, rows: rows, times: 1, to: gradients.values + place,
      stride: gradients.valueStride, turnedBackBy: nil)
  }

  /// Packs a head's queries and gradients of outputs in both ways, and computes δ.
  private static func packHead(
    _ a: AttentionArguments, _ gradients: AttentionGradients, _ blocks: AttentionBlocks, _ task: AttentionBackwardTask,
    _ head: Int, _ buffers: AttentionBackwardBuffers
  ) {
    let (d, span) = (a.headWidth, task.span)
    let first = task.firstQuery(ofKey: task.keys.lowerBound, causal: a.causal)
    let (row, rows) = (span.firstQuery &+ first, span.queries &- first)
    let queries = a.queries + row &* a.queryStride + head &* d
    let outputGradients = gradients.output + row &* gradients.outputStride + head &* d
    let outputs = UnsafePointer(a.output) + row &* a.outputStride + head &* d
    let place = first &* blocks.rowStride
    blocks.packAsA(queries, stride: a.queryStride, rows: rows, to: buffers.queryRows + place)
    blocks.packAsA(outputGradients, stride: gradients.outputStride, rows: rows, to: buffers.gradientRows + place)
    if blocks.element == .pair {
      let place = blocks.element.count(first) &* tileColumns
      blocks.packAsRows(
        queries, stride: a.queryStride, rows: rows, panelSize: buffers.queryPanel, to: buffers.queryColumns + place)
      blocks.packAsRows(
        outputGradients, stride: gradients.outputStride, rows: rows, panelSize: buffers.queryPanel,
        to: buffers.gradientColumns + place)
    }
    let softmax = OnlineSoftmax(scale: a.scale)
    // Rounded like the operand of dO Vᵀ, since the two are subtracted.
    let rounds = blocks.element != .full
    for i in 0..<rows {
      let (o, g) = (outputs + i &* a.outputStride, outputGradients + i &* gradients.outputStride)
      @inline(always) func term(_ j: Int, _ count: Int) -> Vector {
        let gradient = load(g + j, count: count)
        return load(o + j, count: count) * (rounds ? roundedToBFloat16(gradient) : gradient)
      }
      buffers.deltas[first &+ i] = vectorSum(over: d, term)
      buffers.powers[first &+ i] = softmax.power(ofLogSumExp: a.logSumExp[(row &+ i) &* a.heads &+ head])
    }
  }

  private static func packKeys(
    _ a: AttentionArguments, _ blocks: AttentionBlocks, _ span: SequenceSpan, _ keyHead: Int, _ keys: Range<Int>,
    _ buffers: AttentionBackwardBuffers
  ) {
    let row = span.firstKey &+ keys.lowerBound
    let k = a.keys + row &* a.keyStride + keyHead &* a.headWidth
    blocks.packAsColumns(k, stride: a.keyStride, rows: keys.length, to: buffers.keyColumns)
    blocks.packAsColumns(
      a.values + row &* a.valueStride + keyHead &* a.headWidth, stride: a.valueStride, rows: keys.length,
      to: buffers.valueColumns)
    blocks.packAsRows(
      k, stride: a.keyStride, rows: keys.length, panelSize: buffers.keyPanel, to: buffers.keyRows)
  }

  /// Makes P ∘ M and dS of a block of queries and keys, and adds dS K to dQ.
  @inline(never) private static func addToQueries(
    _ a: AttentionArguments, _ blocks: AttentionBlocks, _ task: AttentionBackwardTask, _ head: Int,
    _ queries: Range<Int>, _ keys: Range<Int>, _ buffers: AttentionBackwardBuffers,
    _ ahead: inout AttentionBackwardAhead
  ) {
    let (stride, element, span) = (buffers.scoreStride, blocks.element, task.span)
    let depth = element.count(a.headWidth)
    let isPair = element == .pair
    for query in steps(from: queries.lowerBound, to: queries.upperBound, by: tileRows) {
      let height = min(tileRows, queries.upperBound &- query)
      let visible = VisibleKeys(
        ofRow0: span.visibleKeys(ofQuery: query, causal: a.causal) &- keys.lowerBound, growth: a.causal ? 1 : 0,
        limit: keys.length)
      let width = visible[height &- 1]
      guard width > 0 else { continue }
      let place = (query &- queries.lowerBound) &* stride
      let (weights, slopes) = (buffers.weights + place, buffers.slopes + place)
      multiplyScores(
        depth: depth, buffers.queryRows + query &* blocks.rowStride, rowStride: blocks.rowStride, buffers.keyColumns,
        panelSize: blocks.transposedPanel, weights, strideOfC: stride, columns: width, pairs: isPair)
      ahead.queries.fetch()
      ahead.keys.fetch()
      multiplyScores(
        depth: depth, buffers.gradientRows + query &* blocks.rowStride, rowStride: blocks.rowStride,
        buffers.valueColumns, panelSize: blocks.transposedPanel, slopes, strideOfC: stride, columns: width,
        pairs: isPair)
      ahead.values.fetch()
      ahead.outputGradients.fetch()
      OnlineSoftmax(scale: a.scale).makeSlopes(
        weights, slopes, stride: stride, rows: height, visible,
        powers: buffers.powers + query, deltas: buffers.deltas + query, a.dropout,
        row: (span.firstQuery &+ query) &* a.heads &+ head, rowStep: a.heads, firstColumn: keys.lowerBound)
      var slopeRows = slopes
      if element != .full {
        slopeRows = buffers.slopeRows
        packRows(
          slopes, stride: stride, rows: height, depth: width, as: element, to: slopeRows, targetStride: stride)
      }
      ahead.outputs.fetch()
      ahead.queryGradients.fetch()
      let border = TileBorder(element: element, depth: width, ofRow0: a.causal ? visible.ofRow0 : width)
      for panel in 0..<blocks.panels {
        multiplyTile(
          border, slopeRows, rowStride: stride, depthStride: 1, buffers.keyRows + panel &* buffers.keyPanel,
          strideOfB: tileColumns, buffers.queryGradients + query &* blocks.paddedWidth + panel &* tileColumns,
          strideOfC: blocks.paddedWidth, accumulates: keys.lowerBound > task.keys.lowerBound, pairs: isPair)
      }
      ahead.keyGradients.fetch()
      ahead.valueGradients.fetch()
    }
  }

  /// dV += (P ∘ M)ᵀ dO and dK += dSᵀ Q.
  @inline(never) private static func addToKeys(
    _ a: AttentionArguments, _ blocks: AttentionBlocks, _ task: AttentionBackwardTask, _ queries: Range<Int>,
    _ keys: Range<Int>, _ buffers: AttentionBackwardBuffers, isFirst: Bool
  ) {
    let (stride, element, span) = (buffers.scoreStride, blocks.element, task.span)
    var (weights, slopes) = (buffers.weights, buffers.slopes)
    // Keys that no query of the block sees have nothing to receive, beyond their first zeros.
    let lastVisible = span.visibleKeys(ofQuery: queries.upperBound &- 1, causal: a.causal) &- keys.lowerBound
    let width = min(keys.length, lastVisible)
    if element != .full {
      let columns = (width &+ tileColumns &- 1) / lanes &* lanes
      packColumns(
        weights, stride: stride, depth: queries.length, width: columns, panels: 1, panelWidth: columns, panelSize: 0,
        as: element, to: buffers.packedWeights)
      packColumns(
        slopes, stride: stride, depth: queries.length, width: columns, panels: 1, panelWidth: columns, panelSize: 0,
        as: element, to: buffers.packedSlopes)
      (weights, slopes) = (buffers.packedWeights, buffers.packedSlopes)
    }
    let depthStride = element == .full ? stride : (width &+ tileColumns &- 1) / lanes &* lanes
    for key in steps(from: 0, to: isFirst ? keys.length : width, by: tileRows) {
      // Queries before the first that sees this key have nothing to add.
      let hidden = keys.lowerBound &+ key &- (span.keys &- span.queries) &- queries.lowerBound
      let border = TileBorder(
        element: element, depth: queries.length, fromOfRow0: a.causal ? hidden : 0 &- queries.length &- tileRows)
      let to = (keys.lowerBound &- task.keys.lowerBound &+ key) &* blocks.paddedWidth
      for panel in 0..<blocks.panels {
        let columns = panel &* buffers.queryPanel &+ element.count(queries.lowerBound) &* buffers.queryStride
        let target = to &+ panel &* tileColumns
        multiplyTile(
          border, weights + key, rowStride: 1, depthStride: depthStride, buffers.gradientColumns + columns,
          strideOfB: buffers.queryStride, buffers.valueGradients + target, strideOfC: blocks.paddedWidth,
          accumulates: !isFirst, pairs: element == .pair)
        multiplyTile(
          border, slopes + key, rowStride: 1, depthStride: depthStride, buffers.queryColumns + columns,
          strideOfB: buffers.queryStride, buffers.keyGradients + target, strideOfC: blocks.paddedWidth,
          accumulates: !isFirst, pairs: element == .pair)
      }
    }
  }

  /// Copies sums of gradients to rows of the target.
  private static func copyRows(
    _ source: UnsafePointer<Float>, _ blocks: AttentionBlocks, rows: Range<Int>, times factor: Float,
    to target: UnsafeMutablePointer<Float>, stride: Int, turnedBackBy rotation: Rotation?
  ) {
    let factor = broadcast(factor)
    var from = source
    for row in rows {
      let to = target + row &* stride
      forEachVector(blocks.headWidth) { j, count in store(load(from + j) * factor, to + j, count: count) }
      if let rotation { turn(to, heads: 1, row: row, by: rotation, isBack: true) }
      from += blocks.paddedWidth
    }
  }

  /// Adds the parts' sums for the gradients of queries, of those parts whose keys a query sees.
  private static func addParts(
    _ a: AttentionArguments, _ gradients: AttentionGradients, _ blocks: AttentionBlocks, _ parts: AttentionParts,
    _ sums: AttentionParts.Sums, on pool: ThreadPool
  ) {
    let rowsOfTask = 64
    let chunks = (parts.longest.queries &+ rowsOfTask &- 1) / rowsOfTask
    let scale = broadcast(a.scale)
    pool.run(tasks: a.spans.count &* a.heads &* chunks) { number, _ in
      let (index, head) = (number / chunks / a.heads, number / chunks % a.heads)
      let (span, first) = (a.spans[index], number % chunks &* rowsOfTask)
      for i in first..<max(first, min(first &+ rowsOfTask, span.queries)) {
        let visible = span.visibleKeys(ofQuery: i, causal: a.causal)
        let target = gradients.queries + (span.firstQuery &+ i) &* gradients.queryStride + head &* a.headWidth
        forEachVector(a.headWidth) { j, count in
          var sum = Vector.zero
          for part in 0..<parts.count where part &* parts.keysOfPart < visible {
            sum += load(sums.place(span: index, head: head, part: part) + i &* blocks.paddedWidth + j)
          }
          store(sum * scale, target + j, count: count)
        }
        if let rotation = gradients.rotation {
          turn(target, heads: 1, row: span.firstQuery &+ i, by: rotation, isBack: true)
        }
      }
    }
  }
}
