import Transformers

/// What GGUF calls the tensors of Hugging Face, and in which order it has their rows.
enum GGUFNames {
  /// The factors by which rotary positions are slowed down, one for each pair.
  static let rotaryFactors = "rope_freqs.weight"

  /// Hugging Face's name of a tensor, and GGUF's.
  static func name(of name: String) -> String {
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
      "mlp.c_proj": "ffn_down", "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
    ]
    // model.layers.3.self_attn.q_proj.weight, transformer.h.3.ln_1.bias
    let words = name.split(separator: ".")
    guard let layer = words.firstIndex(where: { Int($0) != nil }), let kind = words.last else { return name }
    let part = words[(layer + 1)..<(words.count - 1)].joined(separator: ".")
    return parts[part].map { "blk.\(words[layer]).\($0).\(kind)" } ?? name
  }

  /// For each row of a tensor in GGUF, or number of a vector, the row that it is in Hugging Face's; nil where they are
  /// the same.
  ///
  /// llama.cpp turns neighbouring pairs of queries and keys of a Llama, Hugging Face pairs that are half a head apart, as
  /// both do where heads are normalized.
  static func rowOrder(_ name: String, _ c: TransformerConfiguration) -> ((Int) -> Int)? {
    let isTurned = name.contains(".attn_q.") || name.contains(".attn_k.")
    guard c.family == .llama, !c.hasHeadNorms, isTurned else { return nil }
    let (width, half) = (c.headWidth, c.headWidth / 2)
    return { row in row / width * width + row % width % 2 * half + row % width / 2 }
  }
}
