import KernelSupport

extension ReferenceKernels {
  /// Attention's output [T, H·d] and logarithms of sums [T, H] in rows without gaps; rows outside of every span are
  /// zero.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func attention<Real: ReferenceReal>(
    _ arguments: AttentionArguments, as type: Real.Type
  ) -> (output: [Real], logSumExp: [Real]) {
    let a = arguments
    let rows = a.spans.map { $0.firstQuery + $0.queries }.max() ?? 0
    var output = [Real](repeating: 0, count: rows * a.heads * a.headWidth)
    var logSumExp = [Real](repeating: 0, count: rows * a.heads)
    forEachQuery(a, as: type) { query in
      for (key, weight) in query.kept.enumerated() {
        for j in 0..<a.headWidth {
          output[(query.row * a.heads + query.head) * a.headWidth + j] += weight * value(a, query, key, j)
        }
      }
      logSumExp[query.row * a.heads + query.head] = query.logSumExp
    }
    return (output, logSumExp)
  }

  /// The gradients of queries [T, H·d], keys and values [S, G·d], in rows without gaps.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func attentionGradients<Real: ReferenceReal>(
    _ arguments: AttentionArguments, _ gradients: AttentionGradients, as type: Real.Type
  ) -> (queries: [Real], keys: [Real], values: [Real]) {
    let a = arguments
    let d = a.headWidth
    let queryRows = a.spans.map { $0.firstQuery + $0.queries }.max() ?? 0
    let keyRows = a.spans.map { $0.firstKey + $0.keys }.max() ?? 0
    var queries = [Real](repeating: 0, count: queryRows * a.heads * d)
    var keys = [Real](repeating: 0, count: keyRows * a.keyHeads * d)
    var values = keys
    forEachQuery(a, as: type) { query in
      let gradient = (0..<d).map { j in
        operand(gradients.output[query.row * gradients.outputStride + query.head * d + j], a.precision, Real.self)
      }
      var probabilityGradients: [Real] = []
      for (key, weight) in query.kept.enumerated() {
        var sum: Real = 0
        let place = ((query.firstKey + key) * a.keyHeads + query.keyHead) * d
        for j in 0..<d {
          sum += gradient[j] * value(a, query, key, j)
          values[place + j] += weight * gradient[j]
        }
        probabilityGradients.append(sum * query.factors[key])
      }
      var mean: Real = 0
      for (p, g) in zip(query.probabilities, probabilityGradients) { mean += p * g }
      for key in query.kept.indices {
        let score = query.probabilities[key] * (probabilityGradients[key] - mean) * Real(a.scale)
        let place = ((query.firstKey + key) * a.keyHeads + query.keyHead) * d
        for j in 0..<d {
          let q = operand(a.queries[query.row * a.queryStride + query.head * d + j], a.precision, Real.self)
          let k = operand(
            a.keys[(query.firstKey + key) * a.keyStride + query.keyHead * d + j], a.precision, Real.self)
          queries[(query.row * a.heads + query.head) * d + j] += score * k
          keys[place + j] += score * q
        }
      }
    }
    return (queries, keys, values)
  }

  /// Attention.
  public static func attend(_ arguments: AttentionArguments, on pool: ThreadPool) {
    let (output, logSumExp) = attention(arguments, as: Float.self)
    let width = arguments.heads * arguments.headWidth
    for span in arguments.spans {
      for row in span.firstQuery..<span.firstQuery + span.queries {
        for j in 0..<width { arguments.output[row * arguments.outputStride + j] = output[row * width + j] }
        for h in 0..<arguments.heads {
          arguments.logSumExp[row * arguments.heads + h] = logSumExp[row * arguments.heads + h]
        }
      }
    }
  }

  /// Attention's backward pass, which computes the forward pass again instead of using what it saved.
  public static func attendBackward(
    _ arguments: AttentionArguments, _ gradients: AttentionGradients, on pool: ThreadPool
  ) {
    let (queries, keys, values) = attentionGradients(arguments, gradients, as: Float.self)
    let width = arguments.heads * arguments.headWidth
    let keyWidth = arguments.keyHeads * arguments.headWidth
    for span in arguments.spans {
      for row in span.firstQuery..<span.firstQuery + span.queries {
        for j in 0..<width { gradients.queries[row * gradients.queryStride + j] = queries[row * width + j] }
      }
      for row in span.firstKey..<span.firstKey + span.keys {
        for j in 0..<keyWidth {
          gradients.keys[row * gradients.keyStride + j] = keys[row * keyWidth + j]
          gradients.values[row * gradients.valueStride + j] = values[row * keyWidth + j]
        }
      }
      guard let rotation = gradients.rotation else { continue }
      func turnBack(_ x: UnsafeMutablePointer<Float>, stride: Int, heads: Int, _ rows: Range<Int>) {
        rotate(
          rows: rows.count, stride: stride, heads: heads, headWidth: rotation.headWidth,
          positions: rotation.positions + rows.lowerBound, cosines: rotation.cosines, sines: rotation.sines,
          x: x + rows.lowerBound * stride, inverse: true)
      }
      turnBack(
        gradients.queries, stride: gradients.queryStride, heads: arguments.heads,
        span.firstQuery..<span.firstQuery + span.queries)
      turnBack(
        gradients.keys, stride: gradients.keyStride, heads: arguments.keyHeads,
        span.firstKey..<span.firstKey + span.keys)
    }
  }

  /// One query of one head, with all that softmax makes of its scores.
  private struct Query<Real: ReferenceReal> {
    var row: Int, head: Int, keyHead: Int, firstKey: Int
    var probabilities: [Real]
    /// What dropout multiplies each probability by.
    var factors: [Real]
    var kept: [Real]
    var logSumExp: Real
  }

  private static func value<Real: ReferenceReal>(
    _ a: AttentionArguments, _ query: Query<Real>, _ key: Int, _ j: Int
  ) -> Real {
    operand(
      a.values[(query.firstKey + key) * a.valueStride + query.keyHead * a.headWidth + j], a.precision, Real.self)
  }

  private static func forEachQuery<Real: ReferenceReal>(
    _ a: AttentionArguments, as type: Real.Type, _ body: (Query<Real>) -> Void
  ) {
    for span in a.spans {
      for head in 0..<a.heads {
        let keyHead = head / (a.heads / a.keyHeads)
        for i in 0..<span.queries {
          let row = span.firstQuery + i
          let visible = a.causal ? span.keys - span.queries + i + 1 : span.keys
          let scores = (0..<visible).map { key in
            (0..<a.headWidth).reduce(Real(0)) { sum, j in
              let q = a.queries[row * a.queryStride + head * a.headWidth + j]
              let k = a.keys[(span.firstKey + key) * a.keyStride + keyHead * a.headWidth + j]
              return sum + operand(q, a.precision, Real.self) * operand(k, a.precision, Real.self)
            } * Real(a.scale)
          }
          let largest = scores.max() ?? 0
          let exponentials = scores.map { Real.exponential($0 - largest) }
          let sum = exponentials.reduce(0, +)
          let probabilities = exponentials.map { $0 / sum }
          let factors = (0..<visible).map { key -> Real in
            if a.dropout.isNone { return 1 }
            return a.dropout.keeps(row: row * a.heads + head, column: key) ? Real(a.dropout.scale) : 0
          }
          body(
            Query(
              row: row, head: head, keyHead: keyHead, firstKey: span.firstKey, probabilities: probabilities,
              factors: factors, kept: zip(probabilities, factors).map { $0 * $1 },
              logSumExp: largest + Real.logarithm(sum)))
        }
      }
    }
  }
}
