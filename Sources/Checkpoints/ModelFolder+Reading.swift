import Files
import Tensors
import Tokenization
import Transformers

extension ModelFolder {
  /// Reads a model folder, written here or by Hugging Face's libraries; or the folder of an adapter, whose base is read
  /// and changed by it.
  ///
  /// Throws a `CheckpointFailure` that names the file, the key or the tensor, or a `FileFailure`.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - change: makes the configuration that is wanted from the one in the folder: another head for fine-tuning, other
  ///     dropouts.
  ///   - missingHead: what to do about a head that the folder has not; `report` says which parameters it was.
  ///   - adapter: the folder of an adapter that is put on the model.
  ///   - form: in which form matrices come into memory. `asStored` takes the least memory, for models that answer and are
  ///     not trained, explained or converted; an adapted model's are floats in any case.
  public init(
    reading path: String,
    changing change: (TransformerConfiguration) -> TransformerConfiguration = { $0 },
    missingHead: WeightLoader.MissingHead = .refused, adapter: String? = nil, as form: WeightLoader.MatrixForm = .floats
  ) throws {
    if adapter != nil || AdapterFolder.isAdapter(path) {
      self = try AdapterFolder(reading: adapter ?? path).model(
        base: adapter == nil ? nil : path, changing: change, missingHead: missingHead)
      return
    }
    let reader = try FolderReader(path)
    let configuration = change(try Self.configuration(reader))
    let tokenizer = try Self.tokenizer(reader, configuration)
    let weightFiles = try WeightFiles(folder: path, resolve: reader.resolve)
    if let tokenizer { try Self.check(tokenizer, against: weightFiles, in: path) }

    let model: Transformer
    do throws(ConfigurationFailure) {
      model = try Transformer(configuration)
    } catch {
      throw CheckpointFailure.configuration(path: Files.path(path, ModelFile.configuration), error)
    }
    let loader = try WeightLoader(weightFiles, family: configuration.family)
    let loaded = try loader.load(model.layout, storing: model.matrices, as: form, missingHead: missingHead)

    let generation = try reader.resolve(ModelFile.generation).map {
      try Files.readJSON($0, limit: ModelFile.largestText)
    }
    if let generation, generation.object == nil {
      throw CheckpointFailure.content(
        path: Files.path(path, ModelFile.generation), reason: "it should be an object and is \(generation.kindName)")
    }
    // The card is for people, who may well edit it; it decides nothing.
    let card = try? Files.readText(Files.path(path, ModelFile.card), limit: ModelFile.largestText)
    self.init(
      configuration: configuration, weights: loaded.weights, tokenizer: tokenizer, generation: generation, card: card)
    report = loaded.report
    stored = loaded.stored
  }

  /// Reads only the configuration of a model folder, or of the model that an adapter makes.
  public static func configuration(ofFolder path: String) throws -> TransformerConfiguration {
    guard !AdapterFolder.isAdapter(path) else {
      let adapter = try AdapterFolder(reading: path)
      return try adapter.configuration ?? configuration(ofFolder: adapter.baseFolder())
    }
    return try configuration(FolderReader(path))
  }

  /// Reads only the tokenizer of a model folder, or of one that has no model; nil where it has none that this package
  /// reads.
  public static func tokenizer(ofFolder path: String) throws -> Tokenizer? {
    if AdapterFolder.isAdapter(path) { return try tokenizer(ofFolder: AdapterFolder(reading: path).baseFolder()) }
    let reader = try FolderReader(path)
    guard try reader.resolve(ModelFile.configuration) != nil else {
      return try Tokenizer.ofFolder(path, resolve: reader.resolve)
    }
    // That of a model of another kind than this package has is read, too.
    return try tokenizer(reader, try? configuration(reader))
  }

  private static func configuration(_ reader: FolderReader) throws -> TransformerConfiguration {
    guard let path = try reader.resolve(ModelFile.configuration) else {
      throw CheckpointFailure.noConfiguration(folder: reader.folder)
    }
    let json = try Files.readJSON(path, limit: ModelFile.largestText)
    do throws(ConfigurationFailure) {
      return try TransformerConfiguration(json: json)
    } catch {
      throw CheckpointFailure.configuration(path: path, error)
    }
  }

  private static func tokenizer(
    _ reader: FolderReader, _ configuration: TransformerConfiguration?
  ) throws -> Tokenizer? {
    guard let tokenizer = try Tokenizer.ofFolder(reader.folder, resolve: reader.resolve) else { return nil }
    guard let configuration else { return tokenizer }
    guard tokenizer.vocabularySize <= configuration.vocabularySize else {
      throw CheckpointFailure.tokenizerTooLarge(
        path: reader.folder, pieces: tokenizer.vocabularySize, vocabulary: configuration.vocabularySize)
    }
    return tokenizer
  }

  /// Compares the tokenizer with the one that the weights remember.
  private static func check(_ tokenizer: Tokenizer, against weights: WeightFiles, in folder: String) throws {
    for file in weights.files {
      guard let hash = file.header.metadata[tokenizerHashKey] else { continue }
      guard SHA256.digest(of: tokenizer.modelBytes).description == hash else {
        throw CheckpointFailure.tokenizerMismatch(path: Files.path(folder, tokenizer.modelFileName))
      }
    }
  }
}
