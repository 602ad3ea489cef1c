import Files
import KernelSupport
import Tensors
import Tokenization
import Transformers

extension ModelFolder {
  /// Writes the folder.
  ///
  /// What was there before stays whole until everything new is on the disk; a process that is killed meanwhile leaves
  /// either the old model or the new one.
  ///
  /// Throws `CheckpointFailure.notFinite` where a weight is not a number, and a `FileFailure` where the disk refuses.
  ///
  /// - Returns: sentences about files that could not be written in their form, though the model is whole without them.
  @discardableResult
  public func write(to path: String) throws -> [String] {
    try checkNumbers(path)
    var writer = try FolderWriter(path)
    var notes: [String] = []
    do {
      try addFiles(to: &writer, &notes)
    } catch {
      writer.cancel()
      throw error
    }
    try writer.commit()
    return notes
  }

  private func addFiles(to writer: inout FolderWriter, _ notes: inout [String]) throws {
    try writer.add(ModelFile.configuration, configurationJSON.bytes(pretty: true))
    var metadata = SafetensorsWriter.metadata
    if let tokenizer {
      metadata[Self.tokenizerHashKey] = SHA256.digest(of: tokenizer.modelBytes).description
      for (name, content) in files(of: tokenizer, &notes).sorted(by: { $0.key < $1.key }) {
        try writer.add(name, content)
      }
    }
    try writer.add(WeightFiles.singleName) { (path) throws(FileFailure) in
      try SafetensorsWriter.write(weights, stored: stored, metadata: metadata, to: path)
    }
    if let generation = generation ?? defaultGeneration {
      try writer.add(ModelFile.generation, generation.bytes(pretty: true))
    }
    if let card { try writer.add(ModelFile.card, Array(card.utf8)) }
  }

  /// The configuration; of quantised weights with the key by which transformers sees that it cannot read them.
  private var configurationJSON: JSONValue {
    guard let stored, stored.isQuantized, var object = configuration.json.object else { return configuration.json }
    object[QuantizedTensor.configurationKey] = [
      "quant_method": .string(QuantizedTensor.method), "group_size": .integer(WeightFormat.groupSize),
    ]
    return .object(object)
  }

  /// Sentences about files that `write` cannot write for a tokenizer.
  public static func notes(on tokenizer: Tokenizer) -> [String] {
    do {
      _ = try tokenizer.huggingFaceFiles(template: .plain, maximumLength: 1)
      return []
    } catch {
      return [note(on: error)]
    }
  }

  private static func note(on failure: TokenizerFailure) -> String {
    "The folder has no tokenizer files for Hugging Face's library. \(failure)"
  }

  /// The tokenizer's own file, and those for Hugging Face's library, which has no form for some SentencePiece models.
  private func files(of tokenizer: Tokenizer, _ notes: inout [String]) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    do {
      files = try tokenizer.huggingFaceFiles(template: template, maximumLength: configuration.maximumLength)
    } catch {
      notes.append(Self.note(on: error))
    }
    files[tokenizer.modelFileName] = tokenizer.modelBytes
    return files
  }

  /// Which special tokens stand around a text of this family.
  private var template: SequenceTemplate {
    switch configuration.family {
    case .gpt2, .llama:
      configuration.head == .sequenceClassification || configuration.head == .tokenClassification
        ? .classifier : .causal
    case .bert: .bert
    case .roberta: .roberta
    }
  }

  /// What Hugging Face's generation needs to know of a causal model: how texts begin and end.
  private var defaultGeneration: JSONValue? {
    guard configuration.head == .causalLanguage else { return nil }
    var result = JSONObject()
    result["bos_token_id"] = configuration.beginToken.map { .integer($0) }
    result["eos_token_id"] = configuration.endTokens.first.map { .integer($0) }
    if configuration.endTokens.count > 1 {
      result["eos_token_id"] = .array(configuration.endTokens.map { .integer($0) })
    }
    result["pad_token_id"] = configuration.paddingToken.map { .integer($0) }
    return .object(result)
  }

  private func checkNumbers(_ path: String) throws(CheckpointFailure) {
    for tensor in weights.layout.storedTensors {
      let view = tensor.view(in: weights)
      guard UnsafeBufferPointer(start: view.pointer, count: view.count).allSatisfy(\.isFinite) else {
        throw .notFinite(tensor: tensor.name, path: Files.path(path, WeightFiles.singleName))
      }
    }
  }
}
