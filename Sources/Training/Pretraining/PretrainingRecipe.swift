import Corpora
import Tensors
import Transformers

/// Recipes of pretraining by name: what their authors published, with batch and steps left to the budget.
public enum PretrainingRecipe: String, Sendable, Hashable, CaseIterable {
  /// This package's own, for minutes on a CPU.
  case standard = "default"
  /// nanoGPT's for small models: AdamW (0.9, 0.99), decay 0.1, rate 1e-3, cosine to a tenth, windows drawn anywhere.
  case gpt
  /// Devlin et al. 2019: pairs of segments with next-sentence prediction, masks that are drawn ten times and then stay,
  /// a tenth of short sequences, AdamW without bias correction, decay 0.01, rate 1e-4, straight down to zero, dropout 0.1.
  case bert
  /// Liu et al. 2019: full sentences across documents, masks that are always new, Adam (0.9, 0.98) with decay 0.01, no
  /// clipping, dropout 0.1.
  case roberta

  /// What the recipe trains; nil where it trains anything.
  public var objective: PretrainingSettings.Objective? {
    switch self {
    case .standard: nil
    case .gpt: .causal
    case .bert, .roberta: .masked
    }
  }

  /// The architecture of its paper; nil where any will do.
  public var family: TransformerConfiguration.Family? {
    switch self {
    case .standard: nil
    case .gpt: .gpt2
    case .bert: .bert
    case .roberta: .roberta
    }
  }
}

extension PretrainingSettings {
  /// The settings of a recipe for a model, a corpus and a budget.
  ///
  /// The only place where defaults are derived.
  ///
  /// - Parameters:
  ///   - corpusTokens: The tokens of the training set.
  ///   - speed: Operations a second, for budgets of minutes; see `ComputeBudget`.
  ///   - batch: Windows in a batch, where that is not to be derived.
  ///   - accumulation: Batches in a step.
  public static func recommended(
    _ recipe: PretrainingRecipe = .standard, for configuration: TransformerConfiguration, corpusTokens: Int,
    budget: RunBudget, speed: Double = ComputeBudget.usualSpeed, batch: Int? = nil, accumulation: Int = 1
  ) -> PretrainingSettings {
    let objective: Objective = configuration.fillsMasks ? .both : configuration.family.isCausal ? .causal : .masked
    let context = min(configuration.maximumLength, objective == .masked ? 128 : 256)
    let tokens: Double? =
      switch budget {
      case .steps: nil
      case .epochs(let count): count * Double(corpusTokens)
      case .minutes(let minutes): ComputeBudget(minutes: minutes, speed: speed).tokens(for: configuration)
      }
    let tokensPerStep: Int
    if recipe == .standard, objective == .causal, let tokens {
      tokensPerStep = ComputeBudget.tokensPerStep(tokens: tokens)
    } else {
      tokensPerStep = configuration.width <= 128 ? 2048 : configuration.width <= 384 ? 4096 : 8192
    }
    // Tiny corpora should still have some steps in an epoch.
    let batch = batch ?? max(1, min(tokensPerStep, max(corpusTokens / 8, context)) / max(context, 1))
    var settings = PretrainingSettings(
      objective: objective, batch: batch, context: context, loop: loop(recipe, configuration, budget))
    settings.loop.accumulation = accumulation
    let perStep = Double(batch) * Double(context) * Double(accumulation)
    let total = settings.loop.budget.steps(perEpoch: 0).map { Double($0) * perStep }
    let epochs = (tokens ?? total ?? 0) / Double(max(corpusTokens, 1))
    switch recipe {
    case .standard:
      settings.dropout = dropout(configuration, corpusTokens: corpusTokens, epochs: epochs)
    case .gpt:
      settings.drawsWindows = true
      settings.dropout = dropout(configuration, corpusTokens: corpusTokens, epochs: epochs)
    case .bert:
      settings.predictsNextSentence = configuration.head == .maskedLanguageAndNextSentence
      settings.maskCopies = 10
      settings.crossesDocuments = false
      settings.dropout = 0.1
    case .roberta:
      settings.keepsSentences = true
      settings.dropout = 0.1
    }
    return settings
  }

  /// The recommended settings for a model that goes on learning: what has learned already learns on gently.
  public static func continued(
    for configuration: TransformerConfiguration, corpusTokens: Int, budget: RunBudget
  ) -> PretrainingSettings {
    var settings = recommended(for: configuration, corpusTokens: corpusTokens, budget: budget)
    settings.loop.learningRate.peak /= 4
    return settings
  }

  private static func loop(
    _ recipe: PretrainingRecipe, _ configuration: TransformerConfiguration, _ budget: RunBudget
  ) -> LoopSettings {
    switch recipe {
    case .standard:
      // The best rate falls with the width. AdamW leaves small masked models at the unigram entropy for as long as a
      // short run lasts; Muon does not. Norms after each part want a longer warm-up than norms before it.
      return LoopSettings(
        optimizer: Muon(),
        learningRate: LearningRate(
          peak: 0.5 / Double(configuration.width), warmup: .fraction(configuration.family.isCausal ? 0.03 : 0.06),
          schedule: TrapezoidSchedule(decay: 0.5)),
        budget: budget)
    case .gpt:
      return LoopSettings(
        optimizer: AdamW(beta1: 0.9, beta2: 0.99, weightDecay: 0.1),
        learningRate: LearningRate(
          peak: configuration.width <= 384 ? 1e-3 : 6e-4, warmup: .fraction(0.02), schedule: CosineSchedule(end: 0.1)),
        budget: budget)
    case .bert:
      return LoopSettings(
        optimizer: AdamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.01, correctsBias: false),
        learningRate: LearningRate(peak: 1e-4, warmup: .fraction(0.01), schedule: LinearSchedule()), budget: budget)
    case .roberta:
      var loop = LoopSettings(
        optimizer: Adam(beta1: 0.9, beta2: 0.98, epsilon: 1e-6, weightDecay: 0.01),
        learningRate: LearningRate(peak: 5e-4, warmup: .fraction(0.08), schedule: LinearSchedule()), budget: budget)
      loop.clipping = GradientClipping(maximum: 0)
      return loop
    }
  }

  /// Dropout against learning by heart: by how often the text is read, and whether the model could hold it.
  private static func dropout(
    _ configuration: TransformerConfiguration, corpusTokens: Int, epochs: Double
  ) -> Double {
    let matrices = Double(12 * configuration.layers * configuration.width * configuration.width)
    let pressure = epochs * min(1, 2 * matrices / Double(max(corpusTokens, 1)))
    return pressure < 3 ? 0 : pressure < 8 ? 0.1 : 0.2
  }
}
