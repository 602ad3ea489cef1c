import CInstructions
import KernelSupport

// Decoding: few rows times weights as they are stored. Every weight is needed once, so memory is the limit: it is read
// as it lies, once, by all threads, and becomes floats on the way. A row's sums have the same order however many rows
// there are, so a text does not depend on those beside it.

/// Rows of x that go through a piece of the weights together.
private let rowsAtATime = 4
/// Rows of the weights whose sums are held at a time.
private let outputsAtATime = 4
/// The bytes of weights of a task: some microseconds of reading, so that threads end together.
private let bytesOfTask = 32_768

/// The numbers of four sums for each of four rows.
private typealias Sums = InlineArray<16, Vector>

extension KernelVariant {
  /// A product of few rows with stored weights.
  public static func multiply(_ p: StoredProduct, on pool: ThreadPool) {
    guard p.rows > 0, p.weights.rows > 0 else { return }
    let outputsOfTask = max(1, bytesOfTask / max(p.weights.rowBytes, 1) / 16) &* 16
    pool.run(tasks: (p.weights.rows &+ outputsOfTask &- 1) / outputsOfTask) { task, _ in
      let outputs = task &* outputsOfTask..<min((task &+ 1) &* outputsOfTask, p.weights.rows)
      var row = 0
      while row < p.rows {
        switch min(rowsAtATime, p.rows &- row) {
        case 1: multiplyStored(p, row, 1, outputs)
        case 2: multiplyStored(p, row, 2, outputs)
        case 3: multiplyStored(p, row, 3, outputs)
        default: multiplyStored(p, row, 4, outputs)
        }
        row &+= rowsAtATime
      }
      finishStored(p, outputs, pool)
    }
  }

  @inline(always) private static func multiplyStored(_ p: StoredProduct, _ row: Int, _ rows: Int, _ outputs: Range<Int>)
  {
    var output = outputs.lowerBound
    while output &+ outputsAtATime <= outputs.upperBound {
      multiplyStored(p, row, rows, output, outputsAtATime)
      output &+= outputsAtATime
    }
    while output < outputs.upperBound {
      multiplyStored(p, row, rows, output, 1)
      output &+= 1
    }
  }

  @inline(always) private static func multiplyStored(
    _ p: StoredProduct, _ row: Int, _ rows: Int, _ output: Int, _ outputs: Int
  ) {
    let sums: Sums
    switch p.weights.format {
    case .fp32: sums = sumsOfFloats(p, row, rows, output, outputs)
    case .bf16: sums = sumsOfBFloat16(p, row, rows, output, outputs)
    case .q8: sums = sumsOfBytes(p, row, rows, output, outputs)
    case .q4: sums = sumsOfNibbles(p, row, rows, output, outputs)
    }
    for i in 0..<rows {
      let y = p.y + (row &+ i) &* p.strideOfY + output
      for j in 0..<outputs { y[j] = horizontalSum(sums[i &* outputsAtATime &+ j]) }
    }
  }

  @inline(always) private static var zeros: Sums {
    let z = Vector.zero
    return [z, z, z, z, z, z, z, z, z, z, z, z, z, z, z, z]
  }

  /// The rows of the weights that follow these are asked for while these are multiplied.
  @inline(always) private static func fetchAhead(_ weights: UnsafeRawPointer, _ rowBytes: Int) {
    swiftlet_fetch_line(weights + outputsAtATime &* rowBytes)
  }

  @inline(always) private static func sumsOfFloats(
    _ p: StoredProduct, _ row: Int, _ rows: Int, _ output: Int, _ outputs: Int
  ) -> Sums {
    var sums = zeros
    let (x, bytes) = (p.x + row &* p.strideOfX, p.weights.rowBytes)
    let weights = p.weights.values + output &* bytes
    @inline(always) func step(_ k: Int, _ count: Int) {
      for j in 0..<outputs {
        let place = weights + (j &* bytes &+ 4 &* k)
        fetchAhead(place, bytes)
        let vector = load(place.assumingMemoryBound(to: Float.self), count: count)
        for i in 0..<rows {
          let sum = i &* outputsAtATime &+ j
          sums[sum] = multiplyAdd(load(x + i &* p.strideOfX + k, count: count), vector, sums[sum])
        }
      }
    }
    forEachVector(p.weights.columns, step)
    return sums
  }

  @inline(always) private static func sumsOfBFloat16(
    _ p: StoredProduct, _ row: Int, _ rows: Int, _ output: Int, _ outputs: Int
  ) -> Sums {
    var sums = zeros
    let (x, bytes) = (p.x + row &* p.strideOfX, p.weights.rowBytes)
    let weights = p.weights.values + output &* bytes
    @inline(always) func step(_ k: Int, _ count: Int) {
      for j in 0..<outputs {
        let place = weights + (j &* bytes &+ 2 &* k)
        fetchAhead(place, bytes)
        let vector = swiftlet_load_bfloat16(place.assumingMemoryBound(to: UInt16.self))
        for i in 0..<rows {
          let sum = i &* outputsAtATime &+ j
          sums[sum] = multiplyAdd(load(x + i &* p.strideOfX + k, count: count), vector, sums[sum])
        }
      }
    }
    forEachVector(p.weights.columns, step)
    return sums
  }

  @inline(always) private static func sumsOfBytes(
    _ p: StoredProduct, _ row: Int, _ rows: Int, _ output: Int, _ outputs: Int
  ) -> Sums {
    var sums = zeros
    let (x, bytes, groups) = (p.x + row &* p.strideOfX, p.weights.rowBytes, WeightFormat.groups(p.weights.columns))
    guard let scales = p.weights.scales.map({ $0 + output &* groups }) else { return sums }
    let weights = p.weights.values + output &* bytes
    @inline(always) func group(_ g: Int, _ columns: Int) {
      for j in 0..<outputs {
        let place = weights + (j &* bytes &+ g &* WeightFormat.groupSize)
        fetchAhead(place, bytes)
        let scale = swiftlet_broadcast_bfloat16(scales + (j &* groups &+ g))
        let numbers = place.assumingMemoryBound(to: Int8.self)
        for i in 0..<rows {
          let input = x + (i &* p.strideOfX &+ g &* WeightFormat.groupSize)
          var part = Vector.zero
          @inline(always) func step(_ k: Int, _ count: Int) {
            part = multiplyAdd(load(input + k, count: count), swiftlet_load_int8(numbers + k), part)
          }
          forEachVector(columns, step)
          let sum = i &* outputsAtATime &+ j
          sums[sum] = multiplyAdd(part, scale, sums[sum])
        }
      }
    }
    forEachGroup(p.weights.columns, group)
    return sums
  }

  @inline(always) private static func sumsOfNibbles(
    _ p: StoredProduct, _ row: Int, _ rows: Int, _ output: Int, _ outputs: Int
  ) -> Sums {
    var sums = zeros
    let (x, bytes, groups) = (p.x + row &* p.strideOfX, p.weights.rowBytes, WeightFormat.groups(p.weights.columns))
    guard let scales = p.weights.scales.map({ $0 + output &* groups }) else { return sums }
    let weights = p.weights.values + output &* bytes
    let half = WeightFormat.groupSize / 2
    @inline(always) func group(_ g: Int, _ columns: Int) {
      for j in 0..<outputs {
        let place = weights + (j &* bytes &+ g &* half)
        fetchAhead(place, bytes)
        let scale = swiftlet_broadcast_bfloat16(scales + (j &* groups &+ g))
        let nibbles = place.assumingMemoryBound(to: UInt8.self)
        for i in 0..<rows {
          let input = x + (i &* p.strideOfX &+ g &* WeightFormat.groupSize)
          var part = Vector.zero
          @inline(always) func low(_ k: Int, _ count: Int) {
            let numbers = swiftlet_low_nibbles(swiftlet_load_nibbles(nibbles + k))
            part = multiplyAdd(load(input + k, count: count), numbers, part)
          }
          @inline(always) func high(_ k: Int, _ count: Int) {
            let numbers = swiftlet_high_nibbles(swiftlet_load_nibbles(nibbles + k))
            part = multiplyAdd(load(input + (half &+ k), count: count), numbers, part)
          }
          forEachVector(min(columns, half), low)
          if columns > half { forEachVector(columns &- half, high) }
          let sum = i &* outputsAtATime &+ j
          sums[sum] = multiplyAdd(part, scale, sums[sum])
        }
      }
    }
    forEachGroup(p.weights.columns, group)
    return sums
  }

  /// Whole groups first, as their count is known to the compiler, then the rest of the row.
  @inline(always) private static func forEachGroup(_ columns: Int, _ body: (_ group: Int, _ columns: Int) -> Void) {
    let whole = columns / WeightFormat.groupSize
    var group = 0
    while group < whole {
      body(group, WeightFormat.groupSize)
      group &+= 1
    }
    let rest = columns &- whole &* WeightFormat.groupSize
    if rest > 0 { body(whole, rest) }
  }

  /// Bias and activation of some finished outputs.
  @inline(always) private static func finishStored(_ p: StoredProduct, _ outputs: Range<Int>, _ pool: ThreadPool) {
    guard p.bias != nil || p.activation != nil else { return }
    for row in 0..<p.rows {
      let y = p.y + row &* p.strideOfY + outputs.lowerBound
      if let bias = p.bias.map({ $0 + outputs.lowerBound }) {
        @inline(always) func add(_ j: Int, _ count: Int) {
          store(load(y + j, count: count) + load(bias + j, count: count), y + j, count: count)
        }
        forEachVector(outputs.length, add)
      }
      if let activation = p.activation, let activated = p.activated {
        activate(
          activation, count: outputs.length, x: y, y: activated + row &* p.strideOfY + outputs.lowerBound, on: pool)
      }
    }
  }
}
