import KernelSupport
import Layers

/// Everything that decides what a model computes: its family, its head, its sizes; what `config.json` says.
///
/// ```swift
/// var configuration = TransformerConfiguration.preset(.mini, family: .llama, vocabularySize: 4096, context: 256)
/// configuration.attentionDropout = 0.1
/// let model = try Transformer(configuration)
/// ```
public struct TransformerConfiguration: Sendable, Equatable {
  /// The architectures, by their Hugging Face `model_type`.
  public enum Family: String, Sendable, Hashable, CaseIterable {
    /// Learned positions, LayerNorm before each part, tanh GELU (Radford et al. 2019).
    case gpt2
    /// Rotary positions, RMSNorm before each part, gated feed-forward, shared keys and values (Touvron et al. 2023).
    case llama
    /// Bidirectional, LayerNorm after each part, segments (Devlin et al. 2019).
    case bert
    /// BERT with other positions and another head (Liu et al. 2019).
    case roberta

    /// Whether a token sees only itself and those before it.
    public var isCausal: Bool { self == .gpt2 || self == .llama }
  }

  /// What stands on top of the trunk.
  public enum Head: Sendable, Hashable, CaseIterable {
    /// Nothing: hidden states only.
    case none
    /// The next token: gpt2 and llama.
    case causalLanguage
    /// Masked tokens: bert and roberta.
    case maskedLanguage
    /// Masked tokens, and whether the second sentence follows the first: bert.
    case maskedLanguageAndNextSentence
    /// One answer for a sequence.
    case sequenceClassification
    /// One answer for each token.
    case tokenClassification

    /// Whether it predicts tokens of the vocabulary.
    public var isLanguage: Bool {
      self == .causalLanguage || self == .maskedLanguage || self == .maskedLanguageAndNextSentence
    }
  }

  /// What a classification head's numbers mean, by its name in `config.json`.
  public enum ProblemType: String, Sendable, Hashable, CaseIterable {
    /// Values, fitted by their mean squared error.
    case regression
    /// One of the labels.
    case singleLabel = "single_label_classification"
    /// Any of the labels.
    case multiLabel = "multi_label_classification"
  }

  /// The architecture.
  public var family: Family
  /// The head.
  public var head: Head
  /// How many tokens there are.
  public var vocabularySize: Int
  /// The width of the hidden states.
  public var width: Int
  /// How many blocks.
  public var layers: Int
  /// How many query heads.
  public var heads: Int
  /// How many key/value heads, a divisor of `heads`; fewer than `heads` in llama only.
  public var keyHeads: Int
  /// The width of a head.
  public var headWidth: Int
  /// The width inside a feed-forward layer.
  public var innerWidth: Int
  /// How many positions there are; of RoBERTa's, the first `paddingToken + 1` are never used.
  public var maximumPositions: Int
  /// How many kinds of segment: bert and roberta.
  public var segmentTypes: Int

  /// The function inside the feed-forward layers.
  public var activation: Activation
  /// What norms add to the variance.
  public var normEpsilon: Double
  /// The angles of rotary positions: llama.
  public var rotary: RotaryFrequencies
  /// Whether the projections of attention have biases.
  public var hasAttentionBias: Bool
  /// Whether the projections of the feed-forward layers have biases.
  public var hasFeedForwardBias: Bool
  /// Whether queries and keys are normalised, each head on its own: llama, which Hugging Face's library calls Qwen3 then.
  public var hasHeadNorms = false
  /// Whether the language head's matrix is the token embedding's.
  public var tiesEmbeddings: Bool
  /// Whether a causal model has learned to fill masks, too: with attention in both directions, it predicts a hidden
  /// token from the position before it (Charpentier & Samuel 2024).
  ///
  /// Other programs ignore its key in `config.json`, and have an ordinary causal model.
  public var fillsMasks = false
  /// Whether the tokens of a causal family see those behind them, too, as bert's do: where no next token is asked for.
  ///
  /// `is_causal` is false in `config.json` then, which Hugging Face's library heeds.
  public var seesBothWays = false

  /// Dropout after the embeddings; bert and roberta have one probability for this and the next.
  public var embeddingDropout: Double
  /// Dropout of what attention and feed-forward layers add.
  public var residualDropout: Double
  /// Dropout of attention's probabilities.
  public var attentionDropout: Double
  /// Dropout before a classifier; where it is nil, that of Hugging Face's class.
  public var classifierDropout: Double?
  /// The standard deviation of the first weights.
  public var initializerRange: Double

  /// The token that begins a text.
  public var beginToken: Int?
  /// The tokens that end one.
  public var endTokens: [Int]
  /// The token that fills batches of other programs; RoBERTa's positions are counted from it.
  public var paddingToken: Int?

  /// The names of a classification head's labels.
  public var labels: [String]
  /// What the labels' scores mean; where it is nil, `.regression` for one label and `.singleLabel` for more.
  public var problemType: ProblemType?
}

extension TransformerConfiguration {
  /// The longest sequence, in tokens.
  public var maximumLength: Int { family == .roberta ? maximumPositions - firstPosition : maximumPositions }

  /// The position of a sequence's first token: after the padding token's in roberta, otherwise 0.
  public var firstPosition: Int { family == .roberta ? (paddingToken ?? 1) + 1 : 0 }

  /// What the labels' scores mean, decided by their number where the configuration does not say.
  public var resolvedProblemType: ProblemType { problemType ?? (labels.count == 1 ? .regression : .singleLabel) }

  /// The same trunk with a head for one answer a sequence.
  public func classifying(
    sequencesInto labels: [String], problemType: ProblemType? = nil
  ) -> TransformerConfiguration {
    var result = self
    (result.head, result.labels, result.problemType) = (.sequenceClassification, labels, problemType)
    return result
  }

  /// The same trunk with a head for one answer a token.
  ///
  /// What a word is often shows in those behind it: a trunk that has learned to look there, by filling masks, does.
  public func classifying(tokensInto labels: [String]) -> TransformerConfiguration {
    var result = self
    (result.head, result.labels, result.problemType) = (.tokenClassification, labels, nil)
    if fillsMasks { result.seesBothWays = true }
    return result
  }

  /// The language model that a classifier was made from, where its trunk is all that it takes.
  ///
  /// That is a causal one that fills masks and has one table for tokens and answers; all others stay as they are.
  public var speaking: TransformerConfiguration {
    guard fillsMasks, tiesEmbeddings, head == .sequenceClassification || head == .tokenClassification else {
      return self
    }
    var result = self
    (result.head, result.labels, result.problemType) = (.causalLanguage, [], nil)
    result.seesBothWays = false
    return result
  }

  /// Whether a model with this head predicts hidden tokens.
  public var canFillMasks: Bool {
    head == .maskedLanguage || head == .maskedLanguageAndNextSentence || (head == .causalLanguage && fillsMasks)
  }

  /// How many positions before a hidden token it is predicted: 1 in causal families.
  public var maskShift: Int { family.isCausal ? 1 : 0 }

  /// Sets every dropout of the trunk to one probability, as fine-tuning recipes want it.
  public mutating func setDropout(_ probability: Double) {
    (embeddingDropout, residualDropout, attentionDropout) = (probability, probability, probability)
  }
}
