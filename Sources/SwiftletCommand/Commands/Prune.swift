import ArgumentParser
import Console
import Swiftlet

/// `swiftlet prune`: sets the smallest weights to zero, and trains the others on.
struct Prune: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Set a model's smallest weights to zero, and fine-tune the others.",
    discussion: """
      Examples:
        swiftlet prune my-model --sparsity 0.5 --corpus my-text/ --epochs 1 --out my-sparse-model
        swiftlet prune my-classifier --pattern 2:4 --train train.tsv --validation dev.tsv --out my-sparse-classifier
        swiftlet prune my-classifier --sparsity 0.7 --train train.tsv --teacher my-classifier --out my-sparse-classifier
        swiftlet prune my-model --sparsity 0.2 --out my-sparse-model

      Only matrices between hidden states are pruned: no embeddings, heads, norms and biases. What is zero stays zero
      while the rest learns. The result is an ordinary model folder, whose zeros take their place in the file and their
      time in a product like other numbers; what becomes smaller is the packed file.
      """)

  @Argument(help: ArgumentHelp("The model's folder.", valueName: "model")) var model: String
  @Option(name: .long, help: ArgumentHelp("The share of the matrices' weights that becomes zero.", valueName: "x"))
  var sparsity: Double?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Keep n of m neighbours along the inputs of each matrix, as in 2:4, instead of a share.", valueName: "n:m"))
  var pattern: GroupPattern?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Which weights are compared with each other: those of a matrix, or all; by default those of a matrix.",
      valueName: "which"))
  var scope: Scope?
  @Option(
    name: .long, parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Text to fine-tune a language model on.", valueName: "path")) var corpus: [String] = []
  @Option(name: .long, help: ArgumentHelp("Labelled texts to fine-tune a classifier on.", valueName: "file"))
  var train: String?
  @Option(
    name: .long,
    help: ArgumentHelp("The same to judge by and to choose the best step; otherwise a tenth.", valueName: "path"))
  var validation: String?
  @Option(name: .long, help: ArgumentHelp("The folder of the result.", valueName: "folder")) var out: String
  @Flag(name: .long, help: "Go on with the run in --out from its newest checkpoint, with its own settings.")
  var resume = false

  @OptionGroup(title: "Text") var reading: ReadingOptions
  @OptionGroup(title: "Teacher") var teacher: TeacherOptions
  @OptionGroup(title: "Labels") var labels: LabelOptions
  @OptionGroup(title: "Length") var length: BudgetOptions
  @OptionGroup(title: "Steps") var step: StepOptions
  @OptionGroup(title: "Shared") var shared: SharedOptions

  enum Scope: String, CaseIterable, ExpressibleByArgument { case all, matrix }

  /// Two numbers, as in 2:4.
  struct GroupPattern: ExpressibleByArgument {
    let kept: Int, size: Int

    init?(argument: String) {
      let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
      guard parts.count == 2, let kept = parts[0], let size = parts[1] else { return nil }
      (self.kept, self.size) = (kept, size)
    }
  }

  func validate() throws {
    if (sparsity == nil) == (pattern == nil) {
      throw ValidationError("Give either --sparsity, a share of the weights, or --pattern, as in 2:4.")
    }
    if pattern != nil, scope != nil { throw ValidationError("--scope is of --sparsity; a --pattern has its groups.") }
    if !corpus.isEmpty, train != nil {
      throw ValidationError("Give either --corpus, for a language model, or --train, for a classifier.")
    }
    if corpus.isEmpty, reading.isGiven { throw ValidationError("--documents and --repair are of --corpus.") }
    if train == nil { try labels.requireNone(because: "give one as --train") }
    if corpus.isEmpty, train == nil, validation != nil || length.budget != nil || resume || teacher.teacher != nil {
      throw ValidationError("Without --corpus or --train nothing is learned; leave out what is of a run.")
    }
  }

  private var pruning: PruningSettings {
    if let pattern { return PruningSettings(.groups(kept: pattern.kept, of: pattern.size)) }
    let share = sparsity ?? 0
    return PruningSettings(scope == .all ? .all(share: share) : .eachMap(share: share))
  }

  func run() throws {
    let execution = try shared.execution(training: true)
    let folder = try ModelFolder(reading: model)
    let network = try Transformer(folder.configuration)
    try pruning.check(network.layout)
    let mask = WeightMask(pruning, of: folder.weights)
    let pruned = ParameterBuffer(zeros: network.layout)
    pruned.copy(from: folder.weights)
    mask.apply(to: pruned)
    var report = PruningReport(pruning, mask, network)

    Interrupts.install()
    if let train {
      try learnLabels(folder, pruned, train, execution, &report)
    } else if !corpus.isEmpty {
      try learnLanguage(folder, pruned, execution, &report)
    } else {
      var sparse = folder
      (sparse.weights, sparse.stored) = (pruned, nil)
      try sparse.write(to: out)
      try ClassifierCompanions(folder: model).write(to: out)
    }
    try report.measure(before: folder, from: model, after: out, execution: execution)
    Output(json: shared.json).result(report.json, text: "\(out):\n\n\(report.text)")
  }

  private func learnLanguage(
    _ folder: ModelFolder, _ pruned: ParameterBuffer, _ execution: Execution, _ report: inout PruningReport
  ) throws {
    guard let tokenizer = folder.tokenizer else { throw SwiftletFailure.noTokenizer(folder: model) }
    let text = try CorpusPreparation(
      try reading.source(corpus), validation: try validation.map { try reading.source([$0]) },
      encoder: TextEncoder(tokenizer),
      options: CorpusOptions(seed: shared.seed), cacheFolder: Files.path(out, "training/tokens"), execution: execution
    ).run()
    for line in text.notes { note(line) }
    let reporter = TrainingReporter(title: "pruned")
    let actions = LoopActions(report: { reporter.report($0) })
    let run: PretrainingRun
    if resume {
      run = try PretrainingRun(
        resuming: out, tokenizer: tokenizer, training: text.training, validation: text.validation,
        execution: execution, actions: actions)
      try check(run.settings.loop)
    } else {
      var settings = PretrainingSettings.continued(
        for: folder.configuration, corpusTokens: text.training.tokenCount, budget: length.budget ?? .epochs(1))
      teacher.apply(to: &settings.distillation)
      step.apply(to: &settings, seed: shared.seed)
      settings.loop.pruning = pruning
      // The run works on weights of its own, and prunes them itself.
      let start = ParameterBuffer(zeros: folder.weights.layout)
      start.copy(from: folder.weights)
      run = try PretrainingRun(
        configuration: folder.configuration, tokenizer: tokenizer, training: text.training,
        validation: text.validation, settings: settings, execution: execution, start: start, output: out,
        actions: actions)
    }
    report.before = try run.evaluation(of: folder.weights)
    report.pruned = try run.evaluation(of: pruned)
    try finish(try run.run { Interrupts.isPending }, reporter, &report)
  }

  private func learnLabels(
    _ folder: ModelFolder, _ pruned: ParameterBuffer, _ train: String, _ execution: Execution,
    _ report: inout PruningReport
  ) throws {
    guard let kind = folder.labelKind else {
      throw ModelFailure.wrongHead(needed: "labels (or --corpus)", found: folder.configuration.head)
    }
    var training = try labels.read(train, kind: kind)
    var held = try validation.map { try labels.read($0, kind: kind) }
    for line in training.notes + (held?.notes ?? []) { note(line) }
    if held == nil {
      let parts = try training.split(validationFraction: 0.1, seed: shared.seed)
      (training, held) = (parts.training, parts.validation)
    }
    // In the order in which the model has them, so that its head stays.
    training = try training.relabelled(as: folder.configuration.labels, of: "the model")
    let joinsNGrams = try NGramEnsemble(folder: model) != nil
    var settings = FineTuningSettings.recommended(
      for: folder.configuration, pretrained: true, rows: training.rows.count, kind: kind,
      labels: training.labelNames.count, besideNGrams: joinsNGrams)
    if let budget = length.budget { settings.loop.budget = budget }
    teacher.apply(to: &settings.distillation)
    step.apply(to: &settings, seed: shared.seed)
    settings.loop.pruning = pruning
    let reporter = TrainingReporter(title: "pruned")
    let run = try FineTuningRun(
      base: .folder(model), training: training, validation: held, settings: settings, execution: execution,
      output: out, resumes: resume, actions: LoopActions(report: { reporter.report($0) }))
    if resume { try check(run.settings.loop) }
    report.before = try run.evaluation(of: folder.weights)
    report.pruned = try run.evaluation(of: pruned)
    try finish(try run.run { Interrupts.isPending }, reporter, &report)
    if let held, kind != .tokens {
      let held = try held.relabelled(as: folder.configuration.labels, of: "the model")
      let companions = try ClassifierCompanions(
        fitting: run.predictions(on: held), on: held,
        baseline: joinsNGrams ? NGramBaseline(training, execution: execution) : nil)
      try companions.write(to: out)
    }
  }

  /// A run that goes on has its own settings; other ones on the command line are a mistake.
  private func check(_ saved: LoopSettings) throws {
    guard saved.pruning == pruning else {
      throw TrainingFailure.state(
        path: out, problem: "it was pruned by \(saved.pruning?.name ?? "nothing") and \(pruning.name) is asked for")
    }
  }

  private func finish(
    _ result: TrainingResult, _ reporter: TrainingReporter, _ report: inout PruningReport
  ) throws {
    reporter.finish()
    report.result = result
    guard result.outcome != .interrupted else {
      note("Stopped and saved. To go on, give the same command with --resume.")
      throw ExitCode(Interrupts.exitCode)
    }
  }
}
