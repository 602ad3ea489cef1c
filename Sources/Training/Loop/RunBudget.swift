/// How long a run is.
public enum RunBudget: Sendable, Equatable {
  /// So many optimizer steps.
  case steps(Int)
  /// So many passes over the data.
  case epochs(Double)
  /// So many minutes of the loop, evaluations and checkpoints included.
  case minutes(Double)

  /// How many steps that is where the clock need not be asked.
  func steps(perEpoch: Double) -> Int? {
    switch self {
    case .steps(let steps): steps
    case .epochs(let epochs): max(1, Int((epochs * perEpoch).rounded()))
    case .minutes: nil
    }
  }
}
