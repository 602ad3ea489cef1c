import Files

/// Replaces several files of a folder so that a reader finds either all old ones or all new ones, even if the process
/// is killed at any moment.
///
/// New files are written aside under staging names; the manifest that lists them is the one step that counts; then they
/// take their names. `FolderReader` looks for a listed file under both.
struct FolderWriter {
  private let folder: String
  private var manifest = Manifest()
  private var staged: [String] = []

  /// Begins a change of a folder, which is made where it is missing.
  init(_ folder: String) throws {
    self.folder = folder
    try Files.createFolder(folder)
    try AtomicFileWriter.removeAbandoned(in: folder)
    try Self.finishInterruptedChange(folder)
  }

  /// Begins a change of a folder that keeps every file its manifest lists; nil where it has no manifest.
  init?(addingTo folder: String) throws {
    try self.init(folder)
    guard let manifest = try Manifest.read(folder: folder) else { return nil }
    self.manifest = manifest
  }

  static func stagedPath(_ name: String, in folder: String) -> String { Files.path(folder, stagedPrefix + name) }

  private static let stagedPrefix = ".staged-"

  /// Writes a file aside.
  mutating func add(_ name: String, _ content: [UInt8]) throws(FileFailure) {
    do {
      try AtomicFile.write(content, to: Self.stagedPath(name, in: folder))
    } catch {
      throw error.about(Files.path(folder, name))
    }
    manifest.add(name, byteCount: content.count, hash: SHA256.digest(of: content))
    staged.append(name)
  }

  /// Writes a file aside that is too large to be held as bytes: `body` writes it to a path and returns its hash.
  mutating func add(_ name: String, _ body: (String) throws(FileFailure) -> SHA256.Digest) throws(FileFailure) {
    let path = Self.stagedPath(name, in: folder)
    let hash: SHA256.Digest
    do throws(FileFailure) {
      hash = try body(path)
    } catch {
      throw error.about(Files.path(folder, name))
    }
    manifest.add(name, byteCount: try Files.byteCount(of: path), hash: hash)
    staged.append(name)
  }

  /// Leaves a file out of the folder.
  mutating func remove(_ name: String) { manifest.remove(name) }

  /// Makes the change: the new files take the place of the old ones, and files that were listed before and are not now
  /// are removed.
  func commit() throws {
    let old = try? Manifest.read(folder: folder)
    do {
      try manifest.write(folder: folder)
    } catch {
      // If the manifest has its name already, and only the folder could not be synced, it needs the staged files.
      if (try? Manifest.read(folder: folder)) != manifest { cancel() }
      throw error
    }
    for name in staged { try Files.move(Self.stagedPath(name, in: folder), to: Files.path(folder, name)) }
    for name in old?.files.keys.sorted() ?? [] where manifest.files[name] == nil {
      try Files.remove(Files.path(folder, name))
    }
    try Files.synchronizeFolder(folder)
  }

  /// Removes what was written aside by a change that failed.
  func cancel() {
    for name in staged { try? Files.remove(Self.stagedPath(name, in: folder)) }
  }

  /// Completes a change whose manifest was written, and removes what is left of one that did not come so far.
  private static func finishInterruptedChange(_ folder: String) throws {
    let manifest = try? Manifest.read(folder: folder)
    for stagedName in try Files.list(folder) where stagedName.hasPrefix(stagedPrefix) {
      let name = String(stagedName.dropFirst(stagedPrefix.count))
      let path = Files.path(folder, stagedName)
      if let manifest, manifest.files[name] != nil, (try? manifest.check(name, at: path)) != nil {
        try Files.move(path, to: Files.path(folder, name))
      } else {
        try Files.remove(path)
      }
    }
  }
}
