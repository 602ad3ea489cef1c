/// What a run is going to be, told before it starts.
public struct TrainingPlan: Sendable, Equatable {
  /// The model's size, in parameters, and how many of them learn.
  public var parameters: Int, trainedParameters: Int
  /// What it needs, by purpose.
  public var memory: MemoryPlan
  /// Optimizer steps; with a budget of minutes an estimate.
  public var steps: Int
  /// Tokens of one step.
  public var tokensPerStep: Int
  /// Tokens of the training set.
  public var corpusTokens: Int
  /// Tokens of the validation set, and how often it is read.
  public var validationTokens: Int, evaluations: Int
  /// About how long it takes, evaluations included; nil where no step has been measured.
  public var expectedSeconds: Double?
  /// What should be said before hours are spent.
  public var warnings: [String] = []

  /// What a token of an evaluation costs, in tokens of a step: a forward pass without the backward pass and the update.
  static let evaluationCost = 0.4

  /// Tokens that the run reads.
  public var tokens: Int { steps * tokensPerStep }
  /// How often it reads the training set.
  public var epochs: Double { corpusTokens == 0 ? 0 : Double(tokens) / Double(corpusTokens) }

  /// A plan, with the warnings that its figures deserve.
  public init(
    parameters: Int, trainedParameters: Int, memory: MemoryPlan, steps: Int, tokensPerStep: Int, corpusTokens: Int,
    validationTokens: Int, evaluations: Int, stepSeconds: Double?
  ) {
    (self.parameters, self.trainedParameters, self.memory) = (parameters, trainedParameters, memory)
    (self.steps, self.tokensPerStep, self.corpusTokens) = (steps, tokensPerStep, corpusTokens)
    (self.validationTokens, self.evaluations) = (validationTokens, evaluations)
    expectedSeconds = stepSeconds.map { seconds in
      let perToken = seconds / Double(max(tokensPerStep, 1))
      return Double(steps) * seconds + Double(evaluations * validationTokens) * perToken * Self.evaluationCost
    }
  }

  /// Adds the warnings of a pretraining run.
  mutating func addPretrainingWarnings() {
    // Compute-optimal runs see 20 tokens for each parameter (Hoffmann et al. 2022); what has a tenth of a token for
    // each learns its text by heart.
    if corpusTokens * 10 < parameters {
      warnings.append(
        "The corpus is far too small for this model: \(corpusTokens) tokens for \(parameters) parameters. It will learn "
          + "the text by heart; take a smaller model, or more text.")
    }
    if epochs > 50 {
      warnings.append(
        "The run reads the corpus \(Int(epochs)) times; the validation loss will go up again long before the end, so "
          + "dropout, fewer steps or more text will help.")
    }
    if validationTokens == 0 {
      warnings.append("There is no validation set, so nobody will know when the model stops learning and recites.")
    } else if validationTokens < 1000 {
      warnings.append("The validation set has only \(validationTokens) tokens; its loss is a rough guess.")
    }
  }
}
