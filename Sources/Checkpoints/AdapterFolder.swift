import Files
import Tensors
import Tokenization
import Transformers

/// A LoRA adapter in PEFT's layout: `adapter_config.json` says which model it belongs to, `adapter_model.safetensors`
/// holds A and B of each layer, and whatever was trained whole.
///
/// Beside them, `config.json` keeps the names of the labels, for which PEFT has no place; adapters of others do without.
public struct AdapterFolder: Sendable {
  static let configurationName = "adapter_config.json"
  static let weightsName = "adapter_model.safetensors"

  /// Where it is.
  public let path: String
  /// The model it belongs to, as its file names it.
  public let baseName: String?
  let settings: AdapterConfiguration
  /// The configuration of the adapted model, if the folder has it.
  let configuration: TransformerConfiguration?
  private let file: SafetensorsFile

  /// Whether a folder holds an adapter instead of a model.
  public static func isAdapter(_ path: String) -> Bool {
    Files.isFile(Files.path(path, configurationName)) && Files.kind(of: Files.path(path, "model.safetensors")) == nil
  }

  /// Opens an adapter.
  ///
  /// Throws a `CheckpointFailure` where it is none, or does what cannot be done here.
  public init(reading path: String) throws {
    let reader = try FolderReader(path)
    guard let configurationPath = try reader.resolve(Self.configurationName) else {
      throw CheckpointFailure.adapter(path: path, reason: "it has no \(Self.configurationName)")
    }
    guard let weightsPath = try reader.resolve(Self.weightsName) else {
      throw CheckpointFailure.adapter(path: path, reason: "it has no \(Self.weightsName)")
    }
    let json = try Files.readJSON(configurationPath, limit: ModelFile.largestText)
    settings = try AdapterConfiguration(json: json, path: configurationPath)
    baseName = settings.baseName
    file = try SafetensorsFile(weightsPath)
    configuration = try reader.resolve(ModelFile.configuration).map { configurationPath in
      do throws(ConfigurationFailure) {
        return try TransformerConfiguration(
          json: try Self.json(configurationPath))
      } catch {
        throw CheckpointFailure.configuration(path: configurationPath, error)
      }
    }
    self.path = path
  }

  private static func json(_ path: String) throws(ConfigurationFailure) -> JSONValue {
    do {
      return try Files.readJSON(path, limit: ModelFile.largestText)
    } catch {
      throw .notAnObject(found: "not readable: \(error)")
    }
  }

  /// The folder of the model that it belongs to.
  ///
  /// A path that is not from the root is looked for from where the program runs, and from the adapter's own folder.
  public func baseFolder() throws(CheckpointFailure) -> String {
    let name = baseName ?? ""
    for candidate in [name, Files.path(path, name)] where !name.isEmpty && Files.isFolder(candidate) {
      return candidate
    }
    throw .adapterBase(path: path, name: name)
  }

  /// The adapted model: the base with alpha / r · B · A added to its matrices, and the saved modules in their places.
  /// - Parameters:
  ///   - base: The folder of the base, where it is not the one that the adapter names.
  ///   - change: As for `ModelFolder`.
  ///   - missingHead: What to do about a head that neither base nor adapter has.
  func model(
    base: String?, changing change: (TransformerConfiguration) -> TransformerConfiguration,
    missingHead: WeightLoader.MissingHead
  ) throws -> ModelFolder {
    let basePath = try base ?? baseFolder()
    guard !Self.isAdapter(basePath) else {
      throw CheckpointFailure.adapter(path: path, reason: "its base \(basePath.quotedForMessage) is an adapter, too")
    }
    let found = try configuration ?? Self.withLabels(of: file, ModelFolder.configuration(ofFolder: basePath))
    var randomness = Randomness(seed: 0)
    if case .initialized(let given) = missingHead { randomness = given }
    var folder = try ModelFolder(
      reading: basePath, changing: { _ in change(found) }, missingHead: .initialized(randomness))
    let filled = try apply(to: folder.weights, family: found.family, acceptsOtherHead: missingHead)
    // What was stored are the numbers without the adapter.
    folder.stored = nil
    folder.report.initialized.removeAll { filled.contains($0) }
    if case .refused = missingHead, let missing = folder.report.initialized.first {
      let shape = folder.weights.layout.storedTensors.first { $0.name == missing }?.shape ?? []
      throw CheckpointFailure.missingTensor(missing, shape: shape, path: file.path)
    }
    return folder
  }

  /// The base's configuration with as many labels as the saved head has, if there is one.
  private static func withLabels(
    of file: SafetensorsFile, _ base: TransformerConfiguration
  ) throws -> TransformerConfiguration {
    let heads = ["score.weight", "classifier.weight", "classifier.out_proj.weight"]
    guard
      let tensor = heads.lazy.compactMap({ file.tensor(named: LowRankAdapter.namePrefix + $0) }).first,
      let count = tensor.shape.first, tensor.shape.count == 2, count != base.labels.count
    else { return base }
    return base.classifying(sequencesInto: (0..<count).map { "LABEL_\($0)" })
  }

  /// Adds everything to a model's weights; returns the names of the tensors that were replaced whole.
  private func apply(
    to weights: ParameterBuffer, family: TransformerConfiguration.Family, acceptsOtherHead: WeightLoader.MissingHead
  ) throws -> Set<String> {
    let names = TensorNames(family)
    var places: [ExactString: StoredTensor] = [:]
    for stored in weights.layout.storedTensors { places[ExactString(names.canonical(stored.name))] = stored }
    var filled: Set<String> = []
    for tensor in file.header.tensors {
      guard tensor.name.hasPrefix(LowRankAdapter.namePrefix) else { throw refused(tensor) }
      let name = String(tensor.name.dropFirst(LowRankAdapter.namePrefix.count))
      if name.hasSuffix(Self.suffixOfB) { continue }
      if name.hasSuffix(Self.suffixOfA) {
        let module = String(name.dropLast(Self.suffixOfA.count))
        guard let place = places[ExactString(names.canonical(module + ".weight"))] else { throw refused(tensor) }
        try add(tensor, module, to: place, in: weights)
      } else if let place = places[ExactString(names.canonical(name))], place.shape == tensor.shape {
        try file.read(tensor, as: place, into: weights)
        filled.insert(place.name)
      } else if case .initialized = acceptsOtherHead, names.isOfHead(names.canonical(name)) {
        continue
      } else {
        throw refused(tensor)
      }
    }
    return filled
  }

  private static let suffixOfA = ".lora_A.weight", suffixOfB = ".lora_B.weight"

  private func refused(_ tensor: SafetensorsHeader.Tensor) -> CheckpointFailure {
    .unexpectedTensor(tensor.name, shape: tensor.shape, path: file.path)
  }

  /// W += alpha / r · B · A for one layer.
  private func add(
    _ tensorOfA: SafetensorsHeader.Tensor, _ module: String, to place: StoredTensor, in weights: ParameterBuffer
  ) throws {
    let nameOfB = LowRankAdapter.namePrefix + module + Self.suffixOfB
    let target = place.view(in: weights)
    guard let tensorOfB = file.tensor(named: nameOfB), let rank = tensorOfA.shape.first, rank > 0 else {
      throw CheckpointFailure.missingTensor(nameOfB, shape: [target.rows, tensorOfA.shape.first ?? 0], path: file.path)
    }
    guard tensorOfA.shape == [rank, target.columns] else {
      throw CheckpointFailure.wrongShape(
        tensor: tensorOfA.name, expected: [rank, target.columns], found: tensorOfA.shape, path: file.path)
    }
    guard tensorOfB.shape == [target.rows, rank] else {
      throw CheckpointFailure.wrongShape(
        tensor: tensorOfB.name, expected: [target.rows, rank], found: tensorOfB.shape, path: file.path)
    }
    let (a, b) = (try file.floats(of: tensorOfA), try file.floats(of: tensorOfB))
    guard a.allSatisfy(\.isFinite), b.allSatisfy(\.isFinite) else {
      throw CheckpointFailure.notFinite(tensor: tensorOfA.name, path: file.path)
    }
    let scale = settings.scale(rank: rank)
    for row in 0..<target.rows {
      for column in 0..<target.columns {
        var sum = 0.0
        for index in 0..<rank { sum += Double(b[row * rank + index]) * Double(a[index * target.columns + column]) }
        target.pointer[row * target.stride + column] += Float(scale * sum)
      }
    }
  }
}
