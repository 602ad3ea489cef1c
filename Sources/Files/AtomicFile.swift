#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif
import Synchronization

/// Writes whole files so that at every moment either the old content or the new one is there, even if the process
/// is killed or the power fails.
public enum AtomicFile {
  /// Replaces or creates a file.
  public static func write(_ content: [UInt8], to path: String) throws(FileFailure) {
    let writer = try AtomicFileWriter(path)
    try writer.write(content)
    try writer.commit()
  }

  /// Replaces or creates a file with a text.
  public static func write(_ content: String, to path: String) throws(FileFailure) {
    try write(Array(content.utf8), to: path)
  }
}

/// Writes a file piece by piece, which appears under its name only with `commit()`.
///
/// The pieces go to a temporary file in the same folder; `commit()` writes it to the disk, renames it, and writes the
/// folder to the disk. A writer that is let go without having committed removes its temporary file. A writer belongs to
/// one thread.
public final class AtomicFileWriter {
  /// Where the file will be.
  public let path: String
  /// How many bytes have been written.
  public private(set) var byteCount = 0
  private let temporaryPath: String
  private var descriptor: Descriptor?
  private var buffer: [UInt8] = []
  private var hash: SHA256

  private static let temporaryPrefix = ".partial-"
  private static let bufferByteCount = 1 << 16
  private static let count = Atomic<Int>(0)

  /// Begins a file.
  public init(_ path: String) throws(FileFailure) {
    try Descriptor.check(path)
    if let found = Files.kind(of: path), found != .file { throw .notAFile(path, found: found) }
    guard Files.name(of: path).utf8.count <= Int(NAME_MAX) else {
      throw .system(.create, path: path, code: ENAMETOOLONG)
    }
    let number = Self.count.add(1, ordering: .relaxed).newValue
    let temporaryName = "\(Self.temporaryPrefix)\(getpid())-\(number)"
    self.path = path
    self.temporaryPath = Files.path(Files.folder(of: path), temporaryName)
    self.hash = SHA256()
    // Whatever has this name is what a killed process with the same number left behind.
    try? Files.remove(temporaryPath)
    do {
      self.descriptor = try Descriptor(
        temporaryPath, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, for: .create)
    } catch {
      throw error.about(path)
    }
  }

  deinit {
    if descriptor != nil { try? Files.remove(temporaryPath) }
  }

  /// Removes the temporary files that killed processes left in a folder; those of living processes stay.
  public static func removeAbandoned(in folder: String) throws(FileFailure) {
    for name in try Files.list(folder) where name.hasPrefix(temporaryPrefix) {
      guard let process = name.dropFirst(temporaryPrefix.count).split(separator: "-").first.flatMap({ pid_t($0) }),
        process > 0, kill(process, 0) != 0, errno == ESRCH
      else { continue }
      try Files.remove(Files.path(folder, name))
    }
  }

  /// Appends bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileFailure) {
    byteCount += bytes.count
    hash.update(bytes)
    if buffer.count + bytes.count > Self.bufferByteCount { try flush() }
    if bytes.count >= Self.bufferByteCount {
      try writeNow(bytes)
    } else {
      buffer.append(contentsOf: bytes)
    }
  }

  /// Appends bytes.
  public func write(_ bytes: [UInt8]) throws(FileFailure) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(FileFailure) in try write(UnsafeRawBufferPointer(buffer)) }
  }

  /// Appends text.
  public func write(_ text: String) throws(FileFailure) { try write(Array(text.utf8)) }

  /// Makes the file appear under its name, lastingly.
  ///
  /// Returns its SHA-256.
  @discardableResult
  public func commit() throws(FileFailure) -> SHA256.Digest {
    try flush()
    guard let descriptor else { throw .system(.write, path: path, code: EBADF) }
    do {
      try descriptor.synchronize()
      try Files.move(temporaryPath, to: path)
    } catch {
      throw error.about(path)
    }
    self.descriptor = nil
    try Files.synchronizeFolder(Files.folder(of: path))
    return hash.finalized()
  }

  private func flush() throws(FileFailure) {
    try buffer.withUnsafeBufferPointer { (bytes) throws(FileFailure) in try writeNow(UnsafeRawBufferPointer(bytes)) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func writeNow(_ bytes: UnsafeRawBufferPointer) throws(FileFailure) {
    guard let descriptor else { throw .system(.write, path: path, code: EBADF) }
    do {
      try descriptor.write(bytes)
    } catch {
      throw error.about(path)
    }
  }
}

extension FileFailure {
  /// The same trouble under the name that the user knows, not that of a temporary file.
  ///
  /// What is looked for while something is written, and is not there, is no missing input.
  package func about(_ path: String) -> FileFailure {
    guard case .system(let operation, _, let code) = self else { return self }
    switch operation {
    case .open, .list, .inspect, .read: return .system(.write, path: path, code: code)
    default: return .system(operation, path: path, code: code)
    }
  }
}
