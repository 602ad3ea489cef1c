import Corpora
import Transformers

/// Everything that decides a classifier's training beside model, tokenizer and data.
public struct FineTuningSettings: Sendable {
  /// How the labels weigh in the loss.
  public enum ClassWeights: Sendable, Equatable {
    /// Alike.
    case none
    /// Each label's rows weigh the same together, however rare: rows / (labels × rows of the label).
    case balanced
    /// So much for each label, in the order of their names.
    case given([Float])
  }

  /// Texts in a micro-batch.
  public var batch = 16
  /// The longest sequence; longer texts lose their ends.
  ///
  /// Nil takes the model's limit.
  public var maximumTokens: Int?
  /// How far texts are cut into other pieces in each epoch, by the tokenizer's measure (see `Tokenizer.sample`); nil
  /// always reads the same pieces.
  public var subwordSampling: Double?
  /// How the labels weigh; for one label of several.
  public var classWeights = ClassWeights.none
  /// The share of each target that is spread over all labels; for one label of several.
  public var smoothing = 0.0
  /// The probability of every dropout, the classifier's too.
  public var dropout = 0.1
  /// The steps, what is frozen, and by which figure the best epoch is chosen.
  public var loop: LoopSettings
  /// The adapter that learns in place of the trunk; nil where the trunk itself learns.
  public var adapter: LowRankSettings?
  /// Who it learns from beside the labels: a larger classifier, or n-grams; nil for nobody.
  public var distillation: DistillationSettings?
  /// The probability with which each token of a text is left out of it, another draw each epoch.
  public var tokenDropout = 0.0
  /// The most bytes the run may need; nil for no limit.
  public var memoryLimit: Int?

  /// Settings with the given steps, and defaults for the rest.
  public init(loop: LoopSettings) { self.loop = loop }

  /// The settings that usually do well.
  ///
  /// The only place where defaults are derived.
  ///
  /// - Parameters:
  ///   - pretrained: Whether the model has learned a language before; if not, it learns faster and longer.
  ///   - rows: Texts to train on.
  ///   - kind: What their labels are, which decides by what figure the best epoch is chosen.
  ///   - labels: How many labels there are.
  ///   - besideNGrams: Whether n-grams are going to answer with the model, and need not teach it then.
  public static func recommended(
    for configuration: TransformerConfiguration, pretrained: Bool, rows: Int, kind: LabelKind, labels: Int = 2,
    besideNGrams: Bool = false, epochs: Double? = nil
  ) -> FineTuningSettings {
    // Published rates fall about with the width: 3e-4 at 128 to 2e-5 … 5e-5 at 768.
    let peak = min(1e-3, 0.06 / Double(configuration.width)) * (pretrained ? 1 : 2)
    // A set of some hundred rows gives few steps in an epoch, so it is read more often; labels of words need it, too
    // (Benchmarks.md).
    let usual: Double =
      switch rows {
      case ..<1000: 15
      case ..<10_000: kind == .tokens ? 15 : 6
      default: kind == .tokens ? 6 : 4
      }
    var settings = FineTuningSettings(
      loop: LoopSettings(
        optimizer: AdamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.01),
        learningRate: LearningRate(peak: peak, warmup: .fraction(0.06), schedule: LinearSchedule()),
        budget: .epochs(epochs ?? (pretrained ? usual : 2 * usual))))
    settings.batch = min(configuration.width <= 256 ? 32 : 16, max(1, rows / 8))
    // What needed more dropout to learn from little text needs it still (Benchmarks.md).
    if pretrained { settings.dropout = max(settings.dropout, configuration.residualDropout) }
    // No early stop: a worse epoch is not kept anyway, the falling rate wants its end, and the accuracy of a small set
    // stands still for the first epochs.
    settings.loop.criterion = .usual(for: kind)
    // Among epochs that a small set cannot tell apart the last stands for the lowest rate; without pretraining it has
    // learned too much of the training rows by heart.
    settings.loop.prefersLater = pretrained
    // What n-grams know pays where rows, or those of a label, are few enough for a transformer to miss it; still fewer
    // teach them nothing. A model that has learned it errs on the same texts, and gains less by n-grams beside it.
    if !besideNGrams, kind == .single, (500..<max(10_000, 1000 * labels)).contains(rows) {
      settings.distillation = .ngrams
    }
    return settings
  }

  /// Leaves the trunk as it is and trains the head alone.
  public mutating func freezeTrunk(of configuration: TransformerConfiguration) {
    loop.policy.frozenDepth = configuration.layers + 1
  }

  /// Refuses numbers that make no sense.
  public func validate() throws(TrainingFailure) {
    func require(_ holds: Bool, _ name: String, _ value: Any, _ expected: String) throws(TrainingFailure) {
      if !holds { throw .setting(name: name, value: "\(value)", expected: expected) }
    }
    try require((1...1_000_000).contains(batch), "batch", batch, "1 to 1000000 texts")
    if let maximumTokens { try require(maximumTokens > 2, "longest text", maximumTokens, "3 or more tokens") }
    if let subwordSampling {
      try require(
        subwordSampling > 0 && subwordSampling <= 1, "subword sampling", subwordSampling, "above 0 and at most 1")
    }
    try require((0..<1).contains(smoothing), "label smoothing", smoothing, "at least 0 and below 1")
    try require((0..<1).contains(dropout), "dropout", dropout, "at least 0 and below 1")
    try require((0..<1).contains(tokenDropout), "token dropout", tokenDropout, "at least 0 and below 1")
    if adapter != nil {
      try require(
        loop.policy.frozenDepth == 0, "freeze", "set", "that either a frozen trunk or an adapter is asked for")
      try require(loop.pruning == nil, "pruning", "set", "that the model itself learns, and not an adapter")
    }
    if case .given(let weights) = classWeights {
      try require(
        weights.allSatisfy { $0.isFinite && $0 >= 0 } && weights.contains { $0 > 0 }, "class weights", weights,
        "numbers of which none is negative, and one is positive")
    }
    try distillation?.validate()
    try loop.validate()
  }
}
