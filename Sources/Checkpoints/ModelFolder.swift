import Files
import Tensors
import Tokenization
import Transformers

/// A model as a folder in the Hugging Face layout: configuration, weights, tokenizer, generation settings and card.
///
/// ```swift
/// let folder = try ModelFolder(reading: "Weights/kjv")
/// let model = try Transformer(folder.configuration)
/// ```
///
/// What is written here also carries a `manifest.json` with the hash of every file; it is compared when the folder is
/// read. Folders of others have none, and are read as they stand.
public struct ModelFolder: Sendable {
  /// What the model computes.
  public var configuration: TransformerConfiguration
  /// Its numbers, in the layout of `Transformer(configuration)`.
  public var weights: ParameterBuffer
  /// The matrices as the folder stores them, where that is not as floats; `weights` has the numbers that they stand for, or
  /// these themselves.
  public var stored: StoredWeights?
  /// Its tokenizer; nil where the folder has none that this package reads.
  public var tokenizer: Tokenizer?
  /// The content of `generation_config.json`, by the names of its keys there.
  public var generation: JSONValue?
  /// The content of `README.md`, the model card.
  public var card: String?
  /// What the checkpoint had more and less than the model, if it was read.
  public var report = WeightLoader.Report()

  /// The metadata key under which the weights remember their tokenizer.
  static let tokenizerHashKey = "tokenizer_sha256"

  /// A model that is to be written.
  public init(
    configuration: TransformerConfiguration, weights: ParameterBuffer, tokenizer: Tokenizer? = nil,
    generation: JSONValue? = nil, card: String? = nil
  ) {
    self.configuration = configuration
    self.weights = weights
    self.tokenizer = tokenizer
    self.generation = generation
    self.card = card
  }
}

/// The names of a model folder's files.
enum ModelFile {
  static let configuration = "config.json"
  static let generation = "generation_config.json"
  static let card = "README.md"

  /// The most bytes that a configuration or a card may have.
  static let largestText = 16 << 20
}
