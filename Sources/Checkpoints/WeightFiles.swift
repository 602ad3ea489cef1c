import Files

/// The weights of a model folder: one safetensors file, or several with a list of which tensor is where.
public struct WeightFiles: Sendable {
  /// The files.
  public let files: [SafetensorsFile]

  static let singleName = "model.safetensors"
  static let indexName = "model.safetensors.index.json"
  private static let largestIndex = 64 << 20

  /// One file.
  public init(file: SafetensorsFile) { files = [file] }

  /// Opens the weights of a folder.
  ///
  /// - Parameters:
  ///   - folder: what the paths are in.
  ///   - resolve: the path under which a file of the folder is found, after it has been checked; nil where there is no
  ///     such file.
  public init(folder: String, resolve: (String) throws -> String?) throws {
    if let path = try resolve(Self.singleName) {
      files = [try SafetensorsFile(path)]
    } else if let path = try resolve(Self.indexName) {
      files = try Self.shards(index: path, resolve: resolve)
    } else {
      throw CheckpointFailure.noWeights(folder: folder)
    }
  }

  /// Opens the weights of a folder.
  public init(folder: String) throws {
    try self.init(folder: folder) { name in
      let path = Files.path(folder, name)
      return Files.kind(of: path) == nil ? nil : path
    }
  }

  /// Every tensor with the file that it is in.
  public var tensors: [(tensor: SafetensorsHeader.Tensor, file: SafetensorsFile)] {
    files.flatMap { file in file.header.tensors.map { ($0, file) } }
  }

  /// Opens the files that an index lists; each must hold exactly the tensors that the index puts there.
  private static func shards(index path: String, resolve: (String) throws -> String?) throws -> [SafetensorsFile] {
    func refuse(_ reason: String) -> CheckpointFailure { .shardIndex(path: path, reason: reason) }
    let index = try Files.readJSON(path, limit: largestIndex)
    guard let map = index["weight_map"]?.object, !map.isEmpty else {
      throw refuse("it should be an object with a \"weight_map\" from tensors to files")
    }
    var expected: [ExactString: Set<ExactString>] = [:]
    for (tensor, value) in map {
      guard let file = value.string else { throw refuse("the file of \(tensor.quotedForMessage) should be a string") }
      guard file.hasSuffix(".safetensors"), !file.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == 0 }) else {
        throw refuse("\(file.quotedForMessage) is not the plain name of a safetensors file")
      }
      expected[ExactString(file), default: []].insert(ExactString(tensor))
    }
    var files: [SafetensorsFile] = []
    for (name, tensors) in expected.sorted(by: { $0.key.string.utf8.lexicographicallyPrecedes($1.key.string.utf8) }) {
      guard let path = try resolve(name.string) else {
        throw refuse("there is no file \(name.string.quotedForMessage) beside it")
      }
      let file = try SafetensorsFile(path)
      let found = Set(file.header.tensors.map { ExactString($0.name) })
      if let missing = tensors.subtracting(found).map(\.string).min() {
        throw refuse("\(name.string.quotedForMessage) has no tensor \(missing.quotedForMessage)")
      }
      if let extra = found.subtracting(tensors).map(\.string).min() {
        throw refuse("\(name.string.quotedForMessage) has the tensor \(extra.quotedForMessage), which is not listed")
      }
      files.append(file)
    }
    return files
  }
}
