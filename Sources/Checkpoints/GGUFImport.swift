import Files
import Layers
import Tensors
import Tokenization
import Transformers

/// A model from a GGUF file: those of Llama's, Qwen3's and GPT-2's shape with 32-bit, half-precision, bfloat16 or Q8_0 tensors.
public enum GGUFImport {
  /// Whether a file begins as a GGUF file does.
  public static func isGGUF(_ path: String) -> Bool {
    guard Files.isFile(path), let file = try? ReadableFile(path), file.byteCount >= 4 else { return false }
    return (try? file.read(at: 0, count: 4)) == Array("GGUF".utf8)
  }

  /// Reads a file as a model folder; its tokenizer is nil where the file has none.
  ///
  /// Throws a `GGUFFileFailure` that names the key or the tensor, or a `FileFailure`. What would change the result and
  /// is not known here is refused by its key.
  public static func read(_ path: String) throws -> ModelFolder {
    let content = try GGUFContent(path)
    let tokenizer = try GGUFVocabulary.tokenizer(of: content)
    let configuration = try configuration(content, tokenizer)
    let layout: ParameterLayout
    do throws(ConfigurationFailure) {
      layout = try Transformer(configuration).layout
    } catch {
      throw CheckpointFailure.configuration(path: path, error)
    }
    let plan = try plan(layout, configuration, content)
    let weights = ParameterBuffer(zeros: layout)
    for (stored, tensor) in plan { try fill(stored, tensor, weights, configuration, content) }
    return ModelFolder(configuration: configuration, weights: weights, tokenizer: tokenizer)
  }

  // MARK: Configuration

  /// The keys of an architecture that are read, or say nothing that is not known otherwise.
  private static func knownKeys(_ architecture: String) -> Set<String> {
    let common = [
      "context_length", "embedding_length", "block_count", "feed_forward_length", "attention.head_count", "vocab_size",
    ]
    let special =
      architecture != TransformerConfiguration.Family.gpt2.rawValue
      ? [
        "attention.head_count_kv", "attention.key_length", "attention.value_length",
        "attention.layer_norm_rms_epsilon", "rope.dimension_count", "rope.freq_base", "rope.scaling.type",
        "rope.scaling.factor", "expert_count", "expert_used_count",
      ] : ["attention.layer_norm_epsilon"]
    return Set((common + special).map { "\(architecture).\($0)" })
  }

  private static func configuration(
    _ content: GGUFContent, _ tokenizer: Tokenizer?
  ) throws -> TransformerConfiguration {
    let reader = GGUFMetadata(content)
    let architecture = try reader.string("general.architecture") ?? ""
    let hasHeadNorms = architecture == TransformerConfiguration.headNormsType
    let named = hasHeadNorms ? .llama : TransformerConfiguration.Family(rawValue: architecture)
    guard let family = named, family.isCausal else {
      throw reader.refuse("general.architecture", architecture.debugDescription, "\"llama\", \"qwen3\" or \"gpt2\"")
    }
    let known = knownKeys(architecture)
    for key in content.keys where key.hasPrefix(architecture + ".") && !known.contains(key) {
      throw reader.refuse(key, "a setting that is not known here", "a model without it")
    }
    func size(_ key: String) throws -> Int {
      let key = "\(architecture).\(key)"
      guard let value = try reader.integer(key) else { throw GGUFFileFailure.missingKey(path: reader.path, key: key) }
      guard (1...1 << 24).contains(value) else { throw reader.refuse(key, "\(value)", "a size") }
      return value
    }
    guard let table = content.tensor("token_embd.weight") else {
      throw GGUFFileFailure.missingTensor(path: reader.path, tensor: "token_embd.weight", shape: [])
    }
    var c = TransformerConfiguration.preset(
      .nano, family: family, vocabularySize: table.rows, context: try size("context_length"))
    (c.width, c.layers, c.heads) = (
      try size("embedding_length"), try size("block_count"), try size("attention.head_count")
    )
    // A layer has tensors; so no more layers are laid out than the file can have.
    guard c.layers <= content.names.count else {
      throw reader.refuse(
        "\(architecture).block_count", "\(c.layers)", "at most \(content.names.count), its tensors,")
    }
    (c.innerWidth, c.keyHeads, c.headWidth) = (try size("feed_forward_length"), c.heads, c.width / c.heads)
    c.tiesEmbeddings = content.tensor("output.weight") == nil
    c.setDropout(0)
    let epsilon = "\(architecture).attention.layer_norm_\(family == .llama ? "rms_" : "")epsilon"
    guard let value = try reader.number(epsilon) else {
      throw GGUFFileFailure.missingKey(path: reader.path, key: epsilon)
    }
    c.normEpsilon = value
    c.hasHeadNorms = hasHeadNorms
    if family == .llama { try readLlama(reader, content, &c) }
    let special = tokenizer?.special
    c.beginToken = special?.begin.map(Int.init)
    c.endTokens = special?.end.map { [Int($0)] } ?? []
    c.paddingToken = special?.padding.map(Int.init)
    guard (tokenizer?.vocabularySize ?? 0) <= c.vocabularySize else {
      throw CheckpointFailure.tokenizerTooLarge(
        path: reader.path, pieces: tokenizer?.vocabularySize ?? 0, vocabulary: c.vocabularySize)
    }
    return c
  }

  private static func readLlama(
    _ reader: GGUFMetadata, _ content: GGUFContent, _ c: inout TransformerConfiguration
  ) throws {
    let llama = c.modelType
    c.keyHeads = try reader.integer("\(llama).attention.head_count_kv") ?? c.heads
    c.headWidth = try reader.integer("\(llama).attention.key_length") ?? c.headWidth
    for key in ["\(llama).attention.value_length", "\(llama).rope.dimension_count"] {
      if let width = try reader.integer(key), width != c.headWidth {
        throw reader.refuse(key, "\(width)", "\(c.headWidth)")
      }
    }
    if let experts = try reader.integer("\(llama).expert_count"), experts != 0 {
      throw reader.refuse("\(llama).expert_count", "\(experts)", "0")
    }
    c.hasAttentionBias = content.tensor("blk.0.attn_q.bias") != nil
    c.hasFeedForwardBias = content.tensor("blk.0.ffn_up.bias") != nil
    c.rotary = RotaryFrequencies(base: try reader.number("\(llama).rope.freq_base") ?? 10_000)
    switch try reader.string("\(llama).rope.scaling.type") ?? "none" {
    case "none": break
    case "linear":
      guard let factor = try reader.number("\(llama).rope.scaling.factor"), factor > 0 else {
        throw GGUFFileFailure.missingKey(path: reader.path, key: "\(llama).rope.scaling.factor")
      }
      c.rotary.scaling = .linear(factor: factor)
    case let type: throw reader.refuse("\(llama).rope.scaling.type", type.debugDescription, "\"none\" or \"linear\"")
    }
    if let tensor = content.tensor(GGUFNames.rotaryFactors) {
      c.rotary.scaling = try rotaryScaling(tensor, reader, content, c)
    }
  }

  /// The settings behind a tensor of factors: our own words for them, or those of the published Llama 3 models; they
  /// must give the same factors.
  private static func rotaryScaling(
    _ tensor: GGUFContent.Tensor, _ reader: GGUFMetadata, _ content: GGUFContent, _ c: TransformerConfiguration
  ) throws -> RotaryFrequencies.Scaling {
    let name = GGUFNames.rotaryFactors
    guard tensor.shape == [c.headWidth / 2], tensor.type == .f32 else {
      throw GGUFFileFailure.shape(path: reader.path, tensor: name, expected: [c.headWidth / 2], found: tensor.shape)
    }
    var found = [Float](repeating: 0, count: tensor.columns)
    try found.withUnsafeMutableBufferPointer { try content.row(0, of: tensor, to: $0) }
    var candidates: [RotaryFrequencies.Scaling] = [8, 32].map {
      .llama3(factor: $0, lowFactor: 1, highFactor: 4, originalPositions: 8192)
    }
    if let factor = try reader.number("swiftlet.rope.factor"),
      let low = try reader.number("swiftlet.rope.low_freq_factor"),
      let high = try reader.number("swiftlet.rope.high_freq_factor"), high > low,
      let positions = try reader.integer("swiftlet.rope.original_context_length")
    {
      candidates = [.llama3(factor: factor, lowFactor: low, highFactor: high, originalPositions: positions)]
    }
    for candidate in candidates {
      var trial = c
      trial.rotary.scaling = candidate
      let factors = GGUFExport.rotaryFactors(trial) ?? []
      if zip(factors, found).allSatisfy({ abs($0 - $1) <= 1e-4 * abs($0) }) { return candidate }
    }
    throw reader.refuse(name, "factors of an unknown kind", "those of Llama 3")
  }

  // MARK: Weights

  /// What is read from where: all that can be known before memory is taken.
  private static func plan(
    _ layout: ParameterLayout, _ c: TransformerConfiguration, _ content: GGUFContent
  ) throws -> [(StoredTensor, GGUFContent.Tensor)] {
    var plan: [(StoredTensor, GGUFContent.Tensor)] = []
    var unused = Set(content.names.map { ExactString($0) })
    unused.remove(ExactString(GGUFNames.rotaryFactors))
    for stored in layout.storedTensors {
      let name = GGUFNames.name(of: stored.name)
      // As [outputs, inputs], whichever way Hugging Face has it.
      let shape = stored.isTransposed ? Array(stored.shape.reversed()) : stored.shape
      guard let tensor = content.tensor(name) else {
        throw GGUFFileFailure.missingTensor(path: content.file.path, tensor: name, shape: shape)
      }
      guard tensor.shape == shape else {
        throw GGUFFileFailure.shape(path: content.file.path, tensor: name, expected: shape, found: tensor.shape)
      }
      plan.append((stored, tensor))
      unused.remove(ExactString(name))
    }
    if let name = content.names.first(where: { unused.contains(ExactString($0)) }) {
      throw GGUFFileFailure.unexpectedTensor(path: content.file.path, tensor: name)
    }
    return plan
  }

  private static func fill(
    _ stored: StoredTensor, _ tensor: GGUFContent.Tensor, _ weights: ParameterBuffer, _ c: TransformerConfiguration,
    _ content: GGUFContent
  ) throws {
    let view = stored.view(in: weights)
    let order = GGUFNames.rowOrder(tensor.name, c)
    var row = [Float](repeating: 0, count: tensor.columns)
    for index in 0..<tensor.rows {
      try row.withUnsafeMutableBufferPointer { try content.row(index, of: tensor, to: $0) }
      guard row.allSatisfy(\.isFinite) else {
        throw GGUFFileFailure.notFinite(path: content.file.path, tensor: tensor.name)
      }
      if tensor.shape.count == 1 {
        for (place, number) in row.enumerated() { view.pointer[order?(place) ?? place] = number }
      } else {
        let target = order?(index) ?? index
        for (column, number) in row.enumerated() { view[target, column] = number }
      }
    }
  }
}
