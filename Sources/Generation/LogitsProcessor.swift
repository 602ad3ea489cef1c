/// What a rule about the next token may look at.
public struct TokenHistory: Sendable {
  /// The prompt's tokens, and behind them those that were generated.
  public var tokens: [Int32]
  /// How many of them are the prompt's.
  public var promptCount: Int

  /// A history.
  public init(tokens: [Int32], promptCount: Int) {
    self.tokens = tokens
    self.promptCount = promptCount
  }

  /// The tokens that were generated.
  public var generated: ArraySlice<Int32> { tokens[promptCount...] }
}

/// One rule that changes the scores of the next token; forbidden tokens get minus infinity.
public protocol LogitsProcessor: Sendable {
  /// Changes the scores, one for each token of the vocabulary.
  func process(_ logits: inout [Float], after history: TokenHistory)
}

/// The rules that some settings ask for, in the order in which transformers applies them: biases, penalties
/// (DRY behind them, which transformers has not), repeated runs, forbidden words, least length, then, where tokens are drawn, temperature, top-k, top-p, min-p and
/// typical.
public struct LogitsPipeline: LogitsProcessor {
  /// The rules in order.
  public let processors: [any LogitsProcessor]

  /// The rules of the settings.
  ///
  /// - Parameter endTokens: the tokens that end a text.
  /// - Parameter breakers: the tokens over which no repetition reaches, for DRY.
  public init(_ settings: GenerationSettings, endTokens: [Int32], breakers: Set<Int32> = []) {
    var rules: [any LogitsProcessor] = []
    if !settings.sequenceBias.isEmpty { rules.append(SequenceBiases(biases: settings.sequenceBias)) }
    if settings.repetitionPenalty != 1 { rules.append(RepetitionPenalty(penalty: settings.repetitionPenalty)) }
    if settings.presencePenalty != 0 || settings.frequencyPenalty != 0 {
      rules.append(
        FrequencyPenalty(presence: settings.presencePenalty, frequency: settings.frequencyPenalty))
    }
    if settings.dryMultiplier > 0 {
      rules.append(
        RepetitionGrowth(
          multiplier: settings.dryMultiplier, base: settings.dryBase, allowedLength: settings.dryAllowedLength,
          breakers: breakers))
    }
    if settings.noRepeatNgramSize > 0 { rules.append(NoRepeatedRuns(length: settings.noRepeatNgramSize)) }
    // A forbidden word that is an end token is no word: transformers lets it pass, too.
    let words = settings.badWordsIDs.filter { word in word.count > 1 || !endTokens.contains(word[0]) }
    if !words.isEmpty {
      rules.append(SequenceBiases(biases: words.map { SequenceBias(tokens: $0, bias: -.infinity) }))
    }
    if settings.minLength > 0 || settings.minNewTokens > 0 {
      rules.append(
        LeastLength(total: settings.minLength, new: settings.minNewTokens, endTokens: endTokens))
    }
    if !settings.suppressTokens.isEmpty {
      rules.append(SequenceBiases(biases: settings.suppressTokens.map { SequenceBias(tokens: [$0], bias: -.infinity) }))
    }
    if !settings.isGreedy {
      if settings.temperature != 1 { rules.append(Temperature(temperature: settings.temperature)) }
      if settings.topK > 0 { rules.append(TopK(count: settings.topK)) }
      if settings.topP < 1 { rules.append(TopP(probability: settings.topP)) }
      if settings.minP > 0 { rules.append(MinP(share: settings.minP)) }
      if settings.typicalP < 1 { rules.append(TypicalP(probability: settings.typicalP)) }
    }
    processors = rules
  }

  /// Applies all of them.
  public func process(_ logits: inout [Float], after history: TokenHistory) {
    for processor in processors { processor.process(&logits, after: history) }
  }
}
