import Corpora
import Transformers

/// Everything that decides a pretraining run beside model, tokenizer and text.
///
/// ```swift
/// var settings = PretrainingSettings.recommended(
///   .gpt, for: configuration, corpusTokens: shard.tokenCount, budget: .minutes(10))
/// settings.loop.seed = 7
/// ```
public struct PretrainingSettings: Sendable {
  /// What the model learns.
  public enum Objective: String, Sendable, Hashable, CaseIterable {
    /// The next token.
    case causal
    /// Hidden tokens.
    case masked
    /// Both, in one causal model: the next token, and hidden tokens with attention in both directions.
    case both

    /// Whether it hides tokens.
    public var hidesTokens: Bool { self != .causal }
  }

  /// What the model learns.
  public var objective: Objective
  /// Windows in a micro-batch; a step has this times `loop.accumulation`.
  public var batch: Int
  /// Tokens in a window.
  public var context: Int
  /// How tokens are hidden, if they are.
  public var masking = TokenMasking()
  /// After how many passes over the text the masks return, as if it had been written out so many times; nil for masks
  /// that are always new.
  public var maskCopies: Int?
  /// The share of batches that hide tokens, where the objective is both.
  public var maskedShare = 0.5
  /// Whether sequences are pairs of segments, and the model is asked whether the second follows the first.
  public var predictsNextSentence = false
  /// The share of documents whose pairs have a shorter length of their own.
  public var shortShare = 0.1
  /// Whether windows of a masked model begin and end with sentences.
  public var keepsSentences = false
  /// Whether a window may hold several documents that see each other.
  public var crossesDocuments = true
  /// Whether windows begin anywhere, instead of each once an epoch.
  public var drawsWindows = false
  /// Whether documents stand between the tokenizer's begin and end tokens.
  public var marksDocuments = true
  /// How far texts are cut into other pieces each time they are read, by the tokenizer's measure (see
  /// `Tokenizer.sample`); nil always reads the same pieces.
  public var subwordSampling: Double?
  /// The share of each target that is spread over the vocabulary.
  public var smoothing = 0.0
  /// The probability of every dropout of the trunk.
  public var dropout = 0.0
  /// The larger model that it learns from beside the text; nil for none.
  public var distillation: DistillationSettings?
  /// The steps.
  public var loop: LoopSettings
  /// The adapter that learns in place of the model, which has learned before; nil where the model itself learns.
  public var adapter: LowRankSettings?
  /// The most bytes the run may need; nil for no limit.
  public var memoryLimit: Int?

  /// Settings with the given core, and defaults for the rest.
  public init(objective: Objective, batch: Int, context: Int, loop: LoopSettings) {
    (self.objective, self.batch, self.context, self.loop) = (objective, batch, context, loop)
  }

  /// Refuses numbers that make no sense.
  public func validate() throws(TrainingFailure) {
    func require(_ holds: Bool, _ name: String, _ value: Any, _ expected: String) throws(TrainingFailure) {
      if !holds { throw .setting(name: name, value: "\(value)", expected: expected) }
    }
    try require((1...1_000_000).contains(batch), "batch", batch, "1 to 1000000 sequences")
    let least = predictsNextSentence ? 5 : objective == .causal ? 1 : 3
    try require(context >= least, "context", context, "\(least) or more tokens")
    try require((0..<1).contains(smoothing), "label smoothing", smoothing, "at least 0 and below 1")
    try require((0..<1).contains(dropout), "dropout", dropout, "at least 0 and below 1")
    if let subwordSampling {
      try require(
        subwordSampling > 0 && subwordSampling <= 1, "subword sampling", subwordSampling, "above 0 and at most 1")
    }
    try require(
      masking.share > 0 && masking.share < 1, "masked share", masking.share, "above 0 and below 1")
    try require(
      masking.masked >= 0 && masking.random >= 0 && masking.masked + masking.random <= 1, "masking",
      "\(masking.masked) masked and \(masking.random) random", "two shares that are not more than 1 together")
    if let maskCopies { try require((1...1000).contains(maskCopies), "mask copies", maskCopies, "1 to 1000") }
    try require(
      !predictsNextSentence || maskCopies != nil, "mask copies", 0,
      "1 or more drawings of the pairs for next-sentence prediction")
    try require(maskedShare > 0 && maskedShare < 1, "masked batches", maskedShare, "above 0 and below 1")
    try require((0...1).contains(shortShare), "short sequences", shortShare, "0 to 1")
    try require(
      !predictsNextSentence || objective == .masked, "next-sentence prediction", "on", "the masked objective")
    try require(
      adapter == nil || loop.policy.frozenDepth == 0, "freeze", "set",
      "that either a frozen trunk or an adapter is asked for")
    try require(
      adapter == nil || loop.pruning == nil, "pruning", "set", "that the model itself learns, and not an adapter")
    try distillation?.validate()
    if distillation?.teacher == .ngrams {
      throw .setting(
        name: "teacher", value: "ngrams", expected: "a model's folder (n-grams answer with labels, and text has none)")
    }
    try loop.validate()
  }
}
