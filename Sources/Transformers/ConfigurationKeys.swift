import KernelSupport

/// What `config.json` calls things, which differs between GPT-2 and the others.
struct ConfigurationKeys {
  let width: String, layers: String, heads: String, innerWidth: String, maximumPositions: String
  let activation: String, normEpsilon: String
  let embeddingDropout: String, residualDropout: String, attentionDropout: String

  init(_ family: TransformerConfiguration.Family) {
    let isGPT2 = family == .gpt2, isLlama = family == .llama
    width = isGPT2 ? "n_embd" : "hidden_size"
    layers = isGPT2 ? "n_layer" : "num_hidden_layers"
    heads = isGPT2 ? "n_head" : "num_attention_heads"
    innerWidth = isGPT2 ? "n_inner" : "intermediate_size"
    maximumPositions = isGPT2 ? "n_positions" : "max_position_embeddings"
    activation = isGPT2 ? "activation_function" : "hidden_act"
    normEpsilon = isGPT2 ? "layer_norm_epsilon" : isLlama ? "rms_norm_eps" : "layer_norm_eps"
    // Llama's class has attention's dropout only; the two others keep GPT-2's names there, and are ignored by programs
    // that do not train with them.
    embeddingDropout = isGPT2 || isLlama ? "embd_pdrop" : "hidden_dropout_prob"
    residualDropout = isGPT2 || isLlama ? "resid_pdrop" : "hidden_dropout_prob"
    attentionDropout = isGPT2 ? "attn_pdrop" : isLlama ? "attention_dropout" : "attention_probs_dropout_prob"
  }
}

extension Activation {
  /// The name that `config.json` has for it.
  var configurationName: String {
    switch self {
    case .gelu: "gelu"
    case .geluTanh: "gelu_new"
    case .silu: "silu"
    case .relu: "relu"
    case .reluSquared: "relu2"
    case .tanh: "tanh"
    }
  }

  /// The function of a name in `config.json`; several names are spellings of one function.
  init?(configurationName name: String) {
    switch name {
    case "gelu", "gelu_python": self = .gelu
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_python_tanh", "gelu_accurate": self = .geluTanh
    case "silu", "swish": self = .silu
    case "relu": self = .relu
    case "relu2": self = .reluSquared
    case "tanh": self = .tanh
    default: return nil
    }
  }
}

extension TransformerConfiguration {
  /// The name of the function inside the feed-forward layers, as `config.json` has it.
  package var activationName: String { activation.configurationName }

  /// The `model_type` of a llama with norms of heads.
  package static let headNormsType = "qwen3"

  /// What other programs call this kind of model: its `model_type`, and GGUF's name of the architecture.
  package var modelType: String { hasHeadNorms ? Self.headNormsType : family.rawValue }

  /// The class of Hugging Face's library that a family with a head is; nil where there is none.
  static func architecture(_ family: Family, _ head: Head, hasHeadNorms: Bool = false) -> String? {
    let name =
      switch family {
      case .gpt2: "GPT2"
      case .llama: hasHeadNorms ? "Qwen3" : "Llama"
      case .bert: "Bert"
      case .roberta: "Roberta"
      }
    switch (head, family) {
    case (.none, _): return name + "Model"
    case (.causalLanguage, .gpt2): return name + "LMHeadModel"
    case (.causalLanguage, .llama): return name + "ForCausalLM"
    case (.maskedLanguage, .bert), (.maskedLanguage, .roberta): return name + "ForMaskedLM"
    case (.maskedLanguageAndNextSentence, .bert): return name + "ForPreTraining"
    case (.sequenceClassification, _): return name + "ForSequenceClassification"
    case (.tokenClassification, _): return name + "ForTokenClassification"
    default: return nil
    }
  }
}
