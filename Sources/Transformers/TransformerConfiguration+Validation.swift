import Layers

extension TransformerConfiguration {
  // Far above every published model, and so small that no product of a few of them overflows.
  static let largestWidth = 1 << 16
  static let largestLabelCount = 1 << 16
  private static let largestVocabulary = 1 << 24
  private static let largestInnerWidth = 1 << 20
  private static let largestPositions = 1 << 24
  private static let largestLayers = 1 << 12

  /// Refuses sizes out of range, and values that contradict each other or that the family does not have.
  /// - Throws: `ConfigurationFailure` naming the key of `config.json`.
  public func validate() throws(ConfigurationFailure) {
    try validateSizes()
    try validateNumbers()
    try validateFamily()
    try validateHead()
  }

  private func validateSizes() throws(ConfigurationFailure) {
    let keys = ConfigurationKeys(family)
    try Self.require("vocab_size", vocabularySize, 1...Self.largestVocabulary)
    try Self.require(keys.width, width, 1...Self.largestWidth)
    try Self.require(keys.layers, layers, 1...Self.largestLayers)
    try Self.require(keys.heads, heads, 1...Self.largestWidth)
    try Self.require(keys.innerWidth, innerWidth, 1...Self.largestInnerWidth)
    try Self.require(keys.maximumPositions, maximumPositions, 1...Self.largestPositions)
    try Self.require("num_key_value_heads", keyHeads, 1...heads)
    try Self.require("head_dim", headWidth, 1...Self.largestWidth)
    try Self.require("type_vocab_size", segmentTypes, 1...Self.largestWidth)
    guard heads % keyHeads == 0 else {
      throw .contradiction("\(heads) heads cannot share \(keyHeads) key/value heads evenly")
    }
  }

  private func validateNumbers() throws(ConfigurationFailure) {
    let keys = ConfigurationKeys(family)
    guard normEpsilon > 0, normEpsilon < 1 else {
      throw .outOfRange(key: keys.normEpsilon, value: "\(normEpsilon)", range: "above 0 and below 1")
    }
    guard initializerRange >= 0, initializerRange <= 1 else {
      throw .outOfRange(key: "initializer_range", value: "\(initializerRange)", range: "from 0 to 1")
    }
    let dropouts = [
      (keys.embeddingDropout, embeddingDropout), (keys.residualDropout, residualDropout),
      (keys.attentionDropout, attentionDropout), ("classifier_dropout", classifierDropout ?? 0),
    ]
    for (key, probability) in dropouts where !(probability >= 0 && probability < 1) {
      throw .outOfRange(key: key, value: "\(probability)", range: "at least 0 and below 1")
    }
    let vocabulary = 0..<vocabularySize
    for (key, tokens) in [
      ("bos_token_id", [beginToken].compactMap { $0 }), ("eos_token_id", endTokens),
      ("pad_token_id", [paddingToken].compactMap { $0 }),
    ] {
      for token in tokens where !vocabulary.contains(token) {
        throw .outOfRange(key: key, value: "\(token)", range: "a token below \(vocabularySize)")
      }
    }
  }

  private func validateFamily() throws(ConfigurationFailure) {
    guard !hasHeadNorms || (family == .llama && !hasFeedForwardBias) else {
      throw .contradiction("norms of heads are for llama without biases in its feed-forward layers")
    }
    if family == .llama {
      guard headWidth % 2 == 0 else {
        throw .outOfRange(key: "head_dim", value: "\(headWidth)", range: "even, as rotary positions turn pairs")
      }
      guard rotary.base.isFinite, rotary.base > 0 else {
        throw .outOfRange(key: "rope_theta", value: "\(rotary.base)", range: "positive")
      }
      if case .llama3(_, let lowFactor, let highFactor, _) = rotary.scaling, !(highFactor > lowFactor) {
        throw .contradiction("\"high_freq_factor\" \(highFactor) is not above \"low_freq_factor\" \(lowFactor)")
      }
      return
    }
    guard heads * headWidth == width else {
      throw .contradiction("the width \(width) is not divisible by \(heads) heads")
    }
    guard keyHeads == heads else { throw .contradiction("\(family.rawValue) does not share key/value heads") }
    guard hasAttentionBias, hasFeedForwardBias else {
      throw .contradiction("\(family.rawValue) has biases in all of its projections")
    }
    if family == .gpt2 { return }
    guard tiesEmbeddings else { throw .contradiction("the head of \(family.rawValue) shares the embeddings") }
    guard embeddingDropout == residualDropout else {
      throw .contradiction("\(family.rawValue) has one dropout for embeddings and blocks")
    }
    guard maximumLength > 0 else {
      throw .contradiction(
        "\(maximumPositions) positions leave none behind the padding token's, \(firstPosition - 1)")
    }
  }

  private func validateHead() throws(ConfigurationFailure) {
    guard !fillsMasks || family.isCausal else {
      throw .contradiction("masked_next_token is for gpt2 and llama; \(family.rawValue) fills masks anyway")
    }
    guard !seesBothWays || (family.isCausal && head != .causalLanguage) else {
      throw .contradiction(
        "is_causal false is for classifiers and vectors of gpt2 and llama, and this is \(family.rawValue) with "
          + head.name)
    }
    guard Self.architecture(family, head) != nil else {
      throw .contradiction("\(family.rawValue) does not come with \(head.name)")
    }
    guard head == .sequenceClassification || head == .tokenClassification else { return }
    guard (1...Self.largestLabelCount).contains(labels.count) else {
      throw .outOfRange(key: "id2label", value: "\(labels.count) labels", range: "at least one label")
    }
    guard Set(labels).count == labels.count else { throw .contradiction("two labels have the same name") }
    if head == .sequenceClassification, labels.count == 1, problemType == .singleLabel {
      throw .contradiction("a classifier with one label and the problem type single_label_classification")
    }
  }

  static func require(
    _ key: String, _ value: Int, _ range: ClosedRange<Int>
  ) throws(ConfigurationFailure) {
    guard range.contains(value) else {
      throw .outOfRange(key: key, value: "\(value)", range: "from \(range.lowerBound) to \(range.upperBound)")
    }
  }
}
