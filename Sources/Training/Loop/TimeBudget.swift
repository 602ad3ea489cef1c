import Tensors

/// Turns seconds into steps while a run goes on.
///
/// It measures steps and evaluations, and says now and then how many steps the whole run should have. It corrects
/// seldom and only where it matters, since every correction bends the learning rate's curve a little.
struct TimeBudget {
  /// The seconds of the whole run.
  let seconds: Double
  /// What an evaluation takes, in steps: a guess that counts until one has been measured.
  let evaluationSteps: Double
  /// Steps and their seconds; both fade, so that the last tenth of the run counts.
  private var steps: Double
  private var stepsSeconds: Double
  private var evaluationSeconds: Double?
  private var lastCorrection = 0.0

  /// A budget.
  /// - Parameter stepSeconds: What a step takes, where that has been measured.
  init(seconds: Double, stepSeconds: Double? = nil, evaluationSteps: Double = 0) {
    (self.seconds, self.evaluationSteps) = (seconds, evaluationSteps)
    (steps, stepsSeconds) = (stepSeconds == nil ? 0 : 1, stepSeconds ?? 0)
  }

  /// Takes in a step's time.
  mutating func recordStep(seconds: Double) {
    let kept = exponential(-seconds / (0.1 * self.seconds))
    steps = steps * kept + 1
    stepsSeconds = stepsSeconds * kept + seconds
  }

  /// Takes in the time of an evaluation with all that belongs to it: sample, best model, checkpoint.
  mutating func recordEvaluation(seconds: Double) { evaluationSeconds = seconds }

  /// How many steps the run should have, if that is to be changed now.
  /// - Parameters:
  ///   - step: Steps done.
  ///   - elapsed: Seconds gone.
  ///   - total: What is planned.
  ///   - evaluationsLeft: How many evaluations are still to come.
  mutating func correctedTotal(step: Int, elapsed: Double, total: Int, evaluationsLeft: Int) -> Int? {
    guard stepsSeconds > 0, step >= 2, step < total else { return nil }
    let stepSeconds = stepsSeconds / steps
    let left =
      seconds - elapsed - Double(evaluationsLeft) * (evaluationSeconds ?? evaluationSteps * stepSeconds)
    guard left <= 0 || elapsed - lastCorrection >= 0.02 * seconds else { return nil }
    let corrected = step + max(1, Int(min(left / stepSeconds, 1e12)))
    // A thirtieth of what is left matters; a single step does not.
    guard abs(corrected - total) > max(1, (total - step) / 30) else { return nil }
    lastCorrection = elapsed
    return corrected
  }
}
