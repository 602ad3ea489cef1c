import Files
import Tensors

extension TrainingLoop {
  /// Whether the validation set is to be read before the next step.
  ///
  /// Always at the end.
  var isEvaluationDue: Bool {
    let step = progress.step
    guard step > 0, progress.evaluatedStep != step else { return false }
    if step >= progress.budget.total { return true }
    if let interval = settings.evaluationInterval { return step % interval == 0 }
    return evaluationsDone(at: step) > evaluationsDone(at: step - 1)
  }

  /// How many of the evaluations that are spread over the run are due by a step.
  private func evaluationsDone(at step: Int) -> Int {
    Int(progress.budget.progress(at: step) * Double(progress.evaluations) + 1e-9)
  }

  /// How many evaluations are still to come.
  var evaluationsLeft: Int {
    if let interval = settings.evaluationInterval {
      let total = progress.budget.total
      return total / interval - progress.step / interval + (total % interval == 0 ? 0 : 1)
    }
    return progress.evaluations - evaluationsDone(at: progress.step)
  }

  /// Reads the whole validation set, keeps the weights if none so far are better, and logs.
  func evaluate(_ shouldStop: () -> Bool) throws {
    let started = stopwatch.seconds
    let evaluation = try task.evaluate(weights: current, execution: execution, shouldStop: shouldStop)
    progress.evaluatedStep = progress.step
    if let evaluation {
      guard evaluation.loss.isFinite else {
        throw TrainingFailure.nonFiniteEvaluation(step: progress.step, tensor: current.firstNonFiniteName)
      }
      lastEvaluation = evaluation
      progress.validationLoss = evaluation.loss
      let criterion = settings.criterion
      let isKept = progress.stopping.record(
        criterion.score(of: evaluation), step: progress.step,
        uncertainty: settings.prefersLater ? criterion.uncertainty(of: evaluation) : nil)
      if isKept { try keep(evaluation) }
      actions.report(
        .evaluated(
          step: progress.step, evaluation: evaluation, isKept: isKept, seconds: stopwatch.seconds - started))
    }
    progress.seconds = stopwatch.seconds
    try log(evaluation: evaluation)
    if let text = try actions.sample(current) { actions.report(.sample(step: progress.step, text: text)) }
    if settings.checkpointInterval == nil { try save() }
    timeBudget?.recordEvaluation(seconds: stopwatch.seconds - started)
  }

  private func keep(_ evaluation: Evaluation) throws {
    let best = self.best ?? ParameterBuffer(zeros: weights.layout)
    best.copy(from: current)
    self.best = best
    bestEvaluation = evaluation
    try actions.keepBest(best, evaluation)
  }
}
