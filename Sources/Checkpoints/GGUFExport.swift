import Files
import Layers
import Tensors
import Tokenization
import Transformers

/// Why a model cannot be written as GGUF.
public enum GGUFFailure: Failure, Equatable {
  /// The format has no such architecture here.
  case family(String)
  /// It needs a language head.
  case head
  /// The vocabulary would be read differently.
  case vocabulary(reason: String)
  /// The architecture has another function inside its feed-forward layers.
  case activation(found: String, expected: String)
  /// What no program reads beside normalized heads.
  case normalizedHeads(beside: String)
  /// A row is no multiple of a block.
  case block(tensor: String, columns: Int)

  /// All are properties of the model that was given.
  public var kind: FailureKind { .badData }

  /// One sentence.
  public var description: String {
    switch self {
    case .family(let family):
      "GGUF is written for llama and gpt2 models, and this one is \(family); keep it in its Hugging Face folder."
    case .head: "GGUF is written for models with a causal language head, and this one has another."
    case .activation(let found, let expected):
      "llama.cpp computes models of this kind with \(expected), and this one has \(found)."
    case .vocabulary(let reason): "llama.cpp would read this vocabulary differently: \(reason)."
    case .normalizedHeads(let found):
      "llama.cpp reads models with normalized heads (qwen3) without \(found), which this one has."
    case .block(let tensor, let columns):
      "q8_0 stores blocks of 32 numbers, and the rows of \(tensor) have \(columns); choose f32, f16 or bf16."
    }
  }
}

/// A model as a GGUF file, as llama.cpp reads it.
public enum GGUFExport {
  /// Writes a causal model with its vocabulary.
  ///
  /// Vectors and tensors of positions stay 32-bit floats. Returns how many tensors and bytes were written.
  @discardableResult
  public static func write(
    _ weights: ParameterBuffer, of configuration: TransformerConfiguration, tokenizer: Tokenizer, name: String,
    type: GGUFTensorType, to path: String
  ) throws -> (tensors: Int, bytes: Int) {
    try weights.requireFloats()
    guard configuration.family.isCausal else { throw GGUFFailure.family(configuration.family.rawValue) }
    guard configuration.head == .causalLanguage else { throw GGUFFailure.head }
    // The format has no word for the activation: each architecture has its own.
    guard configuration.activation == (configuration.family == .llama ? .silu : .geluTanh) else {
      throw GGUFFailure.activation(
        found: configuration.activationName, expected: configuration.family == .llama ? "silu" : "gelu_new")
    }
    if configuration.hasHeadNorms {
      // llama.cpp reads neither of them beside such norms.
      guard !configuration.hasAttentionBias else { throw GGUFFailure.normalizedHeads(beside: "biases") }
      guard rotaryFactors(configuration) == nil else {
        throw GGUFFailure.normalizedHeads(beside: "Llama 3's positions")
      }
    }
    var file = GGUFFile()
    file.metadata = metadata(configuration, name: name, type: type)
    file.metadata += try GGUFVocabulary.metadata(tokenizer, rows: configuration.vocabularySize)
    for stored in weights.layout.storedTensors {
      file.tensors.append(try tensor(stored, weights, configuration, type))
    }
    if let factors = rotaryFactors(configuration) {
      file.tensors.append(
        GGUFFile.Tensor(name: GGUFNames.rotaryFactors, rows: nil, columns: factors.count, type: .f32) { _ in factors })
    }
    let bytes = try file.write(to: path)
    return (file.tensors.count, bytes)
  }

  private static func metadata(
    _ c: TransformerConfiguration, name: String, type: GGUFTensorType
  ) -> [(key: String, value: GGUFFile.Value)] {
    let family = c.modelType
    var pairs: [(key: String, value: GGUFFile.Value)] = [
      ("general.architecture", .string(family)), ("general.type", .string("model")), ("general.name", .string(name)),
      ("general.file_type", .uint32(type.fileType)),
      ("\(family).context_length", .uint32(UInt32(c.maximumLength))),
      ("\(family).embedding_length", .uint32(UInt32(c.width))),
      ("\(family).block_count", .uint32(UInt32(c.layers))),
      ("\(family).feed_forward_length", .uint32(UInt32(c.innerWidth))),
      ("\(family).attention.head_count", .uint32(UInt32(c.heads))),
      ("\(family).vocab_size", .uint32(UInt32(c.vocabularySize))),
    ]
    if type == .q8_0 { pairs.append(("general.quantization_version", .uint32(2))) }
    if c.family == .llama {
      pairs += [
        ("\(family).attention.head_count_kv", .uint32(UInt32(c.keyHeads))),
        ("\(family).attention.key_length", .uint32(UInt32(c.headWidth))),
        ("\(family).attention.value_length", .uint32(UInt32(c.headWidth))),
        ("\(family).attention.layer_norm_rms_epsilon", .float32(Float(c.normEpsilon))),
        ("\(family).rope.dimension_count", .uint32(UInt32(c.headWidth))),
        ("\(family).rope.freq_base", .float32(Float(c.rotary.base))),
      ]
      pairs += rotaryScaling(c.rotary.scaling, family)
    } else {
      pairs.append(("gpt2.attention.layer_norm_epsilon", .float32(Float(c.normEpsilon))))
    }
    return pairs
  }

  /// How rotary positions are slowed down.
  ///
  /// Llama 3's way has no words in the format, only a tensor of factors; the words are ours, for reading it again.
  private static func rotaryScaling(
    _ scaling: RotaryFrequencies.Scaling, _ family: String
  ) -> [(key: String, value: GGUFFile.Value)] {
    switch scaling {
    case .none: []
    case .linear(let factor):
      [
        ("\(family).rope.scaling.type", .string("linear")), ("\(family).rope.scaling.factor", .float32(Float(factor))),
      ]
    case .llama3(let factor, let lowFactor, let highFactor, let originalPositions):
      [
        ("swiftlet.rope.factor", .float32(Float(factor))),
        ("swiftlet.rope.low_freq_factor", .float32(Float(lowFactor))),
        ("swiftlet.rope.high_freq_factor", .float32(Float(highFactor))),
        ("swiftlet.rope.original_context_length", .uint32(UInt32(originalPositions))),
      ]
    }
  }

  /// By what the speed of each pair is divided, where that is not by one number.
  static func rotaryFactors(_ c: TransformerConfiguration) -> [Float]? {
    guard c.family == .llama, case .llama3 = c.rotary.scaling else { return nil }
    let plain = RotaryFrequencies(base: c.rotary.base)
    return (0..<c.headWidth / 2).map { pair in
      plain.frequency(pair: pair, headWidth: c.headWidth) / c.rotary.frequency(pair: pair, headWidth: c.headWidth)
    }
  }

  /// The tensor under its name in GGUF, as [outputs, inputs].
  private static func tensor(
    _ stored: StoredTensor, _ weights: ParameterBuffer, _ c: TransformerConfiguration, _ type: GGUFTensorType
  ) throws(GGUFFailure) -> GGUFFile.Tensor {
    let numbers = stored.view(in: weights)
    let name = GGUFNames.name(of: stored.name)
    let isVector = stored.shape.count == 1
    let isPositions = name == "position_embd.weight"
    let type = isVector || isPositions ? GGUFTensorType.f32 : type
    if type == .q8_0, numbers.columns % 32 != 0 { throw .block(tensor: name, columns: numbers.columns) }
    let order = GGUFNames.rowOrder(name, c)
    if isVector, order != nil {
      let changed = (0..<numbers.count).map { numbers.pointer[order?($0) ?? $0] }
      return GGUFFile.Tensor(name: name, rows: nil, columns: changed.count, type: type) { _ in changed }
    }
    return GGUFFile.Tensor(
      name: name, rows: isVector ? nil : numbers.rows, columns: numbers.columns, type: type
    ) { row in
      let start = numbers.pointer + (order?(row) ?? row) * numbers.stride
      return Array(UnsafeBufferPointer(start: start, count: numbers.columns))
    }
  }
}
