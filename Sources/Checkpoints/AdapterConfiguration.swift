import Files
import Transformers

/// What `adapter_config.json` says, as far as it decides numbers.
struct AdapterConfiguration: Sendable {
  /// The model it belongs to.
  var baseName: String?
  private var alpha: Double
  private var usesRootOfRank: Bool

  /// What changes the arithmetic and is not done here, with the values that switch it off.
  private static let refused: [(key: String, off: [JSONValue])] = [
    ("use_dora", [false]), ("use_qalora", [false]), ("use_bdlora", [false]), ("lora_bias", [false]),
    ("bias", ["none"]), ("alpha_pattern", [.object([:])]), ("layer_replication", []), ("megatron_config", []),
    ("trainable_token_indices", []), ("alora_invocation_tokens", []), ("target_parameters", [.array([])]),
    ("velora_config", []), ("arrow_config", []), ("kasa_config", []), ("monteclora_config", []),
  ]

  /// Reads the file's content.
  init(json: JSONValue, path: String) throws(CheckpointFailure) {
    guard json["peft_type"]?.string == "LORA" else {
      throw .content(
        path: path,
        reason: "peft_type is \(json["peft_type"]?.serialized() ?? "missing"), and only \"LORA\" is known here")
    }
    guard let alpha = json["lora_alpha"]?.double, alpha.isFinite else {
      throw .content(path: path, reason: "lora_alpha should be a number")
    }
    for (key, off) in Self.refused {
      guard let value = json[key], !value.isNull, !off.contains(value) else { continue }
      throw .content(path: path, reason: "it sets \(key) to \(value.serialized()), which is not done here")
    }
    self.alpha = alpha
    usesRootOfRank = json["use_rslora"]?.bool ?? false
    baseName = json["base_model_name_or_path"]?.string
  }

  /// What B · A weighs in an adapter of a rank: alpha / r, or alpha / √r for rank-stabilised ones.
  func scale(rank: Int) -> Double { alpha / (usesRootOfRank ? Double(rank).squareRoot() : Double(rank)) }

  /// The content of the file for an adapter that was trained here.
  static func json(
    _ adapter: LowRankAdapter, of configuration: TransformerConfiguration, base: String
  ) -> JSONValue {
    let settings = adapter.settings
    func list(_ names: [String]) -> JSONValue { names.isEmpty ? .null : .array(names.map { .string($0) }) }
    let task: JSONValue =
      switch configuration.head {
      case .sequenceClassification: "SEQ_CLS"
      case .tokenClassification: "TOKEN_CLS"
      case .causalLanguage: "CAUSAL_LM"
      default: .null
      }
    return [
      "alpha_pattern": .object([:]), "auto_mapping": .null, "base_model_name_or_path": .string(base), "bias": "none",
      "fan_in_fan_out": .bool(configuration.family == .gpt2), "inference_mode": true, "init_lora_weights": true,
      "layers_pattern": .null, "layers_to_transform": .null, "lora_alpha": .number(settings.alpha),
      "lora_dropout": .number(settings.dropout), "modules_to_save": list(adapter.savedModules), "peft_type": "LORA",
      "r": .integer(settings.rank), "rank_pattern": .object([:]), "revision": .null,
      "target_modules": list(adapter.modules), "task_type": task, "use_dora": false, "use_rslora": false,
    ]
  }
}
