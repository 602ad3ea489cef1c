import ArgumentParser
import Swiftlet

/// How often a fine-tuning is repeated, and with what differences.
struct TrialOptions: ParsableArguments {
  @Option(
    name: .long, help: ArgumentHelp("So many runs with seeds from --seed on; the best one is kept.", valueName: "n"))
  var seeds: Int?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Cross-validation: part --train in so many folds and hold each out once; the model then learns from all rows.",
      valueName: "k"))
  var folds: Int?
  @Option(
    name: .long, parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Values to try, as in learning-rate=1e-3,3e-4; given several times, every combination.",
      valueName: "setting=values"))
  var search: [Axis] = []

  /// A setting with the values that are to be tried.
  struct Axis: ExpressibleByArgument {
    let name: String
    let values: [Double]

    init?(argument: String) {
      let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, TrialOptions.settings[parts[0]] != nil else { return nil }
      let numbers = parts[1].split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
      values = numbers.compactMap { $0 }.filter(\.isFinite)
      guard !values.isEmpty, values.count == numbers.count else { return nil }
      name = parts[0]
    }
  }

  /// What can be searched, by the names of its flags.
  static let settings: [String: @Sendable (inout FineTuningSettings, Double) -> Void] = [
    "learning-rate": { $0.loop.learningRate.peak = $1 },
    "epochs": { $0.loop.budget = .epochs($1) },
    "batch": { $0.batch = max(1, Int($1)) },
    "dropout": { $0.dropout = $1 },
    "token-dropout": { $0.tokenDropout = $1 },
    "label-smoothing": { $0.smoothing = $1 },
    "layer-decay": { $0.loop.policy.layerDecay = $1 },
    "weight-decay": { $0.loop.optimizer.weightDecay = $1 },
    "ema": { $0.loop.averageDecay = $1 },
    "distillation-weight": { $0.distillation?.weight = $1 },
    "distillation-temperature": { $0.distillation?.temperature = $1 },
    "lora-rank": { $0.adapter?.rank = max(1, Int($1)) },
    "lora-alpha": { $0.adapter?.alpha = $1 },
  ]

  func validate() throws {
    if let seeds, !(1...1000).contains(seeds) { throw ValidationError("--seeds \(seeds): 1 to 1000 is expected.") }
    if let folds, !(2...1000).contains(folds) { throw ValidationError("--folds \(folds): 2 to 1000 is expected.") }
    if Set(search.map(\.name)).count < search.count {
      throw ValidationError("--search names a setting twice; put its values behind one of them.")
    }
    if search.reduce(1, { $0 * $1.values.count }) > 1000 {
      throw ValidationError("--search asks for more than 1000 combinations.")
    }
  }

  /// Whether there is more than one run.
  var isNeeded: Bool { seeds ?? 1 > 1 || folds != nil || !search.isEmpty }

  /// Every combination of the values.
  func candidates(_ settings: FineTuningSettings) -> [FineTuningTrials.Candidate] {
    var candidates = [FineTuningTrials.Candidate(values: [], settings: settings)]
    for axis in search {
      candidates = candidates.flatMap { candidate in
        axis.values.map { value in
          var candidate = candidate
          Self.settings[axis.name]?(&candidate.settings, value)
          candidate.values.append((axis.name, value))
          return candidate
        }
      }
    }
    return candidates
  }

  /// The seeds of the runs.
  func seeds(from first: UInt64) -> [UInt64] { (0..<UInt64(seeds ?? 1)).map { first &+ $0 } }
}
