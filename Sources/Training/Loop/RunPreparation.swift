import Files
import Tensors

/// What pretraining and fine-tuning do alike before their first step.
extension TrainingLoop {
  /// Measures a step, so that minutes can be planned and the user can be told how long it will take: the gradients of
  /// a batch, twice, the first time to warm up.
  ///
  /// Nothing that is learned depends on it.
  func measureStep() throws -> Double {
    var seconds = 0.0
    for _ in 0..<2 {
      let started = stopwatch.now
      gradients.clear()
      _ = try task.addGradients(
        ofMicroBatch: progress.step * settings.accumulation, weights: weights, gradients: gradients,
        dropoutSeed: 0, execution: execution)
      seconds = stopwatch.now - started
    }
    gradients.clear()
    return max(seconds, 1e-6) * Double(settings.accumulation)
  }

  /// Decides how many steps and evaluations a new run has, and makes its plan.
  func prepare(corpusTokens: Int, isNew: Bool) throws -> TrainingPlan {
    let stepSeconds = try measureStep()
    let tokensPerStep = task.tokensPerMicroBatch * settings.accumulation
    let evaluationSteps = TrainingPlan.evaluationCost * Double(task.validationTokens) / Double(max(tokensPerStep, 1))
    if case .minutes(let minutes) = settings.budget {
      timeBudget = TimeBudget(seconds: 60 * minutes, stepSeconds: stepSeconds, evaluationSteps: evaluationSteps)
    }
    if isNew {
      let perEpoch = task.microBatchesPerEpoch / Double(settings.accumulation)
      var total = settings.budget.steps(perEpoch: perEpoch)
      if case .minutes(let minutes) = settings.budget {
        let steps = min(60 * minutes / stepSeconds, 1e12)
        total = max(1, Int(steps - Double(Self.evaluations(task, steps: steps, tokensPerStep)) * evaluationSteps))
      }
      progress.budget = StepBudget(total: total ?? 1)
      progress.evaluations = Self.evaluations(task, steps: Double(progress.budget.total), tokensPerStep)
    }
    let trained = weights.layout.entries.filter { $0.depth >= settings.policy.frozenDepth }
    return TrainingPlan(
      parameters: task.model.layout.parameterCount,
      trainedParameters: trained.reduce(0) { $0 + $1.parameter.count },
      memory: MemoryPlan(
        layout: weights.layout, settings: settings, evaluates: task.validationTokens > 0,
        activations: task.activationBytes, teacher: task.teacherBytes),
      steps: progress.budget.total, tokensPerStep: tokensPerStep, corpusTokens: corpusTokens,
      validationTokens: task.validationTokens, evaluations: evaluationsLeft, stepSeconds: stepSeconds)
  }

  /// How many evaluations cost at most a tenth of the run; 1 to 10.
  private static func evaluations(_ task: any TrainingTask, steps: Double, _ tokensPerStep: Int) -> Int {
    guard task.validationTokens > 0 else { return 1 }
    let cost = TrainingPlan.evaluationCost * Double(task.validationTokens)
    return Int(min(max(0.1 * steps * Double(tokensPerStep) / cost, 1), 10))
  }
}
