/// The learning rate of each step: warm-up in a straight line to the peak, then a schedule.
///
/// With a warm-up of w steps, step s (from 0) of the warm-up has (s + 1) / (w + 1) of the peak, so no step is
/// wasted on a rate of zero, and the first step after it has all of it.
public struct LearningRate: Sendable {
  /// The highest rate.
  public var peak: Double
  /// How long the rate goes up.
  public var warmup: Warmup
  /// How it goes down.
  public var schedule: any Schedule

  /// How long a warm-up is.
  public enum Warmup: Sendable, Equatable {
    /// So many steps.
    case steps(Int)
    /// This part of all steps, in `0 ..< 1`.
    case fraction(Double)
  }

  /// A rate.
  public init(peak: Double, warmup: Warmup = .fraction(0), schedule: any Schedule = ConstantSchedule()) {
    (self.peak, self.warmup, self.schedule) = (peak, warmup, schedule)
  }

  /// The rate of a step, counted from 0, in a run of so many steps.
  public func rate(step: Int, of budget: StepBudget) -> Double {
    let progress = budget.progress(at: step)
    let end: Double
    switch warmup {
    case .steps(let steps): end = budget.progress(at: min(steps, budget.total))
    case .fraction(let fraction): end = fraction
    }
    if progress < end {
      let one = budget.progress(at: step + 1) - progress
      return peak * (progress + one) / (end + one)
    }
    return peak * schedule.factor(at: end < 1 ? min((progress - end) / (1 - end), 1) : 1)
  }

  /// The rate of a step, counted from 0, in a run of so many steps.
  public func rate(step: Int, of total: Int) -> Double { rate(step: step, of: StepBudget(total: total)) }
}
