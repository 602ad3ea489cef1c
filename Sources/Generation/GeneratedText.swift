/// Why a text ended.
public enum FinishReason: String, Sendable, Hashable {
  /// The model ended it, or a stop string came.
  case stop
  /// It has as many new tokens as are allowed.
  case length
  /// The model's context is full.
  case context
  /// Whoever asked for it has had enough.
  case interrupted
}

/// A text that was generated.
public struct GeneratedText: Sendable, Hashable {
  /// The tokens of the prompt.
  public var promptTokens: [Int32]
  /// The new tokens, an end token among them.
  public var tokens: [Int32]
  /// What the new tokens say, up to the stop string where one came.
  ///
  /// Where the last of them begin a character and do not end it, it is left out.
  public var text: String
  /// Why it ended.
  public var finishReason: FinishReason
  /// How many tokens were forgotten, where the context slid.
  public var forgottenTokens: Int
  /// The tokens to go on from: those of prompt and text, without an end token; nil where a stop string was cut off, so
  /// that the tokens say more than the text.
  public var continuation: [Int32]?
  /// The mean of the logarithms of the probabilities that the model gave the new tokens before any setting changed them;
  /// nil where they were not measured, as `best_of` does.
  public var meanLogProbability: Double?
  /// How long it took.
  public var statistics: GenerationStatistics
}

/// How long a text took.
public struct GenerationStatistics: Sendable, Hashable {
  /// How many tokens the prompt has.
  public var promptTokens: Int
  /// How many tokens were generated.
  public var newTokens: Int
  /// From the beginning until the first new token was known.
  public var secondsToFirstToken: Double
  /// From the beginning until the end.
  public var seconds: Double

  /// New tokens a second, once the prompt was read; where there is one token only, the prompt's time counts.
  public var tokensPerSecond: Double {
    newTokens > 1
      ? Double(newTokens - 1) / max(seconds - secondsToFirstToken, 1e-9) : Double(newTokens) / max(seconds, 1e-9)
  }

  /// The prompt's tokens a second.
  public var promptTokensPerSecond: Double { Double(promptTokens) / max(secondsToFirstToken, 1e-9) }
}
