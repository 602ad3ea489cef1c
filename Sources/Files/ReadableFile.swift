#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file open for reading at any position, from any thread: a regular file, nothing that waits or never ends.
public final class ReadableFile: Sendable {
  private let descriptor: Descriptor
  /// Its length when it was opened.
  public let byteCount: Int
  /// Where it is.
  public var path: String { descriptor.path }

  /// Opens a file.
  public init(_ path: String, followsLinks: Bool = true) throws(FileFailure) {
    let descriptor = try Descriptor(path, flags: followsLinks ? O_RDONLY : O_RDONLY | O_NOFOLLOW, for: .open)
    let status = try descriptor.status()
    guard status.kind == .file else { throw .notAFile(path, found: status.kind) }
    self.descriptor = descriptor
    self.byteCount = status.byteCount
  }

  /// Reads into memory until it is full; a file that ends before is an error.
  public func read(at position: Int, into memory: UnsafeMutableRawBufferPointer) throws(FileFailure) {
    guard try descriptor.read(at: position, into: memory) == memory.count else { throw .changedWhileRead(path) }
  }

  /// Reads a run of bytes, which must be there.
  public func read(at position: Int, count: Int) throws(FileFailure) -> [UInt8] {
    guard position >= 0, count >= 0, position <= byteCount, count <= byteCount - position else {
      throw .changedWhileRead(path)
    }
    var failure: FileFailure?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { memory, initializedCount in
      do throws(FileFailure) {
        try read(at: position, into: UnsafeMutableRawBufferPointer(start: memory.baseAddress, count: count))
        initializedCount = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Hands over the content in pieces of at most `pieceByteCount` bytes, in order.
  public func forEachPiece(
    of pieceByteCount: Int = 1 << 18, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(FileFailure) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(pieceByteCount, 1), alignment: 64)
    defer { memory.deallocate() }
    var position = 0
    while position < byteCount {
      let piece = UnsafeMutableRawBufferPointer(rebasing: memory[..<min(memory.count, byteCount - position)])
      try read(at: position, into: piece)
      body(UnsafeRawBufferPointer(piece))
      position += piece.count
    }
  }

  func map() throws(FileFailure) -> UnsafeRawBufferPointer {
    // A length of zero cannot be mapped.
    guard byteCount > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    guard let memory = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor.number, 0), memory != MAP_FAILED else {
      throw .system(.map, path: path, code: errno)
    }
    return UnsafeRawBufferPointer(start: memory, count: byteCount)
  }
}
