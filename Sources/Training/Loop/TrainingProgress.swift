/// Where a run is: everything that it carries from step to step beside weights and moments.
public struct TrainingProgress: Sendable, Equatable {
  /// Steps done.
  public var step = 0
  /// Tokens read, in training.
  public var tokens = 0
  /// Seconds spent in the loop, over all sittings.
  public var seconds = 0.0
  /// How many steps there are to be.
  public var budget: StepBudget
  /// How many evaluations are spread over the run, where no interval is set.
  public var evaluations: Int
  /// The best evaluation so far.
  public var stopping: EarlyStopping
  /// The step after which the validation set was read last.
  public var evaluatedStep = 0
  /// The last evaluation's loss.
  public var validationLoss: Double?
  /// The mean training loss since the last row of the log: the sum, and what it is divided by.
  public var lossSum = 0.0
  /// See `lossSum`.
  public var lossWeight = 0.0
  /// The training loss of the last row of the log.
  public var trainLoss: Double?
  /// The learning rate and the gradient norm of the last step, for the log.
  public var lastRate = 0.0, lastNorm = 0.0
  /// How long the log is, in bytes: what comes after was written by a sitting that was lost.
  public var logBytes = 0

  /// The beginning of a run.
  public init(budget: StepBudget, evaluations: Int = 10, patience: Int? = nil) {
    (self.budget, self.evaluations) = (budget, max(1, evaluations))
    stopping = EarlyStopping(patience: patience)
  }

  /// Whether there is nothing left to do.
  public var isFinished: Bool { step >= budget.total || stopping.shouldStop }
}
