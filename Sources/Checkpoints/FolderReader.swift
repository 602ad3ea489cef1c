import Files

/// A model folder, read with its manifest: every file that is asked for is compared with its hash first.
///
/// A folder without a manifest is somebody else's, and is read as it stands.
struct FolderReader {
  let folder: String
  private let manifest: Manifest?

  /// Opens a folder.
  init(_ folder: String) throws {
    guard let kind = Files.kind(of: folder) else { throw FileFailure.missing(folder) }
    guard kind == .folder else { throw FileFailure.notAFolder(folder, found: kind) }
    self.folder = folder
    manifest = try Manifest.read(folder: folder)
  }

  /// The path of a file, after it was found to be the one that was written; nil where there is none.
  func resolve(_ name: String) throws -> String? {
    let path = Files.path(folder, name)
    guard let manifest, manifest.files[name] != nil else { return Files.kind(of: path) == nil ? nil : path }
    do {
      try manifest.check(name, at: path)
      return path
    } catch {
      // The manifest is written before the files take their names: a writer that was killed between the two has
      // left the new ones under their staging names.
      let staged = FolderWriter.stagedPath(name, in: folder)
      guard Files.isFile(staged), (try? manifest.check(name, at: staged)) != nil else { throw error }
      return staged
    }
  }
}

extension FileFailure {
  /// There is nothing under a name: the system's own words for it.
  static func missing(_ path: String) -> FileFailure {
    do throws(FileFailure) {
      _ = try Files.list(path)
    } catch {
      return error
    }
    return .invalidPath(path)
  }
}
