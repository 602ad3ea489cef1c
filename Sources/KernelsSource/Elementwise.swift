import KernelSupport

extension KernelVariant {
  /// y += scale · x.
  public static func add(
    count: Int, scale: Float, x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, on pool: ThreadPool
  ) {
    forEachBlock(of: count, on: pool) { start, count in
      let (x, y) = (x + start, y + start)
      forEachVector(count) { place, count in
        let value = multiplyAdd(
          load(x + place, count: count), broadcast(scale), load(y + place, count: count))
        store(value, y + place, count: count)
      }
    }
  }

  /// y = scale · y.
  public static func scale(count: Int, by scale: Float, _ y: UnsafeMutablePointer<Float>, on pool: ThreadPool) {
    forEachBlock(of: count, on: pool) { start, count in
      let y = y + start
      forEachVector(count) { place, count in
        store(load(y + place, count: count) * broadcast(scale), y + place, count: count)
      }
    }
  }

  /// y += (x - y) · rate.
  public static func average(
    count: Int, rate: Float, x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, on pool: ThreadPool
  ) {
    forEachBlock(of: count, on: pool) { start, count in
      let (x, y) = (x + start, y + start)
      forEachVector(count) { place, count in
        let old = load(y + place, count: count)
        let value = multiplyAdd(load(x + place, count: count) - old, broadcast(rate), old)
        store(value, y + place, count: count)
      }
    }
  }

  /// The sum of squares.
  ///
  /// 1,024 numbers at a time are summed in `Float`, in many independent sums, and these sums in Double, in order.
  /// Where squares overflow or vanish, the numbers are summed again in Double.
  public static func sumOfSquares(count: Int, _ x: UnsafePointer<Float>, on pool: ThreadPool) -> Double {
    let block = 65_536
    let blocks = (count + block - 1) / block
    return pool.exclusively {
      let partials = pool.scratch(worker: 0, slot: 15, bytes: max(blocks, 1) &* 8).assumingMemoryBound(to: Double.self)
      pool.run(tasks: blocks) { task, _ in
        var total = 0.0
        let end = min(count, (task &+ 1) &* block)
        var start = task &* block
        while start < end {
          let length = min(1024, end &- start)
          total += squares(x + start, length)
          start &+= length
        }
        partials[task] = total
      }
      var total = 0.0
      for index in 0..<blocks { total += partials[index] }
      return total
    }
  }

  @inline(always) private static func squares(_ x: UnsafePointer<Float>, _ count: Int) -> Double {
    let quick = vectorSum(over: count) { place, count in
      let value = load(x + place, count: count)
      return value * value
    }
    // Outside of these bounds squares may have overflowed, or vanished.
    if quick > 1e-25 && quick < 1e37 { return Double(quick) }
    var sum = 0.0
    for index in 0..<count { sum += Double(x[index]) * Double(x[index]) }
    return sum
  }

  /// result[c] += Σ over rows of x[r, c].
  public static func sumColumns(
    rows: Int, columns: Int, stride: Int, x: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>,
    on pool: ThreadPool
  ) {
    sumOverRows(rows: rows, columns: columns, into: (result, nil), on: pool) { range, partial in
      var row = range.lowerBound
      while row &+ 4 <= range.upperBound {
        let (a, b) = (x + row &* stride, x + (row &+ 1) &* stride)
        let (c, d) = (x + (row &+ 2) &* stride, x + (row &+ 3) &* stride)
        @inline(always) func addFour(_ place: Int, _ count: Int) {
          let ab = load(a + place, count: count) + load(b + place, count: count)
          let cd = load(c + place, count: count) + load(d + place, count: count)
          store(load(partial + place, count: count) + (ab + cd), partial + place, count: count)
        }
        forEachVector(columns, addFour)
        row &+= 4
      }
      while row < range.upperBound {
        let a = x + row &* stride
        forEachVector(columns) { place, count in
          let value = load(partial + place, count: count) + load(a + place, count: count)
          store(value, partial + place, count: count)
        }
        row &+= 1
      }
    }
  }
}
