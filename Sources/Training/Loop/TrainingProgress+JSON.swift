import Files

extension TrainingProgress {
  /// For the state file; doubles come back as the same bits.
  public var json: JSONValue {
    [
      "step": .integer(step), "tokens": .integer(tokens), "seconds": .number(seconds),
      "budget": .array(
        budget.decisions.map {
          ["step": .integer($0.step), "progress": .number($0.progress), "total": .integer($0.total)]
        }),
      "evaluations": .integer(evaluations),
      "stopping": [
        "patience": stopping.patience.map { .integer($0) } ?? .null, "best": JSONValue(stopping.best),
        "best_step": stopping.bestStep.map { .integer($0) } ?? .null,
        "evaluations_since_best": .integer(stopping.evaluationsSinceBest),
      ],
      "evaluated_step": .integer(evaluatedStep), "last_rate": .number(lastRate), "last_norm": .number(lastNorm),
      "validation_loss": JSONValue(validationLoss), "loss_sum": .number(lossSum), "loss_weight": .number(lossWeight),
      "train_loss": JSONValue(trainLoss), "log_bytes": .integer(logBytes),
    ]
  }

  /// Reads it back; nil where something is missing or senseless.
  public init?(json: JSONValue) {
    let decisions = (json["budget"]?.array ?? []).compactMap { decision -> StepBudget.Decision? in
      guard let step = decision["step"]?.int, let progress = decision["progress"]?.double,
        let total = decision["total"]?.int
      else { return nil }
      return StepBudget.Decision(step: step, progress: progress, total: total)
    }
    guard let budget = StepBudget(decisions: decisions), decisions.count == json["budget"]?.array?.count,
      let step = json["step"]?.int, let tokens = json["tokens"]?.int, let seconds = json["seconds"]?.double,
      let evaluations = json["evaluations"]?.int, let stopping = json["stopping"],
      let sinceBest = stopping["evaluations_since_best"]?.int, let lossSum = json["loss_sum"]?.double,
      let lossWeight = json["loss_weight"]?.double, let logBytes = json["log_bytes"]?.int,
      let evaluatedStep = json["evaluated_step"]?.int, let lastRate = json["last_rate"]?.double,
      let lastNorm = json["last_norm"]?.double, step >= 0, tokens >= 0, seconds >= 0, evaluations > 0, sinceBest >= 0,
      logBytes >= 0
    else { return nil }
    self.init(budget: budget, evaluations: evaluations)
    (self.step, self.tokens, self.seconds) = (step, tokens, seconds)
    self.stopping = EarlyStopping(
      patience: stopping["patience"]?.int, best: stopping["best"]?.double, bestStep: stopping["best_step"]?.int,
      evaluationsSinceBest: sinceBest)
    (self.lossSum, self.lossWeight, self.logBytes) = (lossSum, lossWeight, logBytes)
    (self.evaluatedStep, self.lastRate, self.lastNorm) = (evaluatedStep, lastRate, lastNorm)
    validationLoss = json["validation_loss"]?.double
    trainLoss = json["train_loss"]?.double
  }
}
