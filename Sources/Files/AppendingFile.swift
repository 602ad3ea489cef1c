#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that grows: a log.
///
/// Each piece is handed to the system at once, so that it survives the process.
public final class AppendingFile {
  private let descriptor: Descriptor
  /// How long the file is.
  public private(set) var byteCount: Int
  /// Where it is.
  public var path: String { descriptor.path }

  /// Opens a file for appending, and makes it where it is missing.
  ///
  /// - Parameter byteCount: where given, what comes after is cut off: a run that goes on from an earlier moment forgets
  ///   what it had logged later. A file that is shorter stays as it is.
  public init(_ path: String, keeping byteCount: Int? = nil) throws(FileFailure) {
    descriptor = try Descriptor(path, flags: O_WRONLY | O_CREAT | O_APPEND, for: .create)
    let status = try descriptor.status()
    guard status.kind == .file else { throw .notAFile(path, found: status.kind) }
    self.byteCount = status.byteCount
    if let byteCount, byteCount < status.byteCount {
      try descriptor.truncate(to: max(byteCount, 0))
      self.byteCount = max(byteCount, 0)
    }
  }

  /// Appends text, whole or, if there is no room, not at all.
  public func append(_ text: String) throws(FileFailure) { try append(Array(text.utf8)) }

  /// Appends bytes, all of them or, if there is no room, none.
  public func append(_ bytes: [UInt8]) throws(FileFailure) {
    do {
      try bytes.withUnsafeBufferPointer { (buffer) throws(FileFailure) in
        try descriptor.write(UnsafeRawBufferPointer(buffer))
      }
    } catch {
      // Half a line would break the reader of the next ones.
      try? descriptor.truncate(to: byteCount)
      throw error
    }
    byteCount += bytes.count
  }

  /// Returns when everything is on the disk.
  public func synchronize() throws(FileFailure) { try descriptor.synchronize() }
}
