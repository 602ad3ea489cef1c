import Corpora
import Files
import NGrams
import Tensors

/// The same fine-tuning several times: with other seeds, on other parts of the data, with other settings; because one
/// run on a small set says little.
public struct FineTuningTrials {
  /// Settings to be tried, and what tells them from the others.
  public struct Candidate: Sendable {
    /// What was set, by its name.
    public var values: [(name: String, value: Double)]
    /// All settings.
    public var settings: FineTuningSettings

    /// A candidate.
    public init(values: [(name: String, value: Double)], settings: FineTuningSettings) {
      (self.values, self.settings) = (values, settings)
    }
  }

  /// One run.
  public struct Trial: Sendable {
    /// Which candidate it tried.
    public var candidate: Int
    /// Its seed.
    public var seed: UInt64
    /// Which part was held out, from 0; nil without cross-validation.
    public var fold: Int?
    /// The figures on what was held out, by the names of `Evaluation`'s JSON; under `network` those of the network by
    /// itself, where n-grams answer with it.
    public var figures: JSONValue
    /// What network and n-grams weigh, where they answer together.
    public var weights: EnsembleWeights?
    /// Those on the test set.
    public var test: JSONValue?
    /// What was held out, by the candidate's criterion; less is better.
    public var score: Double
    /// Steps done.
    public var steps: Int
    /// The step whose weights were kept.
    public var bestStep: Int?
    /// Seconds of training.
    public var seconds: Double
  }

  /// What is tried.
  public var candidates: [Candidate]
  /// The seeds, each tried with each candidate and each part.
  public var seeds: [UInt64]
  /// Training rows with those they are judged by: one pair, or one for each fold.
  public var splits: [(training: LabelledData, held: LabelledData)]
  /// Rows that choose nothing.
  public var test: LabelledData?
  /// Whether n-grams answer with the network, where that helps.
  public var joinsNGrams: Bool
  /// The n-grams of each split, which learn when they are needed.
  private let baselines = SplitBaselines()

  /// A plan of trials.
  public init(
    candidates: [Candidate], seeds: [UInt64], splits: [(training: LabelledData, held: LabelledData)],
    test: LabelledData? = nil, joinsNGrams: Bool = true
  ) {
    (self.candidates, self.seeds, self.splits, self.test) = (candidates, seeds, splits, test)
    self.joinsNGrams = joinsNGrams
  }

  /// How many runs there are.
  public var count: Int { candidates.count * seeds.count * splits.count }

  /// Runs all of them, one after the other, but those that the record holds.
  /// - Parameters:
  ///   - record: Where finished runs are written down.
  ///   - shouldStop: Ends the trials; nil is returned then.
  ///   - report: Called after each run with the run, whose weights are the best it found, and its answers to what was
  ///     held out; the run counts as finished when this returns.
  public func run(
    base: FineTuningRun.Base, execution: Execution, record: inout TrialRecord?, shouldStop: () -> Bool = { false },
    report: (Trial, TrialAnswers, FineTuningRun) throws -> Void
  ) throws -> [Trial]? {
    var trials: [Trial] = []
    // The rows decide what n-grams teach: seeds and settings share them.
    var ngrams: [Int: NGramTeacher] = [:]
    try forEach { number, settings, fold, split in
      if let done = record?.trial(number, settings, fold: fold) {
        trials.append(done)
        return true
      }
      let run = try FineTuningRun(
        base: base, training: split.training, validation: split.held, settings: settings, execution: execution,
        ngrams: ngrams[fold ?? 0])
      ngrams[fold ?? 0] = run.ngrams
      let result = try run.run(until: shouldStop)
      guard result.outcome != .interrupted, let evaluation = result.evaluation else { return false }
      let baseline = try joinsNGrams ? baselines.baseline(of: split.training, fold ?? 0, execution) : nil
      let answers = try TrialAnswers(run, evaluation, split, baseline)
      let trial = Trial(
        candidate: number, seed: settings.loop.seed, fold: fold, figures: try answers.figures(),
        weights: answers.ensemble?.weights, test: try test.map { try answers.figures(of: run, on: $0) },
        score: settings.loop.criterion.score(of: answers.evaluation), steps: result.steps, bestStep: result.bestStep,
        seconds: result.seconds)
      try report(trial, answers, run)
      try record?.append(trial, settings)
      trials.append(trial)
      return true
    }
    return trials.count == count ? trials : nil
  }

  /// The runs that a record holds.
  public func finished(in record: TrialRecord) -> [Trial] {
    var trials: [Trial] = []
    forEach { number, settings, fold, _ in
      if let done = record.trial(number, settings, fold: fold) { trials.append(done) }
      return true
    }
    return trials
  }

  /// The figures of what any classifier must beat, by the names of `Evaluation`'s JSON: words and letters learned from
  /// each split's training rows, asked about what was held out and about the test set; nothing where words have labels.
  public func ngrams(on execution: Execution) throws -> (held: [JSONValue], test: [JSONValue]) {
    var figures: (held: [JSONValue], test: [JSONValue]) = ([], [])
    for (fold, split) in splits.enumerated() {
      guard let baseline = try baselines.baseline(of: split.training, fold, execution) else { continue }
      func answers(_ data: LabelledData) throws -> JSONValue {
        let data = try data.relabelled(as: split.training.labelNames, of: split.training.path)
        return baseline.predictions(on: data).evaluation().json
      }
      figures.held.append(try answers(split.held))
      if let test { figures.test.append(try answers(test)) }
    }
    return figures
  }

  /// Each run's candidate, settings, fold and rows, until `body` returns false.
  private func forEach(
    _ body: (Int, FineTuningSettings, Int?, (training: LabelledData, held: LabelledData)) throws -> Bool
  ) rethrows {
    for (number, candidate) in candidates.enumerated() {
      for seed in seeds {
        for (fold, split) in splits.enumerated() {
          var settings = candidate.settings
          settings.loop.seed = seed
          guard try body(number, settings, splits.count > 1 ? fold : nil, split) else { return }
        }
      }
    }
  }

  /// The candidate whose mean is the best by its own criterion.
  public func best(of trials: [Trial]) -> Int {
    let scores = candidates.indices.map { number in
      let own = trials.filter { $0.candidate == number }
      return own.reduce(0) { $0 + $1.score } / Double(max(1, own.count))
    }
    return scores.indices.min { scores[$0] < scores[$1] } ?? 0
  }
}

/// Means and deviations of figures over several runs.
public struct FigureSummary: Sendable {
  /// A figure by its name.
  public struct Figure: Sendable, Equatable {
    /// The name that scripts know.
    public var name: String
    /// The mean.
    public var mean: Double
    /// The deviation of a sample (divided by one less than the runs); 0 for a single run.
    public var deviation: Double
  }

  /// The figures that all runs have, in their order.
  public let figures: [Figure]

  /// Of several evaluations of one kind, by the names of their JSON.
  public init(of evaluations: [JSONValue]) {
    let objects = evaluations.compactMap(\.object)
    figures = (objects.first?.keys ?? []).compactMap { name in
      let values = objects.compactMap { $0[name]?.double }
      guard values.count == objects.count, name != "count" else { return nil }
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return Figure(
        name: name, mean: mean, deviation: values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : 0)
    }
  }

  /// A figure by its name.
  public subscript(name: String) -> Figure? { figures.first { $0.name == name } }

  /// `{"accuracy": {"mean": …, "deviation": …}, …}`.
  public var json: JSONValue {
    var json: JSONValue = .object([:])
    for figure in figures {
      json[figure.name] = ["mean": .number(figure.mean), "deviation": .number(figure.deviation)]
    }
    return json
  }
}
