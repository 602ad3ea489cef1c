#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An open file, closed when nobody holds it any more.
///
/// Each failure is a `FileFailure` with the path in it.
final class Descriptor: Sendable {
  let number: Int32
  let path: String

  /// Opens a file.
  ///
  /// Never waits (a pipe without a writer would), and never passes the file on to a child process.
  init(_ path: String, flags: Int32, mode: mode_t = 0o666, for operation: FileFailure.Operation) throws(FileFailure) {
    try Self.check(path)
    // Reading changes nothing, so it is no business of the faults that tests make.
    let opened = { open(path, flags | O_CLOEXEC | O_NONBLOCK, mode) }
    let number = flags & O_ACCMODE == O_RDONLY ? opened() : systemCall(opened)
    guard number >= 0 else {
      if flags & O_NOFOLLOW != 0, errno == ELOOP { throw .isALink(path) }
      throw .system(operation, path: path, code: errno)
    }
    self.number = number
    self.path = path
  }

  deinit { _ = close(number) }

  /// Refuses what would be cut short or mean nothing as a C string.
  static func check(_ path: String) throws(FileFailure) {
    guard !path.isEmpty, !path.utf8.contains(0) else { throw .invalidPath(path) }
  }

  /// What is open, and how long it is.
  func status() throws(FileFailure) -> (kind: FileKind, byteCount: Int) {
    var status = stat()
    guard fstat(number, &status) == 0 else { throw .system(.inspect, path: path, code: errno) }
    return (FileKind(mode: status.st_mode), Int(status.st_size))
  }

  /// Reads at a position until the memory is full or the file ends; returns how much was read.
  func read(at position: Int, into memory: UnsafeMutableRawBufferPointer) throws(FileFailure) -> Int {
    guard let base = memory.baseAddress else { return 0 }
    var done = 0
    while done < memory.count {
      let count = pread(number, base + done, min(memory.count - done, 1 << 30), off_t(position + done))
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw .system(.read, path: path, code: errno)
      }
      done += count
    }
    return done
  }

  /// Writes all of it at the current position.
  func write(_ memory: UnsafeRawBufferPointer) throws(FileFailure) {
    guard let base = memory.baseAddress else { return }
    var done = 0
    while done < memory.count {
      let count = systemCall { Self.write(number, base + done, min(memory.count - done, 1 << 30)) }
      guard count >= 0 else { throw .system(.write, path: path, code: errno) }
      // A file never accepts nothing; a loop without end would be worse than an error.
      if count == 0 { throw .system(.write, path: path, code: ENOSPC) }
      done += count
    }
  }

  /// Returns when the content is on the disk.
  func synchronize() throws(FileFailure) {
    guard systemCall({ fsync(number) }) == 0 else { throw .system(.synchronize, path: path, code: errno) }
  }

  /// Cuts the file off.
  func truncate(to byteCount: Int) throws(FileFailure) {
    guard systemCall({ ftruncate(number, off_t(byteCount)) }) == 0 else {
      throw .system(.truncate, path: path, code: errno)
    }
  }

  /// Without this, a limit on file sizes would end the process by a signal instead of failing the write.
  private static let ignoresFileSizeSignal: Bool = {
    signal(SIGXFSZ, SIG_IGN)
    return true
  }()

  private static func write(_ number: Int32, _ memory: UnsafeRawPointer, _ count: Int) -> Int {
    _ = ignoresFileSizeSignal
    #if canImport(Glibc)
      return Glibc.write(number, memory, count)
    #elseif canImport(Musl)
      return Musl.write(number, memory, count)
    #else
      return Darwin.write(number, memory, count)
    #endif
  }
}

extension FileKind {
  init(mode: mode_t) {
    switch mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = .folder
    case S_IFLNK: self = .link
    case S_IFIFO: self = .pipe
    case S_IFCHR, S_IFBLK: self = .device
    case S_IFSOCK: self = .socket
    default: self = .other
    }
  }
}
