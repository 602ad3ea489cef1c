import Files
import Transformers

/// Why a model folder or a checkpoint cannot be used.
public enum CheckpointFailure: Failure {
  // MARK: Weights

  /// A weights file is not sound.
  case safetensors(path: String, SafetensorsFailure)
  /// The list of a model's weights files is not as it should be.
  case shardIndex(path: String, reason: String)
  /// The folder has no weights that can be read.
  case noWeights(folder: String)
  /// The model needs a tensor that the file has not.
  case missingTensor(String, shape: [Int], path: String)
  /// The file has a tensor that the model has no place for.
  case unexpectedTensor(String, shape: [Int], path: String)
  /// The file has a tensor under two names that mean the same.
  case ambiguousTensor(String, other: String, path: String)
  /// A tensor has another shape than the configuration says.
  case wrongShape(tensor: String, expected: [Int], found: [Int], path: String)
  /// A tensor has numbers that are infinite, or none.
  case notFinite(tensor: String, path: String)
  /// Two tensors that the configuration declares to be one have different numbers.
  case tiedTensorDiffers(String, from: String, path: String)

  // MARK: The folder

  /// There is no `config.json`.
  case noConfiguration(folder: String)
  /// `config.json` is refused.
  case configuration(path: String, ConfigurationFailure)
  /// Another file of the folder has not the content that it should have.
  case content(path: String, reason: String)
  /// The tokenizer has identifiers that the model does not know.
  case tokenizerTooLarge(path: String, pieces: Int, vocabulary: Int)
  /// The tokenizer is not the one that the model was trained with.
  case tokenizerMismatch(path: String)
  /// A folder is not an adapter that can be used.
  case adapter(path: String, reason: String)
  /// The model that an adapter belongs to is not where its file says.
  case adapterBase(path: String, name: String)

  // MARK: Integrity

  /// The list of files with their hashes is itself damaged.
  case manifestDamaged(path: String, reason: String)
  /// A file is missing that the manifest lists.
  case fileMissing(path: String)
  /// A file is not the one that the manifest lists.
  case fileDamaged(path: String, reason: String)
  /// No checkpoint of a run is whole.
  case noWholeCheckpoint(folder: String, passedOver: [String])
  /// The checkpoint lacks something that the run needs.
  case checkpointLacks(String, path: String)

  /// Bad data, except where there is nothing.
  public var kind: FailureKind {
    switch self {
    case .noWeights, .noConfiguration, .fileMissing, .adapterBase: .noInput
    default: .badData
    }
  }

  /// One sentence.
  public var description: String {
    switch self {
    case .safetensors(let path, let failure):
      "\(path.quotedForMessage) is not a sound safetensors file. \(failure)"
    case .shardIndex(let path, let reason):
      "\(path.quotedForMessage) does not list weights files as it should: \(reason)."
    case .noWeights(let folder):
      "\(folder.quotedForMessage) has no model.safetensors and no model.safetensors.index.json; "
        + "weights in other formats are not read, because those can run code."
    case .missingTensor(let name, let shape, let path):
      "The model needs the tensor \(name.quotedForMessage) of shape \(shape), which \(path.quotedForMessage) has not."
    case .unexpectedTensor(let name, let shape, let path):
      "\(path.quotedForMessage) has the tensor \(name.quotedForMessage) of shape \(shape), for which the model that "
        + "config.json describes has no place."
    case .ambiguousTensor(let name, let other, let path):
      "\(path.quotedForMessage) has both \(name.quotedForMessage) and \(other.quotedForMessage), which mean the same "
        + "parameter."
    case .wrongShape(let tensor, let expected, let found, let path):
      "The tensor \(tensor.quotedForMessage) in \(path.quotedForMessage) has the shape \(found), and config.json makes "
        + "it \(expected)."
    case .notFinite(let tensor, let path):
      "The tensor \(tensor.quotedForMessage) in \(path.quotedForMessage) has numbers that are not finite; the model is "
        + "broken, so take an earlier checkpoint."
    case .tiedTensorDiffers(let name, let original, let path):
      "\(path.quotedForMessage) has different numbers in \(name.quotedForMessage) and \(original.quotedForMessage), "
        + "which config.json declares to be one; set \"tie_word_embeddings\" to false if they are two."
    case .noConfiguration(let folder):
      "\(folder.quotedForMessage) has no config.json, so it is not a model folder."
    case .configuration(let path, let failure):
      "\(path.quotedForMessage) is refused. \(failure)"
    case .content(let path, let reason):
      "\(path.quotedForMessage) is refused: \(reason)."
    case .tokenizerTooLarge(let path, let pieces, let vocabulary):
      "The tokenizer \(path.quotedForMessage) has \(pieces) pieces, but the model's vocabulary has \(vocabulary); "
        + "they do not belong together."
    case .tokenizerMismatch(let path):
      "The tokenizer \(path.quotedForMessage) is not the one that the model was trained with; put that one back."
    case .adapter(let path, let reason):
      "\(path.quotedForMessage) cannot be used as an adapter: \(reason)."
    case .adapterBase(let path, let name):
      "The adapter \(path.quotedForMessage) belongs to the model \(name.quotedForMessage), which is no folder here; give "
        + "its folder with --model, and the adapter's with --adapter."
    case .manifestDamaged(let path, let reason):
      "\(path.quotedForMessage), the list of the folder's files, is damaged: \(reason)."
    case .fileMissing(let path):
      "\(path.quotedForMessage) is missing, though manifest.json beside it lists it."
    case .fileDamaged(let path, let reason):
      "\(path.quotedForMessage) is damaged or was changed: \(reason). If it was changed on purpose, remove "
        + "manifest.json beside it."
    case .noWholeCheckpoint(let folder, let passedOver):
      passedOver.isEmpty
        ? "There is no checkpoint in \(folder.quotedForMessage)."
        : "There is no whole checkpoint in \(folder.quotedForMessage). " + passedOver.joined(separator: " ")
    case .checkpointLacks(let name, let path):
      "The checkpoint \(path.quotedForMessage) has no \(name.quotedForMessage); it was made by a run with other settings."
    }
  }
}
