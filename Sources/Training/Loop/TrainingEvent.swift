/// What a run tells while it goes on; whoever started it prints it, or draws it, or drops it.
public enum TrainingEvent: Sendable {
  /// What is going to happen, before it does.
  case planned(TrainingPlan)
  /// The run goes on after a step; checkpoints that were passed over, each with a sentence why.
  case resumed(step: Int, passedOver: [String])
  /// A step is done.
  case step(StepReport)
  /// An evaluation is done.
  case evaluated(step: Int, evaluation: Evaluation, isKept: Bool, seconds: Double)
  /// A piece of generated text.
  case sample(step: Int, text: String)
  /// The machine turned out faster or slower, so there will be more or fewer steps.
  case budgetCorrected(step: Int, total: Int)
  /// Everything is on the disk.
  case saved(step: Int, path: String)
  /// Something the user should know.
  case notice(String)
}

/// A step in figures.
public struct StepReport: Sendable, Equatable {
  /// Its number, from 1.
  public var step: Int
  /// How many there are to be.
  public var total: Int
  /// The mean loss of its tokens, in nats.
  public var loss: Double
  /// The last evaluation's loss.
  public var validationLoss: Double?
  /// The rate of its update.
  public var learningRate: Double
  /// The gradient's norm before clipping.
  public var gradientNorm: Double
  /// Tokens read since the run began.
  public var tokens: Int
  /// The speed of the last steps, evaluations left out.
  public var tokensPerSecond: Double
  /// Seconds since the run began.
  public var seconds: Double
  /// About how many seconds are left, evaluations left out.
  public var secondsLeft: Double
}

/// How a run ended.
public enum TrainingOutcome: String, Sendable, Hashable {
  /// All steps are done.
  case finished
  /// The validation figures had stopped getting better.
  case stoppedEarly = "stopped_early"
  /// It was asked to stop, and saved where it was.
  case interrupted
}
