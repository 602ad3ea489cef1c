/// Turns seconds into steps while a run goes on.
///
/// It measures steps and evaluations, and says now and then how many steps the whole run should have. It corrects
/// seldom and only where it matters, since every correction bends the learning rate's curve a little.
struct TimeBudget {
  /// The seconds of the whole run.
  let seconds: Double
  private var stepSeconds: Double?
  private var evaluationSeconds = 0.0
  private var lastCorrection = 0.0

  /// - Parameter stepSeconds: What a step takes, where that has been measured.
  init(seconds: Double, stepSeconds: Double? = nil) {
    (self.seconds, self.stepSeconds) = (seconds, stepSeconds)
  }

  /// Takes in a step's time; the last 20 steps or so count.
  mutating func recordStep(seconds: Double) {
    stepSeconds = stepSeconds.map { $0 + (seconds - $0) * 0.05 } ?? seconds
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
    guard let stepSeconds, stepSeconds > 0, step >= 2, step < total else { return nil }
    let left = seconds - elapsed - Double(evaluationsLeft) * evaluationSeconds
    let isOver = left <= 0
    guard isOver || elapsed - lastCorrection >= 0.01 * seconds else { return nil }
    let corrected = step + max(1, Int(left / stepSeconds))
    // A fiftieth of what is left matters; a single step does not.
    guard abs(corrected - total) > max(1, (total - step) / 50) else { return nil }
    lastCorrection = elapsed
    return corrected
  }
}
