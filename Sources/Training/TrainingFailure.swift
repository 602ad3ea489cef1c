import Files

/// Why a run cannot start, or stopped.
public enum TrainingFailure: Failure, Equatable {
  /// The loss of a step is not a number; `tensor` is the first weight that is not, if there is one.
  case nonFiniteLoss(step: Int, tensor: String?)
  /// A gradient of a step is not finite.
  case nonFiniteGradient(step: Int, tensor: String)
  /// The loss on the validation set is not a number.
  case nonFiniteEvaluation(step: Int, tensor: String?)
  /// A classifier's scores of a text are not finite.
  case nonFiniteScores
  /// There is nothing to train on, or to evaluate on.
  case noData(set: String, needed: String)
  /// A setting out of its range.
  case setting(name: String, value: String, expected: String)
  /// The run would need more memory than it may use, in bytes.
  case memory(needed: Int, limit: Int)
  /// A text or a sequence does not fit the model.
  case context(asked: Int, maximum: Int)
  /// The saved state of a run is not complete, or not one of this run.
  case state(path: String, problem: String)
  /// A model that cannot teach this one, or not any more.
  case teacher(path: String, problem: String)
  /// The folder holds a run already, and resuming was not asked for.
  case runExists(path: String)
  /// A run that was stopped and taken up again differs from the one that never was.
  case notReproduced(what: String)
  /// The labels of the data and those of the model differ.
  case labels(problem: String)

  /// What kind of trouble it is.
  public var kind: FailureKind {
    switch self {
    case .nonFiniteLoss, .nonFiniteGradient, .nonFiniteEvaluation, .nonFiniteScores: .badData
    case .noData, .state, .labels, .teacher: .badData
    case .setting, .memory, .context: .usage
    case .runExists: .cannotCreate
    case .notReproduced: .internalFault
    }
  }

  /// One sentence.
  public var description: String {
    switch self {
    case .nonFiniteLoss(let step, let tensor):
      "The loss of step \(step) is not a finite number\(Self.because(tensor)); the last checkpoint is whole, and a "
        + "lower learning rate usually helps."
    case .nonFiniteGradient(let step, let tensor):
      "The gradient of \(tensor) at step \(step) is not finite; the last checkpoint is whole, and a lower learning rate "
        + "usually helps."
    case .nonFiniteScores:
      "The model's scores of a text are not finite numbers: its weights are damaged, or have grown beyond all bounds, "
        + "which a lower learning rate prevents."
    case .nonFiniteEvaluation(let step, let tensor):
      "The validation loss after step \(step) is not a finite number\(Self.because(tensor)); a lower learning rate "
        + "usually helps."
    case .noData(let set, let needed):
      "The \(set) set is too small: \(needed)."
    case .setting(let name, let value, let expected):
      "The setting \(name) is \(value), where \(expected) is expected."
    case .memory(let needed, let limit):
      "The run needs about \(Self.megabytes(needed)) MB of memory, and may use \(Self.megabytes(limit)) MB; take a smaller "
        + "batch (with more accumulation), a shorter context or a smaller model."
    case .context(let asked, let maximum):
      "A context of \(asked) tokens is asked for, and the model has \(maximum) positions; ask for at most as many."
    case .state(let path, let problem):
      "The state of the run in \(path) cannot be used: \(problem)."
    case .teacher(let path, let problem):
      "The model in \(path) cannot be the teacher: \(problem)."
    case .runExists(let path):
      "\(path) holds a training run already; resume it, or name another folder."
    case .notReproduced(let what):
      "A run that was stopped after every step differs from one that never was in \(what); please report it."
    case .labels(let problem):
      problem
    }
  }

  private static func because(_ tensor: String?) -> String {
    tensor.map { ", and \($0) holds values that are not finite" } ?? ""
  }

  private static func megabytes(_ bytes: Int) -> Int { (bytes + 999_999) / 1_000_000 }
}
