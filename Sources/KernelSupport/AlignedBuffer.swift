/// Memory for numbers that begins at a multiple of 64 bytes, a cache line and the widest vector.
///
/// Kernels lose half of their speed and more where a vector straddles two lines; Swift's own allocation
/// promises 16 bytes only.
public final class AlignedBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  /// The first element.
  public let pointer: UnsafeMutablePointer<Element>
  /// How many elements there are.
  public let count: Int

  /// Allocates `count` elements whose bytes are all zero.
  public init(zeros count: Int) {
    let bytes = max(count * MemoryLayout<Element>.stride, 64)
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    self.pointer = raw.bindMemory(to: Element.self, capacity: count)
    self.count = count
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }
}
