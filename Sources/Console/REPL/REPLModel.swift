/// What a model at the prompt is for.
public enum REPLTask: Sendable, Hashable {
  /// It continues texts.
  case generation
  /// It fills the gaps of texts.
  case filling(mask: String)
  /// It puts labels on texts.
  case classification(labels: [String])
  /// It puts a label on each word of a text.
  case tagging(labels: [String])
}

/// What a generating model is to go on from.
public enum REPLPrompt: Sendable, Equatable {
  /// A new text.
  case text(String)
  /// Tokens of an earlier one.
  case tokens([Int32])
}

/// What a generating model made of a prompt.
public struct REPLCompletion: Sendable, Equatable {
  /// The new text.
  public var text: String
  /// The tokens of prompt and text, to go on from; nil where the text alone can be gone on from.
  public var tokens: [Int32]?
  /// Why it ended: `stop`, `length`, `context` or `interrupted`.
  public var finishReason: String
  /// How many tokens were read and written, and how long that took.
  public var promptTokens: Int, newTokens: Int
  public var secondsToFirstToken: Double, seconds: Double
  /// New tokens a second after the first.
  public var tokensPerSecond: Double
  /// How many tokens were forgotten because the context slid.
  public var forgottenTokens: Int

  /// A completion.
  public init(
    text: String, tokens: [Int32]? = nil, finishReason: String, promptTokens: Int = 0, newTokens: Int = 0,
    secondsToFirstToken: Double = 0, seconds: Double = 0, tokensPerSecond: Double = 0, forgottenTokens: Int = 0
  ) {
    (self.text, self.tokens, self.finishReason) = (text, tokens, finishReason)
    (self.promptTokens, self.newTokens) = (promptTokens, newTokens)
    (self.secondsToFirstToken, self.seconds) = (secondsToFirstToken, seconds)
    (self.tokensPerSecond, self.forgottenTokens) = (tokensPerSecond, forgottenTokens)
  }
}

/// A token with its probability, a filled text, or a label: something with a score.
public struct REPLChoice: Sendable, Equatable {
  /// What it is.
  public var text: String
  /// From 0 to 1, or for a regression the value.
  public var score: Double

  /// A choice.
  public init(text: String, score: Double) {
    self.text = text
    self.score = score
  }
}

/// A setting of a model, for people.
public struct REPLSetting: Sendable, Equatable {
  /// Its name, its value and what it does.
  public var name: String, value: String, summary: String

  /// A setting.
  public init(name: String, value: String, summary: String) {
    (self.name, self.value, self.summary) = (name, value, summary)
  }
}

/// A model as the prompt needs it.
///
/// What one task has no use for does not happen: the prompt asks a generating model for completions, a filling one for
/// fillings, a classifier for labels.
public protocol REPLModel: AnyObject {
  /// What it is for.
  var task: REPLTask { get }
  /// How a gap is written, where it fills gaps: filling may be its task, or something that it has learned besides.
  var mask: String? { get }
  /// Facts about it, for `/show info`.
  var facts: [(name: String, value: String)] { get }
  /// Its settings, for `/show parameters`.
  var settings: [REPLSetting] { get }
  /// Changes a setting, to a value as `settings` shows it; nil is what the model came with.
  func set(_ name: String, to value: String?) throws
  /// Changes a setting as a person asks for it, and what must change with it.
  func request(_ name: String, as value: String) throws
  /// The tokens of a text.
  func tokens(of text: String) -> [(identifier: Int32, piece: String)]
  /// Continues a prompt.
  ///
  /// - Parameters:
  ///   - sample: each number gives another text for the same prompt and seed.
  ///   - onText: receives the text while it comes.
  ///   - isInterrupted: when true, the text ends.
  func complete(
    _ prompt: REPLPrompt, sample: Int, onText: (String) -> Void, isInterrupted: () -> Bool
  ) throws -> REPLCompletion
  /// The likeliest tokens after a prompt.
  func nextTokens(after prompt: REPLPrompt, count: Int) throws -> [REPLChoice]
  /// Fills the gaps of a text, the best way first.
  func fill(_ text: String, count: Int) throws -> [REPLChoice]
  /// The labels of a text with their scores, the best first; for a tagger the words with their labels, in order.
  func classify(_ text: String) throws -> [REPLChoice]
}
