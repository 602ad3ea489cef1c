/// Numbers between two walls of not-a-numbers, at a chosen distance from a 64-byte boundary.
///
/// A kernel that reads outside spoils its result; one that writes outside is found by `isIntact`.
public final class PoisonedMemory<Element: BinaryFloatingPoint & BitwiseCopyable> {
  /// The first number.
  public let pointer: UnsafeMutablePointer<Element>
  /// How many there are.
  public let count: Int
  private let wall = 64
  private let base: UnsafeMutablePointer<Element>
  private let total: Int

  /// Copies the numbers to a place `misalignment` elements behind a boundary.
  public init(_ numbers: [Float], misalignment: Int = 0) {
    count = numbers.count
    total = numbers.count + 2 * wall + misalignment
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: total * MemoryLayout<Element>.stride, alignment: 64)
    base = bytes.bindMemory(to: Element.self, capacity: total)
    base.initialize(repeating: .nan, count: total)
    pointer = base + wall + misalignment
    for (index, number) in numbers.enumerated() { pointer[index] = Element(number) }
  }

  deinit { base.deallocate() }

  /// The numbers.
  public var numbers: [Element] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// Whether both walls still stand.
  public var isIntact: Bool {
    let start = pointer - base
    return (0..<start).allSatisfy { base[$0].isNaN } && (start + count..<total).allSatisfy { base[$0].isNaN }
  }
}
