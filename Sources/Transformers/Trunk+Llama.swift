import Layers
import Tensors

extension Trunk {
  /// Llama's trunk, with the names of Hugging Face's `LlamaModel`, or with norms of heads its `Qwen3Model`.
  static func llama(_ configuration: TransformerConfiguration, _ layout: inout ParameterLayout) -> Trunk {
    let c = configuration
    let initial = InitialDistributions(c)
    let root = c.trunkPrefix
    let (queryWidth, keyWidth) = (c.heads * c.headWidth, c.keyHeads * c.headWidth)

    func norm(_ name: String, depth: Int) -> Normalization {
      Normalization(&layout, name, .rootMeanSquare, width: c.width, epsilon: c.normEpsilon, depth: depth)
    }

    let tokens = layout.table(root + "embed_tokens", rows: c.vocabularySize, columns: c.width, initial.matrix)
    let blocks = (0..<c.layers).map { layer in
      let name = "\(root)layers.\(layer)."
      let depth = layer + 1
      return TransformerBlock(
        .before,
        attentionNorm: norm(name + "input_layernorm", depth: depth),
        attention: SelfAttention(
          projection: Linear(
            &layout,
            [
              name + "self_attn.q_proj": queryWidth, name + "self_attn.k_proj": keyWidth,
              name + "self_attn.v_proj": keyWidth,
            ], inputs: c.width, hasBias: c.hasAttentionBias, initial.matrix, depth: depth),
          output: Linear(
            &layout, [name + "self_attn.o_proj": c.width], inputs: queryWidth, hasBias: c.hasAttentionBias,
            initial.residual, depth: depth),
          shape: c.attentionShape,
          norms: c.hasHeadNorms
            ? HeadNorms(
              &layout, queries: name + "self_attn.q_norm", keys: name + "self_attn.k_norm", headWidth: c.headWidth,
              epsilon: c.normEpsilon, depth: depth) : nil, isRotary: true, dropout: c.attentionDropout, layer: layer),
        feedForwardNorm: norm(name + "post_attention_layernorm", depth: depth),
        feedForward: FeedForward(
          up: Linear(
            &layout, [name + "mlp.gate_proj": c.innerWidth, name + "mlp.up_proj": c.innerWidth], inputs: c.width,
            hasBias: c.hasFeedForwardBias, initial.matrix, depth: depth),
          down: Linear(
            &layout, [name + "mlp.down_proj": c.width], inputs: c.innerWidth, hasBias: c.hasFeedForwardBias,
            initial.residual, depth: depth),
          activation: c.activation, isGated: true),
        dropout: c.residualDropout)
    }
    return Trunk(
      embeddings: Embeddings(tokens: tokens, positions: nil, segments: nil, norm: nil, dropout: c.embeddingDropout),
      blocks: blocks, finalNorm: norm(root + "norm", depth: c.layers + 1))
  }
}
