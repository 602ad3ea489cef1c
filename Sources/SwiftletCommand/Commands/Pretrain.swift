import ArgumentParser
import Console
import Swiftlet

/// `swiftlet pretrain`: learns a language from text.
struct Pretrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a new model on text.",
    discussion: """
      Examples:
        swiftlet pretrain --corpus my-text/ --tokenizer my.model --objective causal --minutes 10 --out my-model
        swiftlet pretrain --corpus my-text/ --tokenizer my.model --objective masked --preset mini --steps 2000 --out my-masked-model
        swiftlet pretrain --corpus my-text/ --tokenizer my.model --recipe bert --whole-words --epochs 20 --out my-bert
        swiftlet pretrain --corpus my-text/ --tokenizer my.model --objective both --minutes 10 --out my-model-of-both
        swiftlet pretrain --corpus my-text/ --tokenizer my.model --preset nano --teacher my-model --out my-small-model
      """)

  @OptionGroup(title: "Text") var text: TextOptions
  @Option(name: .long, help: ArgumentHelp("The tokenizer.", valueName: "file.model")) var tokenizer: String
  @Option(
    name: .long, parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Text for validation; otherwise a tenth of the documents.", valueName: "path"))
  var validation: [String] = []
  @Option(name: .long, help: ArgumentHelp("The share of the corpus for validation.", valueName: "x"))
  var validationFraction = 0.1
  @Option(
    name: .long,
    help: ArgumentHelp(
      "causal (the next token), masked (hidden tokens) or both; otherwise the recipe's, or causal.", valueName: "what"))
  var objective: PretrainingSettings.Objective?
  @Option(
    name: .long,
    help: ArgumentHelp("default, gpt, bert or roberta: data, objective and settings as published.", valueName: "name"))
  var recipe: PretrainingRecipe = .standard
  @Option(name: .long, help: ArgumentHelp("The folder of the model and its run.", valueName: "folder")) var out: String
  @Flag(name: .long, help: "Go on with the run in --out from its newest checkpoint, with its own settings.")
  var resume = false
  @Flag(name: .long, help: "Read windows from anywhere in the text, instead of each once an epoch.") var randomWindows =
    false
  @Flag(name: .long, help: "Leave out the tokens that begin and end documents.") var noDocumentMarks = false
  @Flag(name: .long, help: "Let tokens see their own document alone; windows are filled with several all the same.")
  var separateDocuments = false

  @OptionGroup(title: "Copies") var copies: CopyOptions
  @OptionGroup(title: "Masks") var masks: MaskOptions
  @OptionGroup(title: "Teacher") var teacher: TeacherOptions
  @OptionGroup(title: "Model") var size: SizeOptions
  @OptionGroup(title: "Length") var length: BudgetOptions
  @OptionGroup(title: "Steps") var step: StepOptions
  @OptionGroup(title: "Shared") var shared: SharedOptions

  func validate() throws {
    try masks.require(learned, recipe)
    if noDocumentMarks, learned == .masked {
      throw ValidationError("--no-document-marks is of --objective causal and both: masked windows have marks anyway.")
    }
    if randomWindows, recipe == .bert, !masks.noNextSentence {
      throw ValidationError("--random-windows has no effect on --recipe bert's pairs of sentences.")
    }
    guard let objective, let wanted = recipe.objective, objective != wanted else { return }
    // The settings of the causal recipe do for both objectives.
    guard wanted == .causal, objective == .both else {
      throw ValidationError(
        "--objective \(objective.rawValue) does not fit --recipe \(recipe.rawValue), which is \(wanted.rawValue).")
    }
  }

  private var learned: PretrainingSettings.Objective { objective ?? recipe.objective ?? .causal }

  func run() throws {
    let execution = try shared.execution(training: true)
    let tokenizer = try Tokenizer(contentsOf: tokenizer)
    let corpus = try prepared(tokenizer, execution)
    let reporter = TrainingReporter(title: learned.rawValue)
    Interrupts.install()
    let run: PretrainingRun
    if resume {
      run = try PretrainingRun(
        resuming: out, tokenizer: tokenizer, training: corpus.training, validation: corpus.validation,
        execution: execution, actions: actions(reporter, model: nil, tokenizer, execution))
    } else {
      let budget = length.budget ?? .minutes(10)
      let speed = ComputeBudget.speed(of: execution)
      var compute: ComputeBudget?
      if case .minutes(let minutes) = budget { compute = ComputeBudget(minutes: minutes, speed: speed) }
      var configuration = try size.configuration(
        learned, recipe, tokenizer: tokenizer, budget: compute, corpusTokens: corpus.training.tokenCount)
      try masks.apply(to: &configuration, recipe)
      run = try PretrainingRun(
        configuration: configuration, tokenizer: tokenizer, training: corpus.training, validation: corpus.validation,
        settings: settings(configuration, corpus, budget, speed: speed), execution: execution, output: out,
        actions: actions(reporter, model: configuration, tokenizer, execution))
    }
    let result = try run.run { Interrupts.isPending }
    reporter.finish()
    Output(json: shared.json).result(
      result.json, text: "\(out): \(result.evaluation?.summary ?? "no validation text") after \(result.steps) steps")
    if result.outcome == .interrupted {
      note("Stopped and saved. To go on, give the same command with --resume.")
      throw ExitCode(Interrupts.exitCode)
    }
  }

  private func prepared(_ tokenizer: Tokenizer, _ execution: Execution) throws -> PreparedCorpus {
    let source = try text.source()
    let held = validation.isEmpty ? nil : try text.reading.source(validation)
    let preparation = CorpusPreparation(
      source, validation: held, encoder: TextEncoder(tokenizer),
      options: CorpusOptions(validationFraction: validationFraction, seed: shared.seed, copies: copies.removal),
      cacheFolder: Files.path(out, "training/tokens"), execution: execution)
    let corpus = try preparation.run()
    for line in corpus.notes { note(line) }
    return corpus
  }

  private func settings(
    _ configuration: TransformerConfiguration, _ corpus: PreparedCorpus, _ budget: RunBudget, speed: Double
  ) throws -> PretrainingSettings {
    var settings = PretrainingSettings.recommended(
      recipe, for: configuration, corpusTokens: corpus.training.tokenCount, budget: budget, speed: speed,
      batch: step.batch, accumulation: step.accumulation ?? 1)
    if let context = size.context { settings.context = min(context, configuration.maximumLength) }
    if let smoothing = step.labelSmoothing { settings.smoothing = smoothing }
    if let dropout = step.dropout { settings.dropout = dropout }
    settings.subwordSampling = step.subwordSampling
    masks.apply(to: &settings)
    if randomWindows { settings.drawsWindows = true }
    if noDocumentMarks { settings.marksDocuments = false }
    if separateDocuments { settings.crossesDocuments = false }
    teacher.apply(to: &settings.distillation)
    settings.memoryLimit = step.maxMemory?.bytes
    step.apply(to: &settings.loop, seed: shared.seed)
    return settings
  }

  private func actions(
    _ reporter: TrainingReporter, model configuration: TransformerConfiguration?, _ tokenizer: Tokenizer,
    _ execution: Execution
  ) -> LoopActions {
    LoopActions.showing(
      reporter, samplesOf: learned == .masked ? nil : configuration, tokenizer, execution, seed: shared.seed)
  }
}

extension LoopActions {
  /// Reports to a reporter; of a causal model, a sample of text is shown at each evaluation.
  static func showing(
    _ reporter: TrainingReporter, samplesOf configuration: TransformerConfiguration?, _ tokenizer: Tokenizer,
    _ execution: Execution, seed: UInt64
  ) -> LoopActions {
    LoopActions(
      report: { reporter.report($0) },
      sample: { weights in
        guard let configuration, configuration.head == .causalLanguage else { return nil }
        let generator = try TextGenerator(
          model: Transformer(configuration), weights: weights, tokenizer: tokenizer, execution: execution)
        var settings = GenerationSettings()
        (settings.maxNewTokens, settings.seed) = (40, seed)
        return try generator.generate([Prompt("")], settings: settings).first?.text
      })
  }
}

extension PretrainingSettings.Objective: ExpressibleByArgument {}
extension PretrainingRecipe: ExpressibleByArgument {}
