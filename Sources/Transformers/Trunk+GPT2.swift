import Layers
import Tensors

extension Trunk {
  /// GPT-2's trunk, with the names of Hugging Face's `GPT2Model`; its `Conv1D` stores [inputs, outputs].
  static func gpt2(_ configuration: TransformerConfiguration, _ layout: inout ParameterLayout) -> Trunk {
    let c = configuration
    let initial = InitialDistributions(c)
    let root = c.trunkPrefix

    func linear(
      _ name: String, from inputs: Int, to outputs: Int, _ initialization: Initialization, hasBias: Bool, depth: Int,
      maps: Int = 1
    ) -> Linear {
      let size = outputs / maps
      return Linear(
        &layout, [name: outputs], inputs: inputs, hasBias: hasBias, isTransposed: true, initialization, depth: depth,
        maps: (0..<maps).map { $0 * size..<($0 + 1) * size })
    }
    func norm(_ name: String, depth: Int) -> Normalization {
      Normalization(&layout, name, .layer, width: c.width, epsilon: c.normEpsilon, depth: depth)
    }

    let tokens = layout.table(root + "wte", rows: c.vocabularySize, columns: c.width, initial.matrix)
    let positions = layout.table(root + "wpe", rows: c.maximumPositions, columns: c.width, initial.matrix)
    let blocks = (0..<c.layers).map { layer in
      let name = "\(root)h.\(layer)."
      let depth = layer + 1
      return TransformerBlock(
        .before,
        attentionNorm: norm(name + "ln_1", depth: depth),
        attention: SelfAttention(
          projection: linear(
            name + "attn.c_attn", from: c.width, to: 3 * c.width, initial.matrix, hasBias: c.hasAttentionBias,
            depth: depth, maps: 3),
          output: linear(
            name + "attn.c_proj", from: c.width, to: c.width, initial.residual, hasBias: c.hasAttentionBias,
            depth: depth),
          shape: c.attentionShape, isRotary: false, dropout: c.attentionDropout, layer: layer),
        feedForwardNorm: norm(name + "ln_2", depth: depth),
        feedForward: FeedForward(
          up: linear(
            name + "mlp.c_fc", from: c.width, to: c.innerWidth, initial.matrix, hasBias: c.hasFeedForwardBias,
            depth: depth),
          down: linear(
            name + "mlp.c_proj", from: c.innerWidth, to: c.width, initial.residual, hasBias: c.hasFeedForwardBias,
            depth: depth),
          activation: c.activation, isGated: false),
        dropout: c.residualDropout)
    }
    return Trunk(
      embeddings: Embeddings(
        tokens: tokens, positions: positions, segments: nil, norm: nil, dropout: c.embeddingDropout),
      blocks: blocks, finalNorm: norm(root + "ln_f", depth: c.layers + 1))
  }
}
