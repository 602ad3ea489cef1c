import Files

/// The list of a folder's files with their lengths and hashes, written last: a folder is whole when what it lists is
/// there.
///
/// It carries a hash of itself, so that no change of it goes unnoticed either.
public struct Manifest: Sendable, Equatable {
  /// One file.
  public struct Entry: Sendable, Equatable {
    /// Its length.
    public var byteCount: Int
    /// Its hash, as 64 hexadecimal digits.
    public var hash: String
  }

  /// The files by their names.
  public private(set) var files: [String: Entry] = [:]
  /// What else is to be remembered about the folder.
  public var notes: JSONObject

  static let fileName = "manifest.json"
  private static let formatVersion = 1
  private static let hashKey = "manifest_sha256"
  private static let largestByteCount = 16 << 20

  /// A list without files.
  public init(notes: JSONObject = [:]) { self.notes = notes }

  /// Lists a file.
  public mutating func add(_ name: String, byteCount: Int, hash: SHA256.Digest) {
    files[name] = Entry(byteCount: byteCount, hash: hash.description)
  }

  /// Lists a file no more.
  mutating func remove(_ name: String) { files[name] = nil }

  /// Lists a file that is in a folder.
  public mutating func add(_ name: String, in folder: String) throws(FileFailure) {
    let path = Files.path(folder, name)
    add(name, byteCount: try Files.byteCount(of: path), hash: try SHA256.digest(ofFile: path))
  }

  // MARK: Checking

  /// Compares a file with its entry.
  ///
  /// Throws a `CheckpointFailure` that says what is wrong, or a `FileFailure`.
  func check(_ name: String, at path: String) throws {
    guard let entry = files[name] else { return }
    guard Files.kind(of: path) != nil else { throw CheckpointFailure.fileMissing(path: path) }
    let byteCount = try Files.byteCount(of: path)
    guard byteCount == entry.byteCount else {
      throw CheckpointFailure.fileDamaged(
        path: path, reason: "it has \(byteCount) bytes, and the manifest says \(entry.byteCount)")
    }
    guard try SHA256.digest(ofFile: path).description == entry.hash else {
      throw CheckpointFailure.fileDamaged(path: path, reason: "its SHA-256 is not the one in the manifest")
    }
  }

  // MARK: Reading and writing

  /// Reads the manifest of a folder; nil where it has none.
  static func read(folder: String) throws -> Manifest? {
    let path = Files.path(folder, fileName)
    guard Files.kind(of: path) != nil else { return nil }
    let bytes = try Files.read(path, limit: largestByteCount)
    func refuse(_ reason: String) -> CheckpointFailure { .manifestDamaged(path: path, reason: reason) }
    let json: JSONValue
    do throws(JSONFailure) {
      json = try JSONValue(parsing: bytes)
    } catch {
      throw refuse("it is not JSON, \(error)")
    }
    guard json.bytes(pretty: true) == bytes else { throw refuse("it is not as it was written") }
    guard var object = json.object, let hash = object[hashKey]?.string else {
      throw refuse("it does not carry its own hash")
    }
    object[hashKey] = nil
    guard SHA256.digest(of: JSONValue.object(object).bytes()).description == hash else {
      throw refuse("it does not have the hash that it carries")
    }
    guard object["version"]?.int == formatVersion else {
      throw refuse("it is of another version than \(formatVersion), so a newer program wrote it")
    }
    guard let files = object["files"]?.object, let notes = object["notes"]?.object else {
      throw refuse("it should have \"files\" and \"notes\"")
    }
    var manifest = Manifest(notes: notes)
    for (name, entry) in files {
      guard let byteCount = entry["bytes"]?.int, let hash = entry["sha256"]?.string else {
        throw refuse("the entry of \(name.quotedForMessage) should have \"bytes\" and \"sha256\"")
      }
      manifest.files[name] = Entry(byteCount: byteCount, hash: hash)
    }
    return manifest
  }

  /// Writes the manifest of a folder; the folder counts as whole from then on.
  func write(folder: String) throws(FileFailure) {
    var entries = JSONObject()
    for (name, entry) in files.sorted(by: { $0.key < $1.key }) {
      entries[name] = ["bytes": .integer(entry.byteCount), "sha256": .string(entry.hash)]
    }
    var object: JSONObject = [
      "version": .integer(Self.formatVersion), "files": .object(entries), "notes": .object(notes),
    ]
    object[Self.hashKey] = .string(SHA256.digest(of: JSONValue.object(object).bytes()).description)
    try AtomicFile.write(JSONValue.object(object).bytes(pretty: true), to: Files.path(folder, Self.fileName))
  }
}
