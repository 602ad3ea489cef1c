import Files
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
    case .vocabulary(let reason): "llama.cpp would read this vocabulary differently: \(reason)."
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
    guard configuration.family.isCausal else { throw GGUFFailure.family(configuration.family.rawValue) }
    guard configuration.head == .causalLanguage else { throw GGUFFailure.head }
    var file = GGUFFile()
    file.metadata = metadata(configuration, name: name, type: type)
    file.metadata += try vocabulary(tokenizer, configuration)
    for stored in weights.layout.storedTensors {
      file.tensors.append(try tensor(stored, weights, configuration, type))
    }
    let bytes = try file.write(to: path)
    return (file.tensors.count, bytes)
  }

  private static func metadata(
    _ c: TransformerConfiguration, name: String, type: GGUFTensorType
  ) -> [(key: String, value: GGUFFile.Value)] {
    let family = c.family.rawValue
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
        ("llama.attention.head_count_kv", .uint32(UInt32(c.keyHeads))),
        ("llama.attention.key_length", .uint32(UInt32(c.headWidth))),
        ("llama.attention.value_length", .uint32(UInt32(c.headWidth))),
        ("llama.attention.layer_norm_rms_epsilon", .float32(Float(c.normEpsilon))),
        ("llama.rope.dimension_count", .uint32(UInt32(c.headWidth))),
        ("llama.rope.freq_base", .float32(Float(c.rotary.base))),
      ]
    } else {
      pairs.append(("gpt2.attention.layer_norm_epsilon", .float32(Float(c.normEpsilon))))
    }
    return pairs
  }

  /// The tensor under its name in GGUF, as [outputs, inputs].
  private static func tensor(
    _ stored: StoredTensor, _ weights: ParameterBuffer, _ c: TransformerConfiguration, _ type: GGUFTensorType
  ) throws(GGUFFailure) -> GGUFFile.Tensor {
    let numbers = stored.view(in: weights)
    let name = self.name(of: stored.name)
    let isVector = stored.shape.count == 1
    let isPositions = name == "position_embd.weight"
    let type = isVector || isPositions ? GGUFTensorType.f32 : type
    if type == .q8_0, numbers.columns % 32 != 0 { throw .block(tensor: name, columns: numbers.columns) }
    // llama.cpp turns neighbouring pairs, Hugging Face pairs half a head apart: the rows change places.
    let heads = name.hasSuffix("attn_q.weight") ? c.heads : name.hasSuffix("attn_k.weight") ? c.keyHeads : nil
    let half = c.headWidth / 2
    func source(_ row: Int) -> Int {
      guard c.family == .llama, heads != nil else { return row }
      let (head, place) = (row / c.headWidth, row % c.headWidth)
      return head * c.headWidth + place % 2 * half + place / 2
    }
    return GGUFFile.Tensor(
      name: name, rows: isVector ? nil : numbers.rows, columns: numbers.columns, type: type
    ) { row in
      UnsafeBufferPointer(start: numbers.pointer + source(row) * numbers.stride, count: numbers.columns)
    }
  }

  /// Hugging Face's name of a tensor, and GGUF's.
  private static func name(of name: String) -> String {
    let fixed = [
      "model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
      "lm_head.weight": "output.weight", "transformer.wte.weight": "token_embd.weight",
      "transformer.wpe.weight": "position_embd.weight", "transformer.ln_f.weight": "output_norm.weight",
      "transformer.ln_f.bias": "output_norm.bias",
    ]
    if let fixed = fixed[name] { return fixed }
    let parts = [
      "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
      "self_attn.o_proj": "attn_output", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
      "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down", "ln_1": "attn_norm",
      "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "ln_2": "ffn_norm", "mlp.c_fc": "ffn_up",
      "mlp.c_proj": "ffn_down",
    ]
    // model.layers.3.self_attn.q_proj.weight, transformer.h.3.ln_1.bias
    let words = name.split(separator: ".")
    guard let layer = words.firstIndex(where: { Int($0) != nil }), let kind = words.last else { return name }
    let part = words[(layer + 1)..<(words.count - 1)].joined(separator: ".")
    return parts[part].map { "blk.\(words[layer]).\($0).\(kind)" } ?? name
  }

  private static func vocabulary(
    _ tokenizer: Tokenizer, _ c: TransformerConfiguration
  ) throws(GGUFFailure) -> [(key: String, value: GGUFFile.Value)] {
    guard let traits = tokenizer.sentencePieceTraits else {
      throw .vocabulary(reason: "it is not SentencePiece's")
    }
    guard traits.hasByteFallback else {
      throw .vocabulary(reason: "it has no byte pieces, without which llama.cpp stops at unknown characters")
    }
    switch traits.kind {
    case .bpe where !traits.hasCharacterMap && !traits.removesExtraWhitespace: break
    case .bpe:
      throw .vocabulary(
        reason: "llama.cpp does not normalize text for BPE; train with the identity normalization and "
          + "remove_extra_whitespaces=false")
    case .unigram: break
    case .word, .character:
      throw .vocabulary(reason: "it is neither unigram nor BPE")
    }
    var pieces = tokenizer.pieces
    // A user-defined symbol is a border for llama.cpp, after which it adds a space; as an ordinary piece, the newline
    // is found alike by both.
    for index in pieces.indices where pieces[index].kind == .userDefined {
      guard pieces[index].text.unicodeScalars.count == 1 else {
        throw .vocabulary(reason: "it has the user-defined symbol '\(pieces[index].text)' of several characters")
      }
      pieces[index].kind = .normal
    }
    // The model may have more rows than the tokenizer has pieces.
    let missing = max(0, c.vocabularySize - pieces.count)
    for number in 0..<missing { pieces.append(Piece(text: "[unused\(number)]", score: 0, kind: .unused)) }
    var pairs: [(key: String, value: GGUFFile.Value)] = [
      ("tokenizer.ggml.model", .string(traits.kind == .bpe ? "llama" : "t5")),
      ("tokenizer.ggml.pre", .string("default")),
      ("tokenizer.ggml.tokens", .strings(pieces.map(\.text))),
      ("tokenizer.ggml.scores", .floats(pieces.map(\.score))),
      ("tokenizer.ggml.token_type", .int32s(pieces.map(\.kind.rawValue))),
      ("tokenizer.ggml.add_bos_token", .bool(tokenizer.special.begin != nil)),
      ("tokenizer.ggml.add_eos_token", .bool(false)),
      ("tokenizer.ggml.add_space_prefix", .bool(traits.addsDummyPrefix)),
      ("tokenizer.ggml.remove_extra_whitespaces", .bool(traits.removesExtraWhitespace)),
    ]
    if !traits.characterMap.isEmpty {
      pairs.append(("tokenizer.ggml.precompiled_charsmap", .bytes(traits.characterMap)))
    }
    let special = tokenizer.special
    let identifiers = [
      ("bos", special.begin), ("eos", special.end), ("unknown", special.unknown), ("padding", special.padding),
      ("mask", special.mask),
    ]
    for case (let key, let identifier?) in identifiers {
      pairs.append(("tokenizer.ggml.\(key)_token_id", .uint32(UInt32(identifier))))
    }
    return pairs
  }
}
