import Files
import KernelSupport
import Layers

extension TransformerConfiguration {
  /// Reads `config.json` as Hugging Face's library writes it, in the spelling of its version 4 or 5.
  ///
  /// Keys that are not there have the defaults of the library's classes. Keys that change the result in a way that is
  /// not implemented are refused by name; others that are unknown are ignored.
  /// - Throws: `ConfigurationFailure` naming the key.
  public init(json: JSONValue) throws(ConfigurationFailure) {
    guard let object = json.object else { throw .notAnObject(found: json.kindName) }
    let reader = ConfigurationReader(object: object)
    guard let type = try reader.string("model_type") else { throw .missing(key: "model_type") }
    let hasNorms = type == Self.headNormsType
    guard let family = hasNorms ? .llama : Family(rawValue: type) else {
      throw .unsupported(
        key: "model_type", value: type.quotedForMessage,
        supported: (Family.allCases.map(\.rawValue) + [Self.headNormsType]).joined(separator: ", "))
    }
    try Self.refuseWhatIsNotImplemented(reader, family)
    self = .defaults(of: family)
    if hasNorms { setDefaultsOfQwen3() }
    head = try Self.head(reader, family, hasHeadNorms: hasNorms)
    try readSizes(reader)
    try readArithmetic(reader)
    try readTraining(reader)
    try readTokens(reader)
    try readLabels(reader)
    try validate()
  }

  /// The defaults of Hugging Face's classes.
  private static func defaults(of family: Family) -> TransformerConfiguration {
    let isGPT2 = family == .gpt2, isLlama = family == .llama
    return TransformerConfiguration(
      family: family, head: .none,
      vocabularySize: [.gpt2: 50257, .llama: 32000, .bert: 30522, .roberta: 50265][family] ?? 0,
      width: isLlama ? 4096 : 768, layers: isLlama ? 32 : 12, heads: isLlama ? 32 : 12, keyHeads: 0, headWidth: 0,
      innerWidth: isLlama ? 11008 : 3072, maximumPositions: isLlama ? 2048 : isGPT2 ? 1024 : 512,
      segmentTypes: isLlama || isGPT2 ? 1 : 2, activation: isLlama ? .silu : isGPT2 ? .geluTanh : .gelu,
      normEpsilon: isLlama ? 1e-6 : isGPT2 ? 1e-5 : 1e-12, rotary: RotaryFrequencies(base: 10_000),
      hasAttentionBias: !isLlama, hasFeedForwardBias: !isLlama, tiesEmbeddings: !isLlama,
      embeddingDropout: isLlama ? 0 : 0.1, residualDropout: isLlama ? 0 : 0.1, attentionDropout: isLlama ? 0 : 0.1,
      classifierDropout: nil, initializerRange: 0.02, beginToken: nil, endTokens: [], paddingToken: nil, labels: [],
      problemType: nil)
  }

  /// Where they differ from those of Llama's class.
  private mutating func setDefaultsOfQwen3() {
    hasHeadNorms = true
    (vocabularySize, innerWidth, maximumPositions) = (151_936, 22_016, 32_768)
  }

  private static func refuseWhatIsNotImplemented(
    _ reader: ConfigurationReader, _ family: Family
  ) throws(ConfigurationFailure) {
    // How this package itself stores quantised weights; they mean the same.
    if reader.value("quantization_config")?["quant_method"]?.string != "swiftlet" {
      try reader.refuse("quantization_config")
    }
    for key in ["pruned_heads", "add_cross_attention", "sliding_window"] {
      try reader.refuse(key)
    }
    switch family {
    case .gpt2:
      try reader.require("scale_attn_weights", true)
      try reader.require("scale_attn_by_inverse_layer_idx", false)
    case .llama:
      try reader.require("use_sliding_window", false)
      if let other = try reader.array("layer_types")?.first(where: { $0.string != "full_attention" }) {
        throw .unsupported(key: "layer_types", value: other.serialized(), supported: "full_attention for every layer")
      }
      if let share = try reader.double("partial_rotary_factor"), share != 1 {
        throw .unsupported(key: "partial_rotary_factor", value: "\(share)", supported: "1")
      }
    case .bert, .roberta:
      try reader.require("position_embedding_type", "absolute")
      try reader.require("is_decoder", false)
      try reader.require("tie_word_embeddings", true)
    }
  }

  private static func head(
    _ reader: ConfigurationReader, _ family: Family, hasHeadNorms: Bool
  ) throws(ConfigurationFailure) -> Head {
    guard let name = try reader.array("architectures")?.first else {
      return family.isCausal ? .causalLanguage : .maskedLanguage
    }
    // As no decoder (which is refused above) these have the tensors of the masked models, and compute the same.
    if name == "BertLMHeadModel" || name == "RobertaForCausalLM" { return .maskedLanguage }
    let known = Head.allCases.compactMap { head in
      architecture(family, head, hasHeadNorms: hasHeadNorms).map { (head, $0) }
    }
    guard let (head, _) = known.first(where: { $0.1 == name.string }) else {
      throw .unsupported(
        key: "architectures", value: name.serialized(), supported: known.map(\.1).joined(separator: ", "))
    }
    return head
  }

  private mutating func readSizes(_ reader: ConfigurationReader) throws(ConfigurationFailure) {
    let keys = ConfigurationKeys(family)
    vocabularySize = try reader.int("vocab_size", default: vocabularySize)
    width = try reader.int(keys.width, default: width)
    layers = try reader.int(keys.layers, default: layers)
    heads = try reader.int(keys.heads, default: heads)
    // Checked before anything is divided or multiplied.
    try Self.require(keys.width, width, 1...Self.largestWidth)
    try Self.require(keys.heads, heads, 1...width)
    keyHeads = heads
    headWidth = width / heads
    if family == .llama {
      keyHeads = try reader.int("num_key_value_heads", default: heads)
      headWidth = try reader.int("head_dim", default: hasHeadNorms ? 128 : headWidth)
    }
    innerWidth = try reader.int(keys.innerWidth, default: family == .gpt2 ? 4 * width : innerWidth)
    maximumPositions = try reader.int(keys.maximumPositions, default: maximumPositions)
    if !family.isCausal { segmentTypes = try reader.int("type_vocab_size", default: segmentTypes) }
  }

  private mutating func readArithmetic(_ reader: ConfigurationReader) throws(ConfigurationFailure) {
    let keys = ConfigurationKeys(family)
    if let name = try reader.string(keys.activation) {
      guard let known = Activation(configurationName: name) else {
        throw .unsupported(
          key: keys.activation, value: name.quotedForMessage,
          supported: Activation.allCases.map(\.configurationName).joined(separator: ", "))
      }
      activation = known
    }
    normEpsilon = try reader.double(keys.normEpsilon, default: normEpsilon)
    tiesEmbeddings = try reader.bool("tie_word_embeddings", default: tiesEmbeddings)
    fillsMasks = try reader.bool("masked_next_token", default: false)
    if family.isCausal { seesBothWays = try !reader.bool("is_causal", default: true) }
    if family == .llama {
      hasAttentionBias = try reader.bool("attention_bias", default: false)
      hasFeedForwardBias = try hasHeadNorms ? false : reader.bool("mlp_bias", default: false)
      rotary = try RotaryFrequencies(reader)
    }
  }

  private mutating func readTraining(_ reader: ConfigurationReader) throws(ConfigurationFailure) {
    let keys = ConfigurationKeys(family)
    embeddingDropout = try reader.double(keys.embeddingDropout, default: embeddingDropout)
    residualDropout = try reader.double(keys.residualDropout, default: residualDropout)
    attentionDropout = try reader.double(keys.attentionDropout, default: attentionDropout)
    classifierDropout = try reader.double("classifier_dropout")
    initializerRange = try reader.double("initializer_range", default: initializerRange)
  }

  /// Identifiers that the vocabulary does not have are as good as none: small models often keep the large ones'.
  private mutating func readTokens(_ reader: ConfigurationReader) throws(ConfigurationFailure) {
    let vocabulary = 0..<max(vocabularySize, 1)
    beginToken = try reader.int("bos_token_id").flatMap { vocabulary.contains($0) ? $0 : nil }
    paddingToken = try reader.int("pad_token_id").flatMap { vocabulary.contains($0) ? $0 : nil }
    if family == .roberta, reader.value("pad_token_id") == nil { paddingToken = 1 }
    if case .array(let values)? = reader.value("eos_token_id") {
      endTokens = values.compactMap(\.int).filter(vocabulary.contains)
    } else {
      endTokens = try reader.int("eos_token_id").map { [$0] }?.filter(vocabulary.contains) ?? []
    }
  }

  private mutating func readLabels(_ reader: ConfigurationReader) throws(ConfigurationFailure) {
    if let name = try reader.string("problem_type") {
      guard let known = ProblemType(rawValue: name) else {
        throw .unsupported(
          key: "problem_type", value: name.quotedForMessage,
          supported: ProblemType.allCases.map(\.rawValue).joined(separator: ", "))
      }
      problemType = known
    }
    guard head == .sequenceClassification || head == .tokenClassification else { return }
    guard let names = try reader.object("id2label") else {
      let count = try reader.int("num_labels", default: 2)
      try Self.require("num_labels", count, 1...Self.largestLabelCount)
      labels = (0..<count).map { "LABEL_\($0)" }
      return
    }
    for index in 0..<names.object.count {
      guard let name = try names.string("\(index)") else { throw .missing(key: "id2label\": {\"\(index)\"}") }
      labels.append(name)
    }
  }
}

extension RotaryFrequencies {
  /// `rope_parameters` of version 5, or `rope_theta` and `rope_scaling` of version 4; where both are there, they must
  /// say the same.
  fileprivate init(_ reader: ConfigurationReader) throws(ConfigurationFailure) {
    let base = try reader.double("rope_theta", default: 10_000)
    let none = ConfigurationReader(object: [:])
    let scaling = try reader.object("rope_scaling")
    guard let parameters = try reader.object("rope_parameters") else {
      try self.init(scaling ?? none, base: base)
      return
    }
    try self.init(parameters, base: base)
    if let scaling, try RotaryFrequencies(scaling, base: self.base).scaling != self.scaling {
      throw .contradiction("\"rope_scaling\" is another than \"rope_parameters\" says")
    }
  }

  /// An object that says how the speeds are changed, and perhaps what they are.
  private init(_ source: ConfigurationReader, base outerBase: Double) throws(ConfigurationFailure) {
    let base = try source.double("rope_theta", default: outerBase)
    if let share = try source.double("partial_rotary_factor"), share != 1 {
      throw .unsupported(key: "partial_rotary_factor", value: "\(share)", supported: "1")
    }
    func number(_ key: String) throws(ConfigurationFailure) -> Double {
      guard let value = try source.double(key) else { throw .missing(key: key) }
      guard value.isFinite, value > 0 else { throw .outOfRange(key: key, value: "\(value)", range: "positive") }
      return value
    }
    let oldType = try source.string("type")
    let type = try source.string("rope_type") ?? oldType ?? "default"
    switch type {
    case "default":
      self.init(base: base)
    case "linear":
      self.init(base: base, scaling: .linear(factor: try number("factor")))
    case "llama3":
      guard let positions = try source.int("original_max_position_embeddings"), positions > 0 else {
        throw .missing(key: "original_max_position_embeddings")
      }
      self.init(
        base: base,
        scaling: .llama3(
          factor: try number("factor"), lowFactor: try number("low_freq_factor"),
          highFactor: try number("high_freq_factor"), originalPositions: positions))
    default:
      throw .unsupported(key: "rope_type", value: type.quotedForMessage, supported: "default, linear, llama3")
    }
  }
}
