import Files

/// A file that joins a model's or an adapter's folder after its weights, and is listed in its manifest with
/// them: new weights take it away again.
public struct FolderCompanion: Sendable {
  /// The name of the file.
  public let name: String

  /// A file of this name.
  public init(_ name: String) { self.name = name }

  /// Writes it, whole or not at all; beside somebody else's model, which has no manifest, it stands alone.
  public func write(_ content: JSONValue, to folder: String) throws {
    let bytes = content.bytes(pretty: true)
    try write(to: folder) { path throws(FileFailure) in
      try AtomicFile.write(bytes, to: path)
      return SHA256.digest(of: bytes)
    }
  }

  /// The same of any content: `body` writes it to a path, and returns its hash.
  public func write(to folder: String, _ body: (String) throws(FileFailure) -> SHA256.Digest) throws {
    guard var writer = try FolderWriter(addingTo: folder) else {
      _ = try body(Files.path(folder, name))
      return
    }
    do {
      try writer.add(name, body)
    } catch {
      writer.cancel()
      throw error
    }
    try writer.commit()
  }

  /// Removes it, if it is there.
  public func remove(from folder: String) throws {
    guard Files.kind(of: Files.path(folder, name)) != nil else { return }
    guard var writer = try FolderWriter(addingTo: folder) else { return try Files.remove(Files.path(folder, name)) }
    writer.remove(name)
    try writer.commit()
  }

  /// Reads it, after it was found to be the one that was written; nil where there is none.
  public func read(from folder: String) throws -> JSONValue? {
    try path(in: folder).map { try Files.readJSON($0, limit: ModelFile.largestText) }
  }

  /// Where it is, after it was found to be the one that was written; nil where there is none.
  public func path(in folder: String) throws -> String? { try FolderReader(folder).resolve(name) }

  /// The SHA-256 of a folder's weights, or of its adapter's, by which a companion knows whose it is; nil where they are
  /// not in a single file.
  public static func weightsHash(of folder: String) throws -> String? {
    let manifest = try Manifest.read(folder: folder)
    for name in [WeightFiles.singleName, AdapterFolder.weightsName] {
      // Whoever reads the weights compares them with the manifest.
      if let entry = manifest?.files[name] { return entry.hash }
      let path = Files.path(folder, name)
      if Files.isFile(path) { return try SHA256.digest(ofFile: path).description }
    }
    return nil
  }
}
