import ArgumentParser
import Swiftlet

/// How long a run is.
struct BudgetOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("So many optimizer steps.", valueName: "n")) var steps: Int?
  @Option(name: .long, help: ArgumentHelp("So many passes over the data.", valueName: "n")) var epochs: Double?
  @Option(name: .long, help: ArgumentHelp("So many minutes; the schedule ends with them.", valueName: "n"))
  var minutes: Double?

  func validate() throws {
    if [steps != nil, epochs != nil, minutes != nil].count(where: \.self) > 1 {
      throw ValidationError("Only one of --steps, --epochs and --minutes can say how long the run is.")
    }
  }

  /// What was asked for, if anything.
  var budget: RunBudget? {
    steps.map { .steps($0) } ?? epochs.map { .epochs($0) } ?? minutes.map { .minutes($0) }
  }
}

/// The steps of a run, where they differ from its recipe.
struct StepOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Sequences in a batch.", valueName: "n")) var batch: Int?
  @Option(name: .long, help: ArgumentHelp("Batches in a step.", valueName: "n")) var accumulation: Int?
  @Option(name: .long, help: ArgumentHelp("The highest learning rate.", valueName: "rate")) var learningRate: Double?
  @Option(name: .long, help: ArgumentHelp("adamw, muon, adam, sgd, rmsprop or adagrad.", valueName: "name"))
  var optimizer: OptimizerName?
  @Option(name: .long, help: ArgumentHelp("constant, linear, cosine or trapezoid.", valueName: "name"))
  var schedule: ScheduleName?
  @Option(name: .long, help: ArgumentHelp("Steps of warm-up; below 1 a share of the run.", valueName: "n"))
  var warmup: Double?
  @Option(name: .long, help: ArgumentHelp("L2 decay of matrices.", valueName: "x")) var weightDecay: Double?
  @Option(name: .customLong("l1"), help: ArgumentHelp("L1 penalty of matrices.", valueName: "x")) var l1: Double?
  @Option(name: .long, help: ArgumentHelp("The largest gradient norm; 0 for no limit.", valueName: "x")) var clip:
    Double?
  @Option(name: .long, help: ArgumentHelp("The probability of dropout.", valueName: "p")) var dropout: Double?
  @Option(name: .long, help: ArgumentHelp("The share of each target spread over all others.", valueName: "x"))
  var labelSmoothing: Double?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Cut texts into other pieces each time they are read: of a BPE tokenizer the share of merges left out, of a unigram one the smoothing (less is wilder); 0.1 is usual.",
      valueName: "alpha"))
  var subwordSampling: Double?
  @Option(name: .long, help: ArgumentHelp("Keep a moving average of the weights with this decay.", valueName: "x"))
  var ema: Double?
  @Option(name: .long, help: ArgumentHelp("Steps between evaluations.", valueName: "n")) var evaluateEvery: Int?
  @Option(name: .long, help: ArgumentHelp("Steps between checkpoints.", valueName: "n")) var checkpointEvery: Int?
  @Option(name: .long, help: ArgumentHelp("How many checkpoints stay, the newest ones.", valueName: "n"))
  var keep: Int?
  @Option(name: .long, help: ArgumentHelp("End after so many evaluations without progress.", valueName: "n"))
  var patience: Int?
  @Option(name: .long, help: ArgumentHelp("Refuse a run that needs more memory, as in 4GB.", valueName: "size"))
  var maxMemory: ByteCount?

  /// Puts what was asked for into a loop's settings.
  func apply(to loop: inout LoopSettings, seed: UInt64) {
    if let optimizer { loop.optimizer = optimizer.usual }
    if let weightDecay { loop.optimizer.weightDecay = weightDecay }
    if let l1 { loop.policy.l1 = l1 }
    if let learningRate { loop.learningRate.peak = learningRate }
    if let schedule { loop.learningRate.schedule = schedule.usual }
    if let warmup { loop.learningRate.warmup = warmup < 1 ? .fraction(warmup) : .steps(Int(warmup)) }
    if let clip { loop.clipping = GradientClipping(maximum: clip) }
    if let accumulation { loop.accumulation = accumulation }
    if let ema { loop.averageDecay = ema }
    if let evaluateEvery { loop.evaluationInterval = evaluateEvery }
    if let checkpointEvery { loop.checkpointInterval = checkpointEvery }
    if let keep { loop.keptCheckpoints = keep }
    if let patience { loop.patience = patience }
    loop.seed = seed
  }

  /// Puts what was asked for into the settings of a language model's run.
  func apply(to settings: inout PretrainingSettings, seed: UInt64) {
    if let batch { settings.batch = batch }
    if let labelSmoothing { settings.smoothing = labelSmoothing }
    if let dropout { settings.dropout = dropout }
    settings.subwordSampling = subwordSampling
    settings.memoryLimit = maxMemory?.bytes
    apply(to: &settings.loop, seed: seed)
  }

  /// Puts what was asked for into the settings of a classifier's run.
  func apply(to settings: inout FineTuningSettings, seed: UInt64) {
    if let batch { settings.batch = batch }
    if let labelSmoothing { settings.smoothing = labelSmoothing }
    if let dropout { settings.dropout = dropout }
    settings.subwordSampling = subwordSampling
    settings.memoryLimit = maxMemory?.bytes
    apply(to: &settings.loop, seed: seed)
  }
}

extension OptimizerName: ExpressibleByArgument {}
extension ScheduleName: ExpressibleByArgument {}

/// A size that a person writes: `500MB`, `4GB`, `1000000`.
struct ByteCount: ExpressibleByArgument {
  let bytes: Int

  init?(argument: String) {
    let text = argument.uppercased()
    let units = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("KB", 1e3), ("B", 1.0), ("", 1.0)]
    guard let (unit, factor) = units.first(where: { text.hasSuffix($0.0) }),
      let number = Double(text.dropLast(unit.count).filter { $0 != " " }), number > 0, number * factor < 1e18
    else { return nil }
    bytes = Int(number * factor)
  }
}
