import Files
import Transformers

/// The spellings under which Hugging Face's files have the tensors of a family, old ones and new ones.
struct TensorNames: Sendable {
  /// What stands before the names of the trunk, in files of models with a head.
  let prefix: String
  /// The name of a head's tensor that is the same as another one, where embeddings are tied.
  let aliases: [String: String]

  init(_ family: TransformerConfiguration.Family) {
    switch family {
    case .gpt2:
      prefix = "transformer."
      aliases = ["lm_head.weight": "wte.weight"]
    case .llama:
      prefix = "model."
      aliases = ["lm_head.weight": "embed_tokens.weight"]
    case .bert:
      prefix = "bert."
      aliases = [
        "cls.predictions.decoder.weight": "embeddings.word_embeddings.weight",
        "cls.predictions.decoder.bias": "cls.predictions.bias",
      ]
    case .roberta:
      prefix = "roberta."
      aliases = [
        "lm_head.decoder.weight": "embeddings.word_embeddings.weight",
        "lm_head.decoder.bias": "lm_head.bias",
      ]
    }
  }

  /// One spelling for all: without the prefix, and with `weight` and `bias` for the old `gamma` and `beta`.
  func canonical(_ name: String) -> String {
    var name = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    for (old, new) in [(".gamma", ".weight"), (".beta", ".bias")] where name.hasSuffix(old) {
      name = name.dropLast(old.count) + new
    }
    return name
  }

  /// Whether a tensor is no parameter, but a table that the model computes by itself.
  func isBuffer(_ canonicalName: String) -> Bool {
    let suffixes = [
      "embeddings.position_ids", "embeddings.token_type_ids", ".attn.bias", ".attn.masked_bias",
      ".rotary_emb.inv_freq", "rotary_emb.inv_freq",
    ]
    return suffixes.contains { canonicalName.hasSuffix($0) }
  }

  /// Whether a tensor belongs to a head, or to the pooler, which is a part of some heads: another head can do without.
  func isOfHead(_ canonicalName: String) -> Bool {
    ["cls.", "lm_head.", "classifier.", "score.", "pooler.", "qa_outputs."].contains { canonicalName.hasPrefix($0) }
  }
}
