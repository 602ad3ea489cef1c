import KernelSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

// Two walks over a row, with the row's largest scores known before: one for the sums, and one that puts the gradient in
// the place of the scores. Exponentials are computed again in the second, since a row has three kinds of them (the
// student's, the student's at the temperature, the teacher's at the temperature) and room for one.

/// Numbers whose sum is kept in Float, before it is added in Double.
private let chunk = 512

/// What the first walk finds.
///
/// Letters: a = x - max x, b = y - max y, r = 1 / T.
private struct DistillationSums {
  /// Σ e^a, Σ e^(a r), Σ e^(b r).
  var hard = 0.0, soft = 0.0, wanted = 0.0
  /// Σ e^(b r) (b - a) r.
  var difference = 0.0
  /// Σ x.
  var plain = 0.0
}

extension KernelVariant {
  /// Cross-entropy of each row of logits, mixed with their divergence from a teacher's; the gradient in their place.
  public static func distillation(
    rows: Int, columns: Int, stride: Int, logits: UnsafeMutablePointer<Float>, teacherStride: Int,
    teacher: UnsafePointer<Float>, targets: UnsafePointer<Int32>, smoothing: Float, weight: Float, temperature: Float,
    gradientScale: Float?, losses: UnsafeMutablePointer<Float>, on pool: ThreadPool
  ) {
    forEachRowBlock(rows: rows, columns: columns, on: pool) { range, _ in
      for row in range {
        let x = logits + row &* stride, y = teacher + row &* teacherStride
        let target = Int(targets[row])
        let targetLogit = x[target]
        let largest = maximum(of: x, columns), teacherLargest = maximum(of: y, columns)
        let sums = sums(columns, x, y, largest, teacherLargest, 1 / temperature)
        let share = smoothing > 0 ? smoothing / Float(columns) : 0
        var hardLoss = Double(largest) + log(sums.hard) - Double(1 - smoothing) * Double(targetLogit)
        // A sum that is not finite must not spoil a loss that does not ask for it.
        if smoothing > 0 { hardLoss -= Double(share) * sums.plain }
        let divergence = sums.difference / sums.wanted - log(sums.wanted) + log(sums.soft)
        let part = Double(weight), t = Double(temperature)
        losses[row] = Float((1 - part) * hardLoss + part * t * t * divergence)
        guard let gradientScale else { continue }
        let scale = Double(gradientScale)
        let ofHard = Float(scale * (1 - part) / sums.hard)
        let ofSoft = Float(scale * part * t / sums.soft), ofWanted = Float(-scale * part * t / sums.wanted)
        let hardScale = gradientScale * (1 - weight)
        differentiate(
          columns, x, y, largest, teacherLargest, 1 / temperature, ofHard, ofSoft, ofWanted,
          offset: -hardScale * share)
        x[target] -= hardScale * (1 - smoothing)
      }
    }
  }

  @inline(always) private static func sums(
    _ columns: Int, _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ largest: Float, _ teacherLargest: Float,
    _ inverse: Float
  ) -> DistillationSums {
    var result = DistillationSums()
    let (m, n, r) = (broadcast(largest), broadcast(teacherLargest), broadcast(inverse))
    var start = 0
    while start < columns {
      let length = min(chunk, columns &- start)
      let (x, y) = (x + start, y + start)
      var (hard, soft, wanted) = (Vector.zero, Vector.zero, Vector.zero)
      var (difference, plain) = (Vector.zero, Vector.zero)
      @inline(always) func add(_ place: Int, _ count: Int) {
        let score = load(x + place, count: count)
        let a = score - m, b = load(y + place, count: count) - n
        let e = exponential(b * r)
        hard += keepFirst(count, of: exponential(a))
        soft += keepFirst(count, of: exponential(a * r))
        wanted += keepFirst(count, of: e)
        difference += keepFirst(count, of: e * ((b - a) * r))
        plain += score
      }
      forEachVector(length, add)
      result.hard += Double(horizontalSum(hard))
      result.soft += Double(horizontalSum(soft))
      result.wanted += Double(horizontalSum(wanted))
      result.difference += Double(horizontalSum(difference))
      result.plain += Double(horizontalSum(plain))
      start &+= length
    }
    return result
  }

  /// x = e^a · ofHard + e^(a r) · ofSoft + e^(b r) · ofWanted + offset.
  @inline(always) private static func differentiate(
    _ columns: Int, _ x: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, _ largest: Float,
    _ teacherLargest: Float, _ inverse: Float, _ ofHard: Float, _ ofSoft: Float, _ ofWanted: Float, offset: Float
  ) {
    let (m, n, r) = (broadcast(largest), broadcast(teacherLargest), broadcast(inverse))
    let (hard, soft, wanted) = (broadcast(ofHard), broadcast(ofSoft), broadcast(ofWanted))
    let rest = broadcast(offset)
    @inline(always) func put(_ place: Int, _ count: Int) {
      let a = load(x + place, count: count) - m, b = load(y + place, count: count) - n
      var gradient = multiplyAdd(exponential(a), hard, rest)
      // Where student and teacher agree, these two cancel: neither is added to anything else before.
      gradient += multiplyAdd(exponential(a * r), soft, exponential(b * r) * wanted)
      store(gradient, x + place, count: count)
    }
    forEachVector(columns, put)
  }
}
