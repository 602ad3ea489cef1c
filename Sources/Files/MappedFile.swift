#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file as memory that is only read, page by page when it is touched: for files larger than memory.
///
/// Nobody may shorten the file meanwhile, or touching what is gone ends the process; so this is for files of our own,
/// which are replaced by renaming and never rewritten in place.
public final class MappedFile: @unchecked Sendable {
  /// The content; valid as long as this object is held.
  public let bytes: UnsafeRawBufferPointer
  /// Where the file is.
  public let path: String

  /// Maps a file.
  public init(_ path: String) throws(FileFailure) {
    self.bytes = try ReadableFile(path).map()
    self.path = path
  }

  deinit {
    if let memory = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: memory), bytes.count) }
  }
}
