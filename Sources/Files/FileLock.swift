#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Keeps a second process out of a folder, as long as this object is held; the system lets go of it when the process
/// ends, however it ends.
public final class FileLock: Sendable {
  private let descriptor: Descriptor

  /// Takes the lock, or fails at once with the number of the process that has it.
  ///
  /// - Parameter path: a file that is made where it is missing, and stays: removing it would let two processes hold a
  ///   lock each.
  public init(_ path: String) throws(FileFailure) {
    descriptor = try Descriptor(path, flags: O_RDWR | O_CREAT | O_NOFOLLOW, for: .lock)
    let status = try descriptor.status()
    guard status.kind == .file else { throw .notAFile(path, found: status.kind) }
    while flock(descriptor.number, LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      guard errno == EWOULDBLOCK else { throw .system(.lock, path: path, code: errno) }
      let owner = (try? Files.read(path, limit: 64)).map { String(decoding: $0, as: UTF8.self) } ?? ""
      let number = owner.prefix { $0.isASCII && $0.isNumber }
      throw .locked(path, by: number.isEmpty ? "another process" : "process \(number)")
    }
    // Only for the message above; the lock is good without it, on a full disk, too.
    try? descriptor.truncate(to: 0)
    try? Array("\(getpid())\n".utf8).withUnsafeBytes { try descriptor.write($0) }
  }
}
