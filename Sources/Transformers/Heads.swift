import Layers
import Tensors

/// What stands on a trunk.
struct Heads: Sendable {
  /// Scores tokens of the vocabulary.
  var language: LanguageHead?
  /// Scores labels.
  var classification: ClassificationHead?
  /// Scores whether the second sentence follows the first.
  var nextSentence: ClassificationHead?

  /// The heads of a configuration, with Hugging Face's names.
  init(_ configuration: TransformerConfiguration, on trunk: Trunk, _ layout: inout ParameterLayout) {
    switch configuration.head {
    case .none: break
    case .causalLanguage: language = .causal(configuration, on: trunk, &layout)
    case .maskedLanguage: language = .masked(configuration, on: trunk, &layout)
    case .maskedLanguageAndNextSentence:
      language = .masked(configuration, on: trunk, &layout)
      nextSentence = .pooling(configuration, output: "cls.seq_relationship", labels: 2, outputDropout: 0, &layout)
    case .sequenceClassification: classification = .ofSequences(configuration, &layout)
    case .tokenClassification: classification = .ofTokens(configuration, &layout)
    }
  }
}

extension LanguageHead {
  /// `lm_head`: the embedding's table again, or a matrix of its own.
  fileprivate static func causal(
    _ c: TransformerConfiguration, on trunk: Trunk, _ layout: inout ParameterLayout
  ) -> LanguageHead {
    let decoder =
      c.tiesEmbeddings
      ? Linear(weight: trunk.embeddings.tokens, bias: nil)
      : Linear(
        &layout, ["lm_head": c.vocabularySize], inputs: c.width, hasBias: false, InitialDistributions(c).matrix,
        depth: c.layers + 1, maps: [])
    return LanguageHead(transform: nil, decoder: decoder)
  }

  /// `cls.predictions` of BERT, `lm_head` of RoBERTa: a dense layer, a norm, the embedding's table, and a bias.
  fileprivate static func masked(
    _ c: TransformerConfiguration, on trunk: Trunk, _ layout: inout ParameterLayout
  ) -> LanguageHead {
    let isBERT = c.family == .bert
    let name = isBERT ? "cls.predictions.transform." : "lm_head."
    let dense = Linear(
      &layout, [name + "dense": c.width], inputs: c.width, hasBias: true, InitialDistributions(c).matrix,
      depth: c.layers + 1, maps: [])
    let norm = Normalization(
      &layout, name + (isBERT ? "LayerNorm" : "layer_norm"), .layer, width: c.width, epsilon: c.normEpsilon,
      depth: c.layers + 1)
    let bias = layout.vector(
      [
        .init(
          name: isBERT ? "cls.predictions.bias" : "lm_head.bias", rows: 0..<c.vocabularySize, isVector: true)
      ], count: c.vocabularySize, .zeros, depth: c.layers + 1)
    return LanguageHead(
      // RoBERTa's head has the exact GELU whatever the blocks have.
      transform: Transform(dense: dense, activation: isBERT ? c.activation : .gelu, norm: norm),
      decoder: Linear(weight: trunk.embeddings.tokens, bias: bias))
  }
}

extension ClassificationHead {
  /// Dropouts as in Hugging Face's classes, which have none in GPT-2's and Llama's classifiers of sequences.
  fileprivate static func ofSequences(
    _ c: TransformerConfiguration, _ layout: inout ParameterLayout
  ) -> ClassificationHead {
    let dropout = c.classifierDropout ?? c.residualDropout
    switch c.family {
    case .gpt2, .llama:
      return ClassificationHead(output: linear("score", c.labels.count, hasBias: false, c, &layout))
    case .bert:
      return pooling(c, output: "classifier", labels: c.labels.count, outputDropout: dropout, &layout)
    case .roberta:
      let dense = linear("classifier.dense", c.width, hasBias: true, c, &layout)
      let output = linear("classifier.out_proj", c.labels.count, hasBias: true, c, &layout)
      return ClassificationHead(inputDropout: dropout, dense: dense, outputDropout: dropout, output: output)
    }
  }

  fileprivate static func ofTokens(
    _ c: TransformerConfiguration, _ layout: inout ParameterLayout
  ) -> ClassificationHead {
    let name = c.family == .llama ? "score" : "classifier"
    let dropout = c.classifierDropout ?? (c.family.isCausal ? 0.1 : c.residualDropout)
    return ClassificationHead(
      inputDropout: dropout, output: linear(name, c.labels.count, hasBias: true, c, &layout))
  }

  /// BERT's pooler (a dense layer and a tangent, on the first token), and an output on it.
  fileprivate static func pooling(
    _ c: TransformerConfiguration, output: String, labels: Int, outputDropout: Double,
    _ layout: inout ParameterLayout
  ) -> ClassificationHead {
    let pooler = linear("bert.pooler.dense", c.width, hasBias: true, c, &layout)
    let output = linear(output, labels, hasBias: true, c, &layout)
    return ClassificationHead(dense: pooler, outputDropout: outputDropout, output: output)
  }

  private static func linear(
    _ name: String, _ outputs: Int, hasBias: Bool, _ c: TransformerConfiguration, _ layout: inout ParameterLayout
  ) -> Linear {
    Linear(
      &layout, [name: outputs], inputs: c.width, hasBias: hasBias, InitialDistributions(c).matrix, depth: c.layers + 1,
      maps: [])
  }
}
