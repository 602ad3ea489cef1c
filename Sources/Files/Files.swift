#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Files and folders: reading within limits, listing, making and removing.
public enum Files {
  /// What `read` accepts unless told otherwise: 1 GiB.
  public static let defaultLimit = 1 << 30

  /// The whole content of a file.
  ///
  /// Folders, pipes and devices are refused.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - limit: the most bytes it may have; it is checked before memory is taken.
  ///   - followsLinks: whether the path itself may be a symbolic link.
  public static func read(
    _ path: String, limit: Int = defaultLimit, followsLinks: Bool = true
  ) throws(FileFailure) -> [UInt8] {
    let file = try ReadableFile(path, followsLinks: followsLinks)
    guard file.byteCount <= limit else { throw .tooLarge(path, bytes: file.byteCount, limit: limit) }
    return try file.read(at: 0, count: file.byteCount)
  }

  /// The whole content of a file that is UTF-8 text.
  public static func readText(_ path: String, limit: Int = defaultLimit) throws(FileFailure) -> String {
    guard let text = String(validating: try read(path, limit: limit), as: UTF8.self) else { throw .notUTF8(path) }
    return text
  }

  /// The content of a JSON file.
  public static func readJSON(
    _ path: String, limit: Int = defaultLimit, depth: Int = 64
  ) throws(FileFailure) -> JSONValue {
    let bytes = try read(path, limit: limit)
    do {
      return try JSONValue(parsing: bytes, depth: depth)
    } catch {
      throw .json(path, error)
    }
  }

  /// What there is under a name, links followed; nil if there is nothing.
  public static func kind(of path: String) -> FileKind? {
    var status = stat()
    guard (try? Descriptor.check(path)) != nil, stat(path, &status) == 0 else { return nil }
    return FileKind(mode: status.st_mode)
  }

  /// Whether there is a file under this name.
  public static func isFile(_ path: String) -> Bool { kind(of: path) == .file }

  /// Whether there is a folder under this name.
  public static func isFolder(_ path: String) -> Bool { kind(of: path) == .folder }

  /// The length of a file in bytes.
  public static func byteCount(of path: String) throws(FileFailure) -> Int {
    try ReadableFile(path).byteCount
  }

  /// A path inside a folder.
  public static func path(_ folder: String, _ name: String) -> String {
    folder.isEmpty ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// The folder that a path is in: `.` where it names none.
  public static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last part of a path.
  public static func name(of path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) } ?? path
  }

  // MARK: Folders

  /// The names in a folder, sorted by their bytes, `.` and `..` left out.
  public static func list(_ folder: String) throws(FileFailure) -> [String] {
    try Descriptor.check(folder)
    guard let stream = opendir(folder) else {
      if errno == ENOTDIR, let found = kind(of: folder) { throw .notAFolder(folder, found: found) }
      throw .system(.list, path: folder, code: errno)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw .system(.list, path: folder, code: errno) }
        break
      }
      let (name, repaired) = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) { characters in
          (String(validatingCString: characters), String(cString: characters))
        }
      }
      guard let name else { throw .nameNotUTF8(folder: folder, name: repaired) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Makes a folder, and those around it that are missing; one that is there already is fine.
  ///
  /// - Parameter withParents: whether folders around it are made; where they must be there, a missing one is an error.
  public static func createFolder(_ path: String, withParents: Bool = true) throws(FileFailure) {
    try Descriptor.check(path)
    if systemCall({ mkdir(path, 0o777) }) == 0 { return }
    switch errno {
    case EEXIST:
      if let found = kind(of: path), found != .folder { throw .system(.create, path: path, code: ENOTDIR) }
    case ENOENT:
      let parent = folder(of: path.hasSuffix("/") ? String(path.dropLast()) : path)
      guard withParents, parent != path, parent != "." else { throw .system(.create, path: path, code: ENOENT) }
      try createFolder(parent)
      if systemCall({ mkdir(path, 0o777) }) != 0, errno != EEXIST { throw .system(.create, path: path, code: errno) }
    case let code:
      throw .system(.create, path: path, code: code)
    }
  }

  /// Returns when the names in a folder are on the disk: a new or renamed file is lasting only then.
  public static func synchronizeFolder(_ path: String) throws(FileFailure) {
    try Descriptor(path, flags: O_RDONLY, for: .open).synchronize()
  }

  // MARK: Names

  /// Gives a file or folder another name on the same disk; a file that has it already is replaced.
  public static func move(_ path: String, to newPath: String) throws(FileFailure) {
    try Descriptor.check(path)
    try Descriptor.check(newPath)
    guard systemCall({ rename(path, newPath) }) == 0 else { throw .system(.rename, path: newPath, code: errno) }
  }

  /// Removes a file, or a link; a missing one is fine.
  public static func remove(_ path: String) throws(FileFailure) {
    try Descriptor.check(path)
    guard systemCall({ unlink(path) }) == 0 || errno == ENOENT else { throw .system(.remove, path: path, code: errno) }
  }

  /// Removes a folder with everything in it; links in it are removed, not followed.
  ///
  /// A missing one is fine.
  public static func removeFolder(_ path: String) throws(FileFailure) {
    try Descriptor.check(path)
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw .system(.remove, path: path, code: errno)
    }
    guard FileKind(mode: status.st_mode) == .folder else { return try remove(path) }
    for name in try list(path) { try removeFolder(Files.path(path, name)) }
    guard systemCall({ rmdir(path) }) == 0 || errno == ENOENT else { throw .system(.remove, path: path, code: errno) }
  }

  /// A new empty folder that nobody else uses, for files that are needed for a moment.
  public static func temporaryFolder() throws(FileFailure) -> String {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array(path(base, "swiftlet-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { throw .system(.create, path: base, code: errno) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
