import CInstructions
import KernelSupport

// Decoding: few rows times weights as they are stored. Every weight is needed once, so memory is the limit: it is read
// as it lies, once, by all threads. A row's sums have the same order however many rows there are, so a text does not
// depend on those beside it.

/// Rows of x that go through a piece of the weights together.
private let rowsAtATime = 4
/// The independent sums of each row and output, which hide the adder's latency.
private let sumsOfRow = 4
/// The bytes of weights of a task: the memory delivers long runs faster than short ones.
private let bytesOfTask = 262_144
/// Less than this is no work for a thread.
private let leastBytesOfTask = 16_384
/// How far ahead of the products the weights are fetched, to the second level of the cache: the first can wait for few
/// lines at a time.
private let bytesAhead = 1024

/// Four sums for each of four rows.
private typealias Sums = InlineArray<16, Vector>

extension KernelVariant {
  /// A product with stored weights.
  public static func multiply(_ p: StoredProduct, on pool: ThreadPool) {
    guard p.rows > 0, p.weights.rows > 0 else { return }
    if let precision = p.widened { return multiplyWidened(p, precision, on: pool) }
    guard p.weights.format.isQuantized else { return multiply(p, StoredInputs(), on: pool) }
    pool.exclusively { multiply(p, StoredInputs(p, pool), on: pool) }
  }

  private static func multiply(_ p: StoredProduct, _ inputs: StoredInputs, on pool: ThreadPool) {
    let bytes = p.weights.rows &* p.weights.rowBytes
    let rounds = (bytes &+ bytesOfTask &* pool.threads &- 1) / (bytesOfTask &* pool.threads)
    let tasks = max(1, min(rounds &* pool.threads, bytes / leastBytesOfTask))
    // Whole lines of y for each.
    let outputsOfTask = ((p.weights.rows &+ tasks &- 1) / tasks &+ 15) / 16 &* 16
    pool.run(tasks: (p.weights.rows &+ outputsOfTask &- 1) / outputsOfTask) { task, _ in
      let outputs = task &* outputsOfTask..<min((task &+ 1) &* outputsOfTask, p.weights.rows)
      var row = 0
      while row < p.rows {
        switch min(rowsAtATime, p.rows &- row) {
        case 1: multiplyStored(p, inputs, row, 1, outputs)
        case 2: multiplyStored(p, inputs, row, 2, outputs)
        case 3: multiplyStored(p, inputs, row, 3, outputs)
        default: multiplyStored(p, inputs, row, 4, outputs)
        }
        row &+= rowsAtATime
      }
      finishStored(p, outputs, pool)
    }
  }

  @inline(always) private static func multiplyStored(
    _ p: StoredProduct, _ inputs: StoredInputs, _ row: Int, _ rows: Int, _ outputs: Range<Int>
  ) {
    var output = outputs.lowerBound
    while output < outputs.upperBound {
      let sums: Sums
      switch p.weights.format {
      case .fp32: sums = sumsOfFloats(p, row, rows, output)
      case .bf16: sums = sumsOfBFloat16(p, row, rows, output)
      case .q8:
        sums = sumsOfGroups(p, inputs, row, rows, output, .q8) { scales, _ in
          swiftlet_broadcast_bfloat16(scales)
        } product: { x, weights, _ in
          swiftlet_multiply_int8(x, weights)
        }
      case .q4:
        sums = sumsOfGroups(p, inputs, row, rows, output, .q4) { scales, groups in
          swiftlet_load_scales_of_groups(scales, groups)
        } product: { x, weights, groups in
          swiftlet_multiply_nibbles(x, weights, groups)
        }
      }
      for i in 0..<rows {
        let first = i &* sumsOfRow
        let sum = horizontalSum((sums[first] + sums[first &+ 1]) + (sums[first &+ 2] + sums[first &+ 3]))
        p.y[(row &+ i) &* p.strideOfY &+ output] = inputs.rowBytes > 0 ? sum * inputs.scales[row &+ i] : sum
      }
      output &+= 1
    }
  }

  @inline(always) private static var zeros: Sums {
    let z = Vector.zero
    return [z, z, z, z, z, z, z, z, z, z, z, z, z, z, z, z]
  }

  /// Walks over a row in units of so many numbers or groups, whose products go to the four sums in turn; those of the last few
  /// units go to the first sum.
  @inline(always) private static func forEachUnit(
    _ count: Int, of unit: Int, _ body: (_ place: Int, _ count: Int, _ sum: Int) -> Void
  ) {
    var place = 0
    while place &+ sumsOfRow &* unit <= count {
      body(place, unit, 0)
      body(place &+ unit, unit, 1)
      body(place &+ 2 &* unit, unit, 2)
      body(place &+ 3 &* unit, unit, 3)
      place &+= sumsOfRow &* unit
    }
    while place &+ unit <= count {
      body(place, unit, 0)
      place &+= unit
    }
    if place < count { body(place, count &- place, 0) }
  }

  /// Asks for what comes after a unit, once for each line of the cache.
  @inline(always) private static func fetchAhead(_ place: UnsafeRawPointer, bytesOfUnit: Int, _ sum: Int) {
    if sum &* bytesOfUnit % 64 == 0 { swiftlet_fetch_to_second_level(place + bytesAhead) }
  }

  @inline(always) private static func sumsOfFloats(
    _ p: StoredProduct, _ row: Int, _ rows: Int, _ output: Int
  ) -> Sums {
    var sums = zeros
    let x = p.x + row &* p.strideOfX
    let weights = p.weights.values + output &* p.weights.rowBytes
    @inline(always) func add(_ k: Int, _ count: Int, _ sum: Int) {
      let place = weights + 4 &* k
      fetchAhead(place, bytesOfUnit: 4 &* lanes, sum)
      let vector = load(place.assumingMemoryBound(to: Float.self), count: count)
      for i in 0..<rows {
        let sum = i &* sumsOfRow &+ sum
        sums[sum] = multiplyAdd(load(x + i &* p.strideOfX + k, count: count), vector, sums[sum])
      }
    }
    forEachUnit(p.weights.columns, of: lanes, add)
    return sums
  }

  @inline(always) private static func sumsOfBFloat16(
    _ p: StoredProduct, _ row: Int, _ rows: Int, _ output: Int
  ) -> Sums {
    var sums = zeros
    let x = p.x + row &* p.strideOfX
    let weights = p.weights.values + output &* p.weights.rowBytes
    @inline(always) func add(_ k: Int, _ count: Int, _ sum: Int) {
      let place = weights + 2 &* k
      fetchAhead(place, bytesOfUnit: 2 &* lanes, sum)
      let vector = swiftlet_load_bfloat16(place.assumingMemoryBound(to: UInt16.self))
      for i in 0..<rows {
        let sum = i &* sumsOfRow &+ sum
        sums[sum] = multiplyAdd(load(x + i &* p.strideOfX + k, count: count), vector, sums[sum])
      }
    }
    forEachUnit(p.weights.columns, of: lanes, add)
    return sums
  }

  /// Both quantised formats: the sums of a unit of groups are exact, and become floats with the groups' scales.
  @inline(always) private static func sumsOfGroups(
    _ p: StoredProduct, _ inputs: StoredInputs, _ row: Int, _ rows: Int, _ output: Int, _ format: WeightFormat,
    scale: (_ scales: UnsafePointer<UInt16>, _ groups: Int) -> Vector,
    product: (_ x: UnsafePointer<Int8>, _ weights: UnsafePointer<UInt8>, _ groups: Int) -> Vector
  ) -> Sums {
    var sums = zeros
    let groups = WeightFormat.groups(p.weights.columns)
    guard let scales = p.weights.scales.map({ $0 + output &* groups }) else { return sums }
    let x = inputs.numbers + row &* inputs.rowBytes
    let weights = (p.weights.values + output &* p.weights.rowBytes).assumingMemoryBound(to: UInt8.self)
    let unit = StoredInputs.groupsOfUnit(format)
    let bytesOfGroup = format == .q4 ? WeightFormat.groupSize / 2 : WeightFormat.groupSize
    swiftlet_fetch_to_second_level(UnsafeRawPointer(scales) + bytesAhead / 2)
    @inline(always) func add(_ group: Int, _ groups: Int, _ sum: Int) {
      let place = weights + group &* bytesOfGroup
      fetchAhead(place, bytesOfUnit: unit &* bytesOfGroup, sum)
      let scale = scale(scales + group, groups)
      for i in 0..<rows {
        let sum = i &* sumsOfRow &+ sum
        let inputs = x + (i &* inputs.rowBytes &+ group &* StoredInputs.bytesOfGroup(format))
        sums[sum] = multiplyAdd(product(inputs, place, groups), scale, sums[sum])
      }
    }
    forEachUnit(groups, of: unit, add)
    return sums
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
