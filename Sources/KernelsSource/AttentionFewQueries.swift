import CInstructions
import KernelSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How many keys, or values, ahead of the arithmetic are fetched: each is a piece of a row of the cache, far from the next.
private let rowsAhead = 16

extension KernelVariant {
  /// Asks for the `count` numbers that stand some rows below.
  @inline(always) private static func fetchAhead(_ row: UnsafePointer<Float>, _ stride: Int, _ count: Int) {
    let next = row + rowsAhead &* stride
    var place = 0
    while place < count {
      swiftlet_fetch_to_second_level(next + place)
      place &+= 16
    }
  }

  /// Attention of a span of few queries, as in decoding: each reads the keys and values as they lie.
  static func attendFew(
    _ a: AttentionArguments, _ span: SequenceSpan, _ keyHead: Int, _ pool: ThreadPool, _ worker: Int
  ) {
    let (d, group) = (a.headWidth, a.heads / a.keyHeads)
    let padded = (d &+ lanes &- 1) / lanes &* lanes
    var pieces = ScratchPieces(pool, worker, count: span.keys &+ lanes &+ padded, pieces: 2)
    let (scores, query) = (pieces.take(span.keys &+ lanes), pieces.take(padded))
    let rounds = a.precision == .bf16
    @inline(always) func operand(_ x: Vector) -> Vector { rounds ? roundedToBFloat16(x) : x }
    let softmax = OnlineSoftmax(scale: a.scale)
    let keys = a.keys + span.firstKey &* a.keyStride + keyHead &* d
    let values = a.values + span.firstKey &* a.valueStride + keyHead &* d
    for i in 0..<span.queries {
      for head in keyHead &* group..<(keyHead &+ 1) &* group {
        let row = span.firstQuery &+ i
        let source = a.queries + row &* a.queryStride + head &* d
        forEachVector(d) { j, count in store(operand(load(source + j, count: count)), query + j) }
        let count = span.visibleKeys(ofQuery: i, causal: a.causal)
        for key in 0..<count {
          var total = Vector.zero
          let k = keys + key &* a.keyStride
          fetchAhead(k, a.keyStride, d)
          forEachVector(d) { j, count in
            total = multiplyAdd(operand(load(k + j, count: count)), load(query + j), total)
          }
          scores[key] = horizontalSum(total)
        }
        var (maximum, rescale, sum) = (Float.zero, Float(1), Float.zero)
        let visible = VisibleKeys(ofRow0: count, growth: 0, limit: count)
        softmax.findMaxima(
          scores, stride: 0, rows: 1, visible: visible, isFirst: true, maxima: &maximum, rescales: &rescale)
        softmax.exponentiate(
          scores, stride: 0, rows: 1, visible: visible, isFirst: true, maxima: &maximum, rescales: &rescale, sums: &sum)
        if !a.dropout.isNone {
          dropWeights(scores, count: count, a.dropout, row: row &* a.heads &+ head, firstColumn: 0)
        }
        let output = a.output + row &* a.outputStride + head &* d
        var j = 0
        // Some vectors of the output at a time, so that a value's line is read once.
        while j &+ 4 &* lanes <= d {
          var (s0, s1, s2, s3) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
          for key in 0..<visible.limit {
            let weight = operand(broadcast(scores[key]))
            let v = values + key &* a.valueStride + j
            fetchAhead(v, a.valueStride, 4 &* lanes)
            s0 = multiplyAdd(operand(load(v)), weight, s0)
            s1 = multiplyAdd(operand(load(v + lanes)), weight, s1)
            s2 = multiplyAdd(operand(load(v + 2 &* lanes)), weight, s2)
            s3 = multiplyAdd(operand(load(v + 3 &* lanes)), weight, s3)
          }
          let share = broadcast(1 / sum)
          store(s0 * share, output + j)
          store(s1 * share, output + j + lanes)
          store(s2 * share, output + j + 2 &* lanes)
          store(s3 * share, output + j + 3 &* lanes)
          j &+= 4 &* lanes
        }
        while j < d {
          let rest = min(lanes, d &- j)
          var total = Vector.zero
          for key in 0..<visible.limit {
            let weight = operand(broadcast(scores[key]))
            total = multiplyAdd(operand(load(values + key &* a.valueStride + j, count: rest)), weight, total)
          }
          store(total * broadcast(1 / sum), output + j, count: rest)
          j &+= lanes
        }
        a.logSumExp[row &* a.heads &+ head] = softmax.logSumExp(maximum: maximum, logOfSum: logf(sum))
      }
    }
  }
}
