#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

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
    let raw = LargePages.allocate(bytes: bytes)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    self.pointer = raw.bindMemory(to: Element.self, capacity: count)
    self.count = count
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }
}

/// Memory in pages of 2 MB, where the system has such and the memory is large.
///
/// A product reads and writes many places at once, each in a page of its own: with pages of 4 KB the processor would
/// look their addresses up again and again.
enum LargePages {
  private static let size = 2 << 20

  /// At least so many bytes, at a multiple of 64.
  static func allocate(bytes: Int) -> UnsafeMutableRawPointer {
    guard bytes >= 2 * size else { return .allocate(byteCount: bytes, alignment: 64) }
    let pointer = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: size)
    #if os(Linux)
      // Where the system refuses, pages stay small.
      _ = madvise(pointer, bytes, MADV_HUGEPAGE)
    #endif
    return pointer
  }
}
