import Layers
import Tensors

extension Trunk {
  /// BERT's and RoBERTa's trunk, with the names of Hugging Face's `BertModel` and `RobertaModel`.
  static func bert(_ configuration: TransformerConfiguration, _ layout: inout ParameterLayout) -> Trunk {
    let c = configuration
    let initial = InitialDistributions(c)
    let root = c.trunkPrefix

    func linear(_ parts: KeyValuePairs<String, Int>, from inputs: Int, depth: Int) -> Linear {
      Linear(&layout, parts, inputs: inputs, hasBias: true, initial.matrix, depth: depth)
    }
    func norm(_ name: String, depth: Int) -> Normalization {
      Normalization(&layout, name, .layer, width: c.width, epsilon: c.normEpsilon, depth: depth)
    }

    let table = root + "embeddings."
    let tokens = layout.table(
      table + "word_embeddings", rows: c.vocabularySize, columns: c.width, initial.matrix)
    let positions = layout.table(
      table + "position_embeddings", rows: c.maximumPositions, columns: c.width, initial.matrix)
    let segments = layout.table(
      table + "token_type_embeddings", rows: c.segmentTypes, columns: c.width, initial.matrix)
    let embeddings = Embeddings(
      tokens: tokens, positions: positions, segments: segments, norm: norm(table + "LayerNorm", depth: 0),
      dropout: c.embeddingDropout)
    let blocks = (0..<c.layers).map { layer in
      let name = "\(root)encoder.layer.\(layer)."
      let depth = layer + 1
      return TransformerBlock(
        .after,
        attentionNorm: norm(name + "attention.output.LayerNorm", depth: depth),
        attention: SelfAttention(
          projection: linear(
            [
              name + "attention.self.query": c.width, name + "attention.self.key": c.width,
              name + "attention.self.value": c.width,
            ], from: c.width, depth: depth),
          output: linear([name + "attention.output.dense": c.width], from: c.width, depth: depth),
          shape: c.attentionShape, isRotary: false, dropout: c.attentionDropout, layer: layer),
        feedForwardNorm: norm(name + "output.LayerNorm", depth: depth),
        feedForward: FeedForward(
          up: linear([name + "intermediate.dense": c.innerWidth], from: c.width, depth: depth),
          down: linear([name + "output.dense": c.width], from: c.innerWidth, depth: depth),
          activation: c.activation, isGated: false),
        dropout: c.residualDropout)
    }
    return Trunk(embeddings: embeddings, blocks: blocks, finalNorm: nil)
  }
}

extension TransformerConfiguration {
  /// What Hugging Face's names of the trunk begin with: nothing where it stands alone.
  var trunkPrefix: String {
    if head == .none { return "" }
    switch family {
    case .gpt2: return "transformer."
    case .llama: return "model."
    case .bert: return "bert."
    case .roberta: return "roberta."
    }
  }

  var attentionShape: AttentionShape {
    AttentionShape(heads: heads, keyHeads: keyHeads, headWidth: headWidth, causal: family.isCausal && !seesBothWays)
  }
}
