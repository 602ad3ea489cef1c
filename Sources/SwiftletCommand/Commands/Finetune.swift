import ArgumentParser
import Console
import Swiftlet

/// `swiftlet finetune`: a classifier from a pretrained model, or more pretraining of it.
struct Finetune: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fine-tune a model on labelled texts, or on more text.",
    discussion: """
      Examples:
        swiftlet finetune --model my-masked-model --train train.tsv --validation dev.tsv --out my-classifier
        swiftlet finetune --model my-masked-model --train train.tsv --validation dev.tsv --out my-adapter --lora
        swiftlet finetune --model my-masked-model --train few.tsv --folds 5 --search learning-rate=1e-3,3e-4 --out best
        swiftlet finetune --model my-masked-model --task tokens --train train.conll --validation dev.conll --out my-tagger
        swiftlet finetune --model my-model --task language --train more-text/ --minutes 5 --out my-better-model
        swiftlet finetune --model my-small-model --train train.tsv --teacher my-classifier --out my-small-classifier
      """)

  enum Task: String, CaseIterable, ExpressibleByArgument { case classification, tokens, language }

  @Option(name: .long, help: ArgumentHelp("The pretrained model's folder.", valueName: "folder")) var model: String
  @Option(
    name: .long,
    help: ArgumentHelp(
      "classification, tokens for a label a word, or language to go on pretraining.", valueName: "name"))
  var task: Task = .classification
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Labelled texts (TSV, CSV, JSON lines, fastText, CoNLL columns); text for language.", valueName: "path"))
  var train: String
  @Option(
    name: .long,
    help: ArgumentHelp("The same to choose the best epoch by; otherwise a tenth of --train.", valueName: "path"))
  var validation: String?
  @Option(name: .long, help: ArgumentHelp("Labelled texts that choose nothing, judged at the end.", valueName: "path"))
  var test: String?
  @Option(name: .long, help: ArgumentHelp("The folder of the result.", valueName: "folder")) var out: String
  @Flag(
    name: .long, help: "Go on with the run in --out from its newest checkpoint, or after the runs that are finished.")
  var resume = false
  @Flag(name: .long, help: "Train the head alone.") var freeze = false
  @Flag(name: .long, help: "Begin with random weights of the same shape: to see what pretraining brings.")
  var fromScratch = false
  @Option(
    name: .long, help: ArgumentHelp("Each layer learns by this factor slower than the one above.", valueName: "x"))
  var layerDecay: Double?
  @Option(
    name: .long, help: ArgumentHelp("balanced, so that rare labels weigh as much as frequent ones.", valueName: "how"))
  var classWeights: ClassWeighting?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The best epoch by: loss, accuracy, macro_f1, entity_f1, mcc, roc_auc, pearson, spearman; by default accuracy (of a pretrained model the last epoch within a standard error of the best), of several labels macro_f1, of values loss.",
      valueName: "figure"))
  var metric: SelectionCriterion?
  @Option(name: .long, help: ArgumentHelp("The longest text in tokens; the rest is cut off.", valueName: "n"))
  var maxLength: Int?

  @Option(
    name: .long,
    help: ArgumentHelp("Leave each token out of a text with this probability, in training.", valueName: "p"))
  var tokenDropout: Double?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "What answers with the network, unless the validation set speaks against it: ngrams, kept beside the weights, or none; by default ngrams, with --class-weights balanced none.",
      valueName: "name"))
  var ensemble: Ensemble?
  @OptionGroup(title: "Adapter") var adapter: AdapterOptions
  @OptionGroup(title: "Teacher") var teacher: TeacherOptions
  @OptionGroup(title: "Repetition") var trials: TrialOptions
  @OptionGroup(title: "Labels") var labels: LabelOptions
  @OptionGroup(title: "Text, of --task language") var reading: ReadingOptions
  @OptionGroup(title: "Copies, of --task language") var copies: CopyOptions
  @OptionGroup(title: "Length") var length: BudgetOptions
  @OptionGroup(title: "Steps") var step: StepOptions
  @OptionGroup(title: "Shared") var shared: SharedOptions

  enum Ensemble: String, CaseIterable, ExpressibleByArgument { case ngrams, none }
  enum ClassWeighting: String, CaseIterable, ExpressibleByArgument { case none, balanced }

  func validate() throws {
    if trials.folds != nil, validation != nil {
      throw ValidationError("--folds parts --train by itself; leave out --validation, or give it as --test.")
    }
    if task == .language {
      if trials.isNeeded || freeze || fromScratch || test != nil || tokenDropout != nil || metric != nil
        || classWeights != nil || maxLength != nil || ensemble != nil
      {
        throw ValidationError(
          "--seeds, --folds, --search, --freeze, --from-scratch, --test, --token-dropout, --metric, --class-weights, --max-length and --ensemble are of classification."
        )
      }
      try labels.requireNone(because: "--task language reads text")
    } else if reading.isGiven || copies.removal != .none {
      throw ValidationError("--documents, --repair and --deduplicate are of --task language.")
    }
    if task == .tokens, tokenDropout != nil || ensemble != nil {
      throw ValidationError("--token-dropout and --ensemble are of texts whose labels are of the whole.")
    }
    if adapter.lora, freeze || fromScratch {
      throw ValidationError("--lora goes neither with --freeze nor with --from-scratch.")
    }
    if teacher.teacher == nil, trials.search.contains(where: { $0.name.hasPrefix("distillation-") }) {
      throw ValidationError("--search of a distillation's settings needs --teacher.")
    }
    if !adapter.lora, trials.search.contains(where: { $0.name.hasPrefix("lora-") }) {
      throw ValidationError("--search of an adapter's settings needs --lora.")
    }
  }

  func run() throws {
    switch task {
    case .classification, .tokens: try classify()
    case .language: try continueLanguage()
    }
  }

  private func classify() throws {
    let execution = try shared.execution(training: true)
    let kind: LabelKind? = task == .tokens ? .tokens : nil
    var training = try labels.read(train, kind: kind)
    var held = try validation.map { try labels.read($0, kind: kind) }
    // Labels that nobody learns are refused now, and not when the training is over.
    let test = try test.map {
      try labels.read($0, kind: kind).relabelled(as: training.labelNames, of: training.path)
    }
    if held == nil, trials.folds == nil {
      let parts = try training.split(validationFraction: 0.1, seed: shared.seed)
      (training, held) = (parts.training, parts.validation)
      note(
        "No --validation: \(parts.validation.rows.count) of the \(parts.training.rows.count + parts.validation.rows.count) rows were put aside to choose the best epoch by."
      )
    }
    if labels.labels == nil, training.looksLikeValues {
      note(
        "All \(training.labelNames.count) labels are numbers; each is taken for a name. For a regression, give --labels value."
      )
    }
    for line in training.notes + (validation == nil ? [] : held?.notes ?? []) { note(line) }
    let configuration = try ModelFolder.configuration(ofFolder: model)
    let reporter = TrainingReporter(title: "fine-tuning")
    let base: FineTuningRun.Base
    if fromScratch {
      guard let tokenizer = try ModelFolder.tokenizer(ofFolder: model) else {
        throw SwiftletFailure.noTokenizer(folder: model)
      }
      base = .new(configuration, tokenizer)
    } else {
      base = .folder(model)
    }
    let settings = settings(configuration, training)
    if trials.isNeeded {
      return try runTrials(
        base: base, training: training, held: held, test: test, settings: settings, execution: execution)
    }
    Interrupts.install()
    let run = try FineTuningRun(
      base: base, training: training, validation: held, settings: settings,
      execution: execution, output: out, resumes: resume, actions: LoopActions(report: { reporter.report($0) }))
    let result = try run.run { Interrupts.isPending }
    reporter.finish()
    if result.outcome == .interrupted {
      finish(result)
      throw ExitCode(Interrupts.exitCode)
    }
    try judge(run, result, training: training, held: held, test: test, execution: execution)
  }

  /// Whether n-grams answer with the network, where that helps.
  ///
  /// They give each row the same weight, which is not what balanced labels ask for.
  var joinsNGrams: Bool {
    task == .classification && (ensemble ?? (classWeights == .balanced ? Ensemble.none : .ngrams)) == .ngrams
  }

  private func settings(_ configuration: TransformerConfiguration, _ training: LabelledData) -> FineTuningSettings {
    var settings = FineTuningSettings.recommended(
      for: configuration, pretrained: !fromScratch, rows: training.rows.count, kind: training.kind,
      labels: training.labelNames.count, besideNGrams: joinsNGrams)
    settings.adapter = adapter.settings
    // An adapter begins at nothing, and bears faster steps.
    if adapter.lora { settings.loop.learningRate.peak *= 4 }
    if let tokenDropout { settings.tokenDropout = tokenDropout }
    if let budget = length.budget { settings.loop.budget = budget }
    if let maxLength { settings.maximumTokens = maxLength }
    if let layerDecay { settings.loop.policy.layerDecay = layerDecay }
    if let metric { settings.loop.criterion = metric }
    if classWeights == .balanced { settings.classWeights = .balanced }
    if freeze { settings.freezeTrunk(of: configuration) }
    teacher.apply(to: &settings.distillation)
    step.apply(to: &settings, seed: shared.seed)
    return settings
  }
}

extension SelectionCriterion: ExpressibleByArgument {}
