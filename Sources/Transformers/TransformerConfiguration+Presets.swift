import Layers

extension TransformerConfiguration {
  /// One dial for a model's size; everything else is derived from it.
  public enum Size: String, Sendable, Hashable, CaseIterable {
    /// 3 layers, 3 heads, width 48: for tests and for texts of some kilobytes.
    case nano
    /// 4 layers, 2 heads, width 64: seconds.
    case tiny
    /// 4 layers, 4 heads, width 128: minutes.
    case micro
    /// 6 layers, 6 heads, width 192: a quarter of an hour.
    case mini
    /// 6 layers, 6 heads, width 384: hours.
    case small
    /// 12 layers, 12 heads, width 768: the smallest published models of each family.
    case base

    /// Layers, heads, and the width of the hidden states.
    public var shape: (layers: Int, heads: Int, width: Int) {
      switch self {
      case .nano: (3, 3, 48)
      case .tiny: (4, 2, 64)
      case .micro: (4, 4, 128)
      case .mini: (6, 6, 192)
      case .small: (6, 6, 384)
      case .base: (12, 12, 768)
      }
    }
  }

  /// A model of a family in one of the sizes, with the language head of its family.
  ///
  /// Special tokens are those of this package's tokenizers: `<s>` 1, `</s>` 2, `<pad>` 3. Dropout is off: a small
  /// model that sees its text a few times underfits; `setDropout` changes it.
  /// - Parameters:
  ///   - size: The dial.
  ///   - family: The architecture.
  ///   - vocabularySize: How many tokens.
  ///   - context: The longest sequence.
  public static func preset(
    _ size: Size, family: Family, vocabularySize: Int, context: Int
  ) -> TransformerConfiguration {
    let (layers, heads, width) = size.shape
    let isLlama = family == .llama
    let padding = 3
    return TransformerConfiguration(
      family: family, head: family.isCausal ? .causalLanguage : .maskedLanguage, vocabularySize: vocabularySize,
      width: width, layers: layers, heads: heads, keyHeads: heads, headWidth: width / heads,
      // A gated layer has three matrices where a plain one has two: 8/3 of the width costs the same as 4.
      innerWidth: isLlama ? (width * 8 / 3 + 31) / 32 * 32 : 4 * width,
      maximumPositions: family == .roberta ? context + padding + 1 : context, segmentTypes: family == .bert ? 2 : 1,
      activation: isLlama ? .silu : family == .gpt2 ? .geluTanh : .gelu,
      normEpsilon: isLlama ? 1e-6 : family == .gpt2 ? 1e-5 : 1e-12, rotary: RotaryFrequencies(base: 10_000),
      hasAttentionBias: !isLlama, hasFeedForwardBias: !isLlama,
      // Tied, llama too: a second table would be a fourth of a small model.
      tiesEmbeddings: true,
      embeddingDropout: 0, residualDropout: 0, attentionDropout: 0, classifierDropout: nil, initializerRange: 0.02,
      beginToken: 1, endTokens: [2], paddingToken: padding, labels: [], problemType: nil)
  }
}
