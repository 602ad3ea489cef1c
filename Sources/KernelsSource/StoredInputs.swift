import CInstructions
import KernelSupport

/// The rows of x as whole numbers of 16 bits, where the weights are such, too: their products are summed exactly, 32 or more
/// at a time, in less time than it takes to make floats of the weights.
///
/// A row's largest number becomes ±32,639, so each is off by at most 1/65,278 of that: a hundredth of the error of eight-bit
/// weights. A row with a number that is not finite has a scale that is none.
struct StoredInputs {
  /// The groups of a row, as products with weights of 8 bits or of 4 bits want them.
  private(set) var numbers = UnsafePointer<Int8>(bitPattern: 64).unsafelyUnwrapped
  /// None, if there are no whole numbers.
  private(set) var rowBytes = 0
  /// What a row's sums are to be multiplied by.
  private(set) var scales = UnsafePointer<Float>(bitPattern: 64).unsafelyUnwrapped

  /// None, for weights that are floats.
  init() {}

  /// In the scratch memory of worker 0.
  init(_ p: StoredProduct, _ pool: ThreadPool) {
    let groups = WeightFormat.groups(p.weights.columns)
    let unit = Self.groupsOfUnit(p.weights.format)
    rowBytes = (groups &+ unit &- 1) / unit &* unit &* Self.bytesOfGroup(p.weights.format)
    let memory = pool.scratch(worker: 0, slot: Self.slot, bytes: p.rows &* (rowBytes &+ 4))
    let numbers = memory.assumingMemoryBound(to: Int8.self)
    let scales = (memory + p.rows &* rowBytes).assumingMemoryBound(to: Float.self)
    for row in 0..<p.rows {
      let (x, numbers) = (p.x + row &* p.strideOfX, numbers + row &* rowBytes)
      let (largest, scale) = Self.scale(of: x, p.weights.columns)
      // So small a row counts as zeros, and not as divided by zero.
      let factor = largest > 1e-30 ? Self.limit / largest : 0
      if p.weights.format == .q8 {
        Self.store(x, p.weights.columns, factor, asHalvesIn: numbers, rowBytes)
      } else {
        Self.store(x, p.weights.columns, factor, asBytesIn: numbers, rowBytes)
      }
      scales[row] = scale
    }
    (self.numbers, self.scales) = (UnsafePointer(numbers), UnsafePointer(scales))
  }

  /// Of the scratch memory.
  private static let slot = 13

  /// How many groups of weights are multiplied at once: those that fill a vector of bytes if they have 4 bits.
  @inline(always) static func groupsOfUnit(_ format: WeightFormat) -> Int { format == .q4 ? lanes / 4 : 1 }

  /// The bytes of x beside a group of weights: 32 numbers of 16 bits, and with weights of 4 bits what to begin the sums with.
  @inline(always) static func bytesOfGroup(_ format: WeightFormat) -> Int { format == .q4 ? 80 : 64 }

  /// The largest whole number whose upper byte, to which its lower byte is added as a signed one, is a signed byte, too.
  private static var limit: Float { 32639 }

  /// A row's largest magnitude, and what its whole numbers are to be multiplied by.
  private static func scale(of x: UnsafePointer<Float>, _ count: Int) -> (largest: Float, scale: Float) {
    var largest = Vector.zero, nothing = Vector.zero
    forEachVector(count) { place, count in
      let vector = load(x + place, count: count)
      largest = larger(magnitude(vector), largest)
      // Zero, but for what is not finite.
      nothing = multiplyAdd(vector, Vector.zero, nothing)
    }
    let maximum = horizontalMaximum(largest)
    return (maximum, maximum / limit + horizontalSum(nothing))
  }

  /// The whole numbers nearest to the quotients; zeros behind the row's end.
  @inline(always) private static func wholeNumbers(
    _ x: UnsafePointer<Float>, _ place: Int, _ count: Int, _ factor: Float
  ) -> Vector {
    let vector = place < count ? load(x + place, count: min(lanes, count &- place)) : Vector.zero
    let bound = broadcast(limit)
    return rounded(smaller(larger(vector * broadcast(factor), -bound), bound))
  }

  /// What is added leaves no bits behind the point: the sum is rounded to a whole number, to an even one from halfway.
  @inline(always) private static func rounded(_ vector: Vector) -> Vector {
    let shift = broadcast(12_582_912)
    return (vector + shift) - shift
  }

  /// For weights of 8 bits: numbers of 16 bits, one behind the other.
  private static func store(
    _ x: UnsafePointer<Float>, _ count: Int, _ factor: Float, asHalvesIn numbers: UnsafeMutablePointer<Int8>,
    _ rowBytes: Int
  ) {
    var place = 0
    while 2 &* place < rowBytes {
      swiftlet_store_int16(wholeNumbers(x, place, count, factor), numbers + 2 &* place)
      place &+= lanes
    }
  }

  /// For weights of 4 bits: bytes, a unit of groups at a time.
  ///
  /// Of all groups of a unit come the upper bytes of the first sixteen numbers, then of the second sixteen, then the lower
  /// bytes likewise. Behind them is, four words a group, what the sums of its products begin with: minus eight times the
  /// group's sum, as the weights' bits are 0 to 15 for -8 to 7.
  private static func store(
    _ x: UnsafePointer<Float>, _ count: Int, _ factor: Float, asBytesIn numbers: UnsafeMutablePointer<Int8>,
    _ rowBytes: Int
  ) {
    let groups = groupsOfUnit(.q4)
    let lowerBytes = 32 &* groups
    var place = 0
    for group in 0..<rowBytes / bytesOfGroup(.q4) {
      let (unit, groupOfUnit) = (group / groups, group % groups)
      let numbers = numbers + unit &* groups &* bytesOfGroup(.q4)
      var sum = Vector.zero
      for half in 0..<2 {
        let bytes = numbers + 16 &* (half &* groups &+ groupOfUnit)
        var inHalf = 0
        while inHalf < 16 {
          let whole = wholeNumbers(x, place, count, factor)
          // Rounded up from halfway, so that what is left is a signed byte.
          let upper = rounded((whole + broadcast(0.5)) * broadcast(1 / 256))
          swiftlet_store_int8(upper, bytes + inHalf)
          swiftlet_store_int8(whole - upper * broadcast(256), bytes + inHalf + lowerBytes)
          sum += whole
          place &+= lanes
          inHalf &+= lanes
        }
      }
      let beginnings = UnsafeMutableRawPointer(numbers + 2 &* lowerBytes + 16 &* groupOfUnit)
        .assumingMemoryBound(to: Int32.self)
      (beginnings[0], beginnings[1], beginnings[2], beginnings[3]) = (-8 &* Int32(horizontalSum(sum)), 0, 0, 0)
    }
  }
}
