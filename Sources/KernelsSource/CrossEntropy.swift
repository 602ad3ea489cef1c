import KernelSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

// A row is walked over twice. The first walk goes by chunks that fit the first-level cache: a chunk's largest number
// corrects the running maximum, then its exponentials are summed and, if a gradient is wanted, kept in the place of
// the logits. The second walk multiplies each chunk with what its maximum lacked (an online softmax, by chunks).

/// Numbers in a chunk: 2 KiB.
private let chunk = 512
/// The slot of scratch memory for a row's maxima.
private let maximaSlot = 14

/// What the first walk finds: the maximum, Σ e^(x - maximum), and Σ x.
private struct RowSums {
  var maximum: Float
  var exponentials: Double
  var plain: Double

  /// ln Σ eˣ.
  var logarithm: Double { Double(maximum) + log(exponentials) }
}

extension KernelVariant {
  /// Cross-entropy of each row of logits, with their gradient in their place.
  public static func crossEntropy(
    rows: Int, columns: Int, stride: Int, logits: UnsafeMutablePointer<Float>, targets: UnsafePointer<Int32>,
    smoothing: Float, gradientScale: Float?, losses: UnsafeMutablePointer<Float>, on pool: ThreadPool
  ) {
    forEachRowBlock(rows: rows, columns: columns, on: pool) { range, worker in
      let maxima = pool.scratch(worker: worker, slot: maximaSlot, bytes: (columns / chunk &+ 1) &* 4)
        .assumingMemoryBound(to: Float.self)
      for row in range {
        let x = logits + row &* stride
        let target = Int(targets[row])
        let share = Double(smoothing) / Double(columns)
        let targetLogit = x[target]
        let keeps = gradientScale != nil
        let sums = firstWalk(columns, x, maxima, keeps: keeps, sums: smoothing > 0)
        var loss = sums.logarithm - (1 - Double(smoothing)) * Double(targetLogit)
        if smoothing > 0 { loss -= share * sums.plain }
        losses[row] = Float(loss)
        if let gradientScale {
          let offset = Float(share) * gradientScale
          secondWalk(columns, x, maxima, sums, scale: gradientScale, offset: offset)
          x[target] -= gradientScale * (1 - smoothing)
        }
      }
    }
  }

  /// In-place softmax of each row.
  public static func softmax(
    rows: Int, columns: Int, stride: Int, x: UnsafeMutablePointer<Float>, on pool: ThreadPool
  ) {
    forEachRowBlock(rows: rows, columns: columns, on: pool) { range, worker in
      let maxima = pool.scratch(worker: worker, slot: maximaSlot, bytes: (columns / chunk &+ 1) &* 4)
        .assumingMemoryBound(to: Float.self)
      for row in range {
        let x = x + row &* stride
        let sums = firstWalk(columns, x, maxima, keeps: true, sums: false)
        secondWalk(columns, x, maxima, sums, scale: 1, offset: 0)
      }
    }
  }

  @inline(always) private static func firstWalk(
    _ columns: Int, _ x: UnsafeMutablePointer<Float>, _ maxima: UnsafeMutablePointer<Float>, keeps: Bool, sums: Bool
  ) -> RowSums {
    var result = RowSums(maximum: -.infinity, exponentials: 0, plain: 0)
    var start = 0
    var index = 0
    while start < columns {
      let length = min(chunk, columns &- start)
      let part = x + start
      let largest = maximum(of: part, length)
      if largest > result.maximum {
        if start > 0 { result.exponentials *= exp(Double(result.maximum) - Double(largest)) }
        result.maximum = largest
      }
      // Where all logits so far are -∞, any finite reference gives their exponentials, which are zero.
      let reference = broadcast(result.maximum == -.infinity ? 0 : result.maximum)
      maxima[index] = result.maximum
      if sums {
        result.plain += Double(vectorSum(over: length) { place, count in load(part + place, count: count) })
      }
      @inline(always) func kept(_ place: Int, _ count: Int) -> Vector {
        let e = exponential(load(part + place, count: count) - reference)
        store(e, part + place, count: count)
        return e
      }
      @inline(always) func passed(_ place: Int, _ count: Int) -> Vector {
        exponential(load(part + place, count: count) - reference)
      }
      let sum = keeps ? vectorSum(over: length, kept) : vectorSum(over: length, passed)
      result.exponentials += Double(sum)
      start &+= length
      index &+= 1
    }
    return result
  }

  /// x = x · scale · (what brings a chunk to the row's maximum) / Σ - offset.
  @inline(always) private static func secondWalk(
    _ columns: Int, _ x: UnsafeMutablePointer<Float>, _ maxima: UnsafeMutablePointer<Float>, _ sums: RowSums,
    scale: Float, offset: Float
  ) {
    var start = 0
    var index = 0
    while start < columns {
      let length = min(chunk, columns &- start)
      let part = x + start
      let lacking = maxima[index] == sums.maximum ? 1 : exp(Double(maxima[index]) - Double(sums.maximum))
      let correction = lacking / sums.exponentials
      let factor = broadcast(Float(Double(scale) * correction))
      forEachVector(length) { place, count in
        store(multiplyAdd(load(part + place, count: count), factor, broadcast(-offset)), part + place, count: count)
      }
      start &+= length
      index &+= 1
    }
  }

  /// The largest of `count` numbers; those that are not numbers may be passed over.
  @inline(always) static func maximum(of x: UnsafePointer<Float>, _ count: Int) -> Float {
    if count < lanes {
      var result = -Float.infinity
      for index in 0..<count where x[index] > result { result = x[index] }
      return result
    }
    var (m0, m1) = (load(x), load(x))
    var place = 0
    while place &+ 2 &* lanes <= count {
      m0 = larger(load(x + place), m0)
      m1 = larger(load(x + (place &+ lanes)), m1)
      place &+= 2 &* lanes
    }
    if place &+ lanes <= count { m0 = larger(load(x + place), m0) }
    // The last whole vector overlaps with what was seen, which a maximum does not mind.
    m1 = larger(load(x + (count &- lanes)), m1)
    return horizontalMaximum(larger(m0, m1))
  }
}
