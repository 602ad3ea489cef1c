import Files
import Tensors
import Transformers

/// The loop of every training: gradients of micro-batches, one division by the count of their tokens, clipping, an
/// update, and now and then an evaluation and a checkpoint.
///
/// All that a step does is a function of the run's seed, the step's number and the state; so a run that was stopped
/// and goes on gives the same bits as one that never was.
public final class TrainingLoop {
  /// What is trained.
  public let task: any TrainingTask
  /// How.
  public let settings: LoopSettings
  /// The weights, changed by each step.
  public let weights: ParameterBuffer
  /// How to compute.
  public let execution: Execution
  /// Where the run is.
  public internal(set) var progress: TrainingProgress
  /// The best weights so far by the validation set; nil before the first evaluation, or where there is no set.
  public internal(set) var best: ParameterBuffer?
  /// The evaluation that `best` had.
  public internal(set) var bestEvaluation: Evaluation?
  /// The last evaluation.
  public internal(set) var lastEvaluation: Evaluation?

  let updater: ParameterUpdater
  let average: WeightAverage?
  /// What was pruned.
  let mask: WeightMask?
  let gradients: ParameterBuffer
  let folder: RunFolder?
  let actions: LoopActions
  var timeBudget: TimeBudget?
  var stopwatch: Stopwatch
  var speed = SpeedMeter()
  /// The step of the newest checkpoint; nil where this sitting has made none.
  var savedStep: Int?
  /// The evaluation that it knows of.
  var savedEvaluation: Int?

  /// A loop at the beginning of a run, or where `progress` says.
  /// - Parameters:
  ///   - stepSeconds: What a step takes, where that was measured; for budgets of minutes.
  ///   - folder: Where the run is saved; nil keeps it in memory.
  public init(
    task: any TrainingTask, settings: LoopSettings, weights: ParameterBuffer, execution: Execution,
    progress: TrainingProgress, folder: RunFolder? = nil, actions: LoopActions = LoopActions(),
    stepSeconds: Double? = nil, clock: @escaping () -> Double = Stopwatch.monotonicSeconds
  ) {
    (self.task, self.settings, self.weights, self.execution) = (task, settings, weights, execution)
    (self.progress, self.folder, self.actions) = (progress, folder, actions)
    updater = ParameterUpdater(settings.optimizer, settings.policy, layout: weights.layout)
    mask = settings.pruning.map { WeightMask($0, of: weights) }
    mask?.apply(to: weights)
    average = settings.averageDecay.map { WeightAverage(of: weights, decay: $0) }
    gradients = ParameterBuffer(zeros: weights.layout)
    if case .minutes(let minutes) = settings.budget {
      timeBudget = TimeBudget(seconds: 60 * minutes, stepSeconds: stepSeconds)
    }
    stopwatch = Stopwatch(clock)
  }

  /// The weights that are evaluated and become the model: the average, if one is kept.
  public var current: ParameterBuffer { average?.weights ?? weights }
  /// The weights that the run has brought: the best by the validation set, or the last where there is none.
  public var result: ParameterBuffer { best ?? current }

  /// Trains until the budget is used up, early stopping says so, or `shouldStop` does.
  ///
  /// Throws a `TrainingFailure` where a number is not finite; the checkpoints before it stay.
  public func run(until shouldStop: () -> Bool = { false }) throws -> TrainingOutcome {
    stopwatch.start(at: progress.seconds)
    do {
      while true {
        if shouldStop() { throw Interruption() }
        if isEvaluationDue {
          try evaluate(shouldStop)
          continue
        }
        if isCheckpointDue { try save() }
        if progress.isFinished { break }
        correctBudget()
        try takeStep(shouldStop)
      }
    } catch is Interruption {
      progress.seconds = stopwatch.seconds
      try save()
      return .interrupted
    }
    progress.seconds = stopwatch.seconds
    try save()
    return progress.step < progress.budget.total ? .stoppedEarly : .finished
  }

  // MARK: A step

  private func takeStep(_ shouldStop: () -> Bool) throws {
    let started = stopwatch.seconds
    let step = progress.step + 1
    gradients.clear()
    var sum = MicroBatchResult(loss: .init(), tokens: 0)
    for part in 0..<settings.accumulation {
      if part > 0, shouldStop() { throw Interruption() }
      let number = progress.step * settings.accumulation + part
      let result = try task.addGradients(
        ofMicroBatch: number, weights: weights, gradients: gradients,
        dropoutSeed: Randomness(seed: settings.seed).derive("dropout", number).seed, execution: execution)
      guard result.loss.sum.isFinite, result.loss.nextSentenceSum.isFinite else {
        throw TrainingFailure.nonFiniteLoss(step: step, tensor: weights.firstNonFiniteName)
      }
      sum.loss += result.loss
      sum.tokens += result.tokens
    }
    let rate = settings.learningRate.rate(step: progress.step, of: progress.budget)
    let norm = try update(step: step, weight: sum.loss.weight, rate: rate)
    progress.step = step
    progress.tokens += sum.tokens
    progress.seconds = stopwatch.seconds
    (progress.lastRate, progress.lastNorm) = (rate, norm)
    if sum.loss.weight > 0 {
      progress.lossSum += sum.loss.mean * sum.loss.weight
      progress.lossWeight += sum.loss.weight
    }
    timeBudget?.recordStep(seconds: progress.seconds - started)
    speed.record(tokens: sum.tokens, seconds: progress.seconds - started)
    if sum.loss.weight > 0 {
      report(loss: sum.loss.mean, rate: rate, norm: norm)
    } else {
      // A loss of 0 would be a lie.
      actions.report(.notice("Step \(step) had nothing to predict, and changed nothing."))
    }
    if isLogDue, !isEvaluationDue { try log() }
  }

  /// Divides, clips and updates; returns the norm of the mean gradient.
  private func update(step: Int, weight: Double, rate: Double) throws -> Double {
    // A batch without any target (all texts shorter than two tokens) teaches nothing, and changes nothing.
    guard weight > 0 else { return 0 }
    // What is pruned has no gradient: so it has no moments either, and no share in the norm.
    mask?.apply(to: gradients)
    let norm = updater.norm(of: gradients, execution: execution) / weight
    guard norm.isFinite else {
      throw TrainingFailure.nonFiniteGradient(step: step, tensor: gradients.firstNonFiniteName ?? "the whole model")
    }
    updater.update(
      weights, gradients: gradients, gradientScale: settings.clipping.factor(norm: norm) / weight,
      learningRate: rate, step: step, execution: execution)
    // Steps along an orthogonal matrix move what has no gradient, too.
    mask?.apply(to: weights)
    average?.update(with: weights, step: step, execution: execution)
    return norm
  }

  private func correctBudget() {
    guard
      let total = timeBudget?.correctedTotal(
        step: progress.step, elapsed: stopwatch.seconds, total: progress.budget.total,
        evaluationsLeft: evaluationsLeft)
    else { return }
    progress.budget.correct(at: progress.step, total: total)
    actions.report(.budgetCorrected(step: progress.step, total: total))
  }

  private func report(loss: Double, rate: Double, norm: Double) {
    let left = progress.budget.total - progress.step
    actions.report(
      .step(
        StepReport(
          step: progress.step, total: progress.budget.total, loss: loss, validationLoss: progress.validationLoss,
          learningRate: rate, gradientNorm: norm, tokens: progress.tokens, tokensPerSecond: speed.tokensPerSecond,
          seconds: progress.seconds, secondsLeft: Double(left) * speed.secondsPerStep)))
  }
}

/// Thrown where a run is asked to stop in the middle of something that will be done again.
package struct Interruption: Error {
  package init() {}
}
