import Files

/// A small JSON file that joins a model's or an adapter's folder after its weights, and is listed in its manifest with
/// them: new weights take it away again.
public struct FolderCompanion: Sendable {
  /// The name of the file.
  public let name: String

  /// A file of this name.
  public init(_ name: String) { self.name = name }

  /// Writes it, whole or not at all; beside somebody else's model, which has no manifest, it stands alone.
  public func write(_ content: JSONValue, to folder: String) throws {
    guard var writer = try FolderWriter(addingTo: folder) else {
      return try AtomicFile.write(content.bytes(pretty: true), to: Files.path(folder, name))
    }
    do {
      try writer.add(name, content.bytes(pretty: true))
    } catch {
      writer.cancel()
      throw error
    }
    try writer.commit()
  }

  /// Reads it, after it was found to be the one that was written; nil where there is none.
  public func read(from folder: String) throws -> JSONValue? {
    try FolderReader(folder).resolve(name).map { try Files.readJSON($0, limit: ModelFile.largestText) }
  }
}
