#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What went wrong with a file or a folder.
public enum FileFailure: Failure, Hashable {
  /// What was being done.
  public enum Operation: String, Sendable, Hashable {
    case open, read, write, create, synchronize, rename, remove, list, lock, map, truncate, inspect
  }

  /// A path that no file can have: empty, or with a NUL in it.
  case invalidPath(String)
  /// There is something else where a file should be: a folder, a pipe, a device.
  case notAFile(String, found: FileKind)
  /// There is something else where a folder should be.
  case notAFolder(String, found: FileKind)
  /// A symbolic link where none is followed.
  case isALink(String)
  /// The file is larger than the reader allows.
  case tooLarge(String, bytes: Int, limit: Int)
  /// The file had another length when it was opened than when it was read.
  case changedWhileRead(String)
  /// Another process works in this folder.
  case locked(String, by: String)
  /// The name of something in a folder is not valid UTF-8.
  case nameNotUTF8(folder: String, name: String)
  /// The system refused; the number is `errno`'s.
  case system(Operation, path: String, code: Int32)
  /// The file should be JSON.
  case json(String, JSONFailure)
  /// The file should be UTF-8 text.
  case notUTF8(String)

  /// The file that it is about.
  public var path: String {
    switch self {
    case .invalidPath(let path), .notAFile(let path, _), .notAFolder(let path, _), .isALink(let path),
      .tooLarge(let path, _, _), .changedWhileRead(let path), .locked(let path, _), .nameNotUTF8(let path, _),
      .system(_, let path, _), .json(let path, _), .notUTF8(let path):
      path
    }
  }

  /// What kind of trouble it is: reading from nothing, writing to nowhere, or bad content.
  public var kind: FailureKind {
    switch self {
    case .invalidPath: .usage
    case .notAFile, .notAFolder, .isALink, .nameNotUTF8: .noInput
    case .tooLarge, .json, .notUTF8: .badData
    case .changedWhileRead: .inputOutput
    case .locked: .cannotCreate
    case .system(let operation, _, let code):
      switch operation {
      case .open, .list, .inspect: code == EIO ? .inputOutput : .noInput
      case .create, .lock: Self.isExhaustion(code) ? .inputOutput : .cannotCreate
      case .read, .write, .synchronize, .rename, .remove, .map, .truncate: .inputOutput
      }
    }
  }

  /// One sentence with the path, the reason and, where there is something to be done, what.
  public var description: String {
    switch self {
    case .invalidPath(let path):
      path.isEmpty
        ? "An empty path names no file." : "The path \(path.quotedForMessage) has a NUL in it, so it names no file."
    case .notAFile(let path, let found): "\(path.quotedForMessage) is \(found.rawValue), not a file."
    case .notAFolder(let path, let found): "\(path.quotedForMessage) is \(found.rawValue), not a folder."
    case .isALink(let path): "\(path.quotedForMessage) is a symbolic link, which is not followed here."
    case .tooLarge(let path, let bytes, let limit):
      "\(path.quotedForMessage) is \(bytes) bytes long; at most \(limit) are read."
    case .changedWhileRead(let path):
      "\(path.quotedForMessage) became shorter while it was read; wait until no other program writes it."
    case .locked(let path, let owner):
      "\(path.quotedForMessage) is in use by \(owner); wait until it has ended, or choose another folder."
    case .nameNotUTF8(let folder, let name):
      "In \(folder.quotedForMessage) there is a name that is not valid UTF-8, \(name.quotedForMessage); rename it."
    case .system(let operation, let path, let code):
      "Cannot \(operation.rawValue) \(path.quotedForMessage): \(Self.reason(code))."
    case .json(let path, let failure): "\(path.quotedForMessage) is not valid JSON: \(failure)"
    case .notUTF8(let path): "\(path.quotedForMessage) is not valid UTF-8."
    }
  }

  /// Whether the system had no room left, rather than refused.
  private static func isExhaustion(_ code: Int32) -> Bool {
    [ENOSPC, EDQUOT, EFBIG, EIO, EMFILE, ENFILE].contains(code)
  }

  private static func reason(_ code: Int32) -> String {
    switch code {
    case ENOENT: "there is no such file or folder"
    case EACCES, EPERM: "permission is denied"
    case ENOSPC: "the disk is full; free some space and try again"
    case EDQUOT: "the disk quota is used up; free some space and try again"
    case EFBIG: "the file would be larger than the limit on file sizes (see `ulimit -f`)"
    case EROFS: "the file system is read-only"
    case EMFILE, ENFILE: "too many files are open (see `ulimit -n`)"
    case ENAMETOOLONG: "the name is too long"
    case ENOTDIR: "a part of the path is not a folder"
    case EISDIR: "it is a folder"
    case EEXIST: "it is already there"
    case ENOTEMPTY: "the folder is not empty"
    case ELOOP: "there are too many symbolic links in the path"
    default: String(cString: strerror(code)) + " (error \(code))"
    }
  }
}

/// What can be found under a name.
public enum FileKind: String, Sendable, Hashable {
  case file = "a file"
  case folder = "a folder"
  case link = "a symbolic link"
  case pipe = "a pipe"
  case device = "a device"
  case socket = "a socket"
  case other = "of an unknown kind"
}
