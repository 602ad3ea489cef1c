/// What a training loop is told beside its task: everything about steps, nothing about data.
public struct LoopSettings: Sendable {
  /// The rule of the steps.
  public var optimizer: any Optimizer
  /// Which parameters learn, and how fast.
  public var policy = UpdatePolicy()
  /// The learning rate over time.
  public var learningRate: LearningRate
  /// Micro-batches for each step.
  public var accumulation = 1
  /// The limit of the gradient's norm.
  public var clipping = GradientClipping()
  /// The decay of the moving average of the weights, in `0 ..< 1`; nil keeps none.
  ///
  /// The average is what is evaluated and becomes the model.
  public var averageDecay: Double?
  /// How long the run is.
  public var budget: RunBudget
  /// Steps between evaluations; nil spreads some evenly, as many as cost at most a tenth of the run.
  public var evaluationInterval: Int?
  /// Steps between checkpoints; nil makes one with each evaluation.
  public var checkpointInterval: Int?
  /// How many checkpoints stay, the newest ones; an older one goes when a newer one has been checked.
  public var keptCheckpoints = 2
  /// How many evaluations in a row may bring nothing; nil goes on to the end.
  public var patience: Int?
  /// By which figure the best model is chosen.
  public var criterion = SelectionCriterion.loss
  /// Whether later weights are kept where the best are not better by more than a standard error, if the figure has one.
  public var prefersLater = false
  /// What is pruned from the weights before the first step, and stays zero; nil prunes nothing.
  public var pruning: PruningSettings?
  /// What dropouts and the order of the data are derived from.
  public var seed: UInt64 = 1

  /// Settings with the given core, and defaults for the rest.
  public init(optimizer: any Optimizer, learningRate: LearningRate, budget: RunBudget) {
    (self.optimizer, self.learningRate, self.budget) = (optimizer, learningRate, budget)
  }

  /// Refuses numbers that make no sense.
  public func validate() throws(TrainingFailure) {
    func require(_ holds: Bool, _ name: String, _ value: Any, _ expected: String) throws(TrainingFailure) {
      if !holds { throw .setting(name: name, value: "\(value)", expected: expected) }
    }
    try require(accumulation > 0, "accumulation", accumulation, "a positive number of micro-batches")
    try require(
      learningRate.peak > 0 && learningRate.peak.isFinite, "learning rate", learningRate.peak, "a positive number")
    switch learningRate.warmup {
    case .steps(let steps): try require(steps >= 0, "warm-up", steps, "0 or more steps")
    case .fraction(let part): try require((0..<1).contains(part), "warm-up", part, "a part of the run below 1")
    }
    try require(clipping.maximum >= 0, "clipping", clipping.maximum, "0 (off) or a positive norm")
    if let averageDecay {
      try require((0..<1).contains(averageDecay), "average decay", averageDecay, "at least 0 and below 1")
    }
    switch budget {
    case .steps(let steps): try require(steps > 0, "steps", steps, "a positive number")
    case .epochs(let epochs): try require(epochs > 0 && epochs < 1e9, "epochs", epochs, "a positive number")
    case .minutes(let minutes): try require(minutes > 0 && minutes < 1e7, "minutes", minutes, "a positive number")
    }
    if let evaluationInterval {
      try require(evaluationInterval > 0, "evaluation interval", evaluationInterval, "a positive number of steps")
    }
    if let checkpointInterval {
      try require(checkpointInterval > 0, "checkpoint interval", checkpointInterval, "a positive number of steps")
    }
    try require(keptCheckpoints > 0, "kept checkpoints", keptCheckpoints, "1 or more")
    try pruning?.validate()
    try require(policy.l1 >= 0, "L1 penalty", policy.l1, "0 or more")
    try require(
      policy.layerDecay > 0 && policy.layerDecay <= 1, "layer-wise decay", policy.layerDecay, "above 0 and at most 1")
    for (name, value) in optimizer.constants {
      try require(value >= 0 && value.isFinite, "\(type(of: optimizer).name) \(name)", value, "0 or more")
      if ["beta1", "beta2", "alpha", "momentum"].contains(name) {
        try require(value < 1, "\(type(of: optimizer).name) \(name)", value, "below 1")
      }
    }
  }
}
