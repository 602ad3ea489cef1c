import ArgumentParser
import Console
import Swiftlet

/// `swiftlet verify-resume`: shows on a run of one's own that stopping changes nothing.
struct VerifyResume: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify-resume",
    abstract: "Check that a run which is stopped after every step gives the same bits as one that never is.",
    discussion: """
      Examples:
        swiftlet verify-resume --run my-model --corpus my-text/
        swiftlet verify-resume --run my-classifier --train train.tsv --validation dev.tsv --steps 50

      It takes the settings of the run, and makes two short runs of its own in a temporary folder.
      """)

  @Option(
    name: .customLong("run"), help: ArgumentHelp("The folder of a run of pretrain or finetune.", valueName: "folder"))
  var runFolder: String
  @Option(
    name: .long, parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Text, for a run of pretrain.", valueName: "path")) var corpus: [String] = []
  @Option(name: .long, help: ArgumentHelp("Labelled texts, for a run of finetune.", valueName: "file")) var train:
    String?
  @Option(name: .long, help: ArgumentHelp("The same to choose the best step by.", valueName: "path"))
  var validation: String?
  @Option(name: .long, help: ArgumentHelp("How many steps; as many stops.", valueName: "n")) var steps = 20
  @OptionGroup(title: "Text") var reading: ReadingOptions
  @OptionGroup(title: "Copies") var copies: CopyOptions
  @OptionGroup(title: "Labels") var labels: LabelOptions
  @OptionGroup(title: "Shared") var shared: SharedOptions

  func validate() throws {
    if corpus.isEmpty == (train == nil) {
      throw ValidationError("Give either --corpus, for a run of pretrain, or --train, for one of finetune.")
    }
    if train == nil { try labels.requireNone(because: "give one as --train") }
    if train != nil, reading.isGiven || copies.removal != .none {
      throw ValidationError("--documents, --repair and --deduplicate are of --corpus.")
    }
    if !(1...10_000).contains(steps) {
      throw ValidationError("--steps \(steps): a number from 1 to 10000 is expected.")
    }
  }

  func run() throws {
    let execution = try shared.execution(training: true)
    let settings = try RunFolder.settings(of: runFolder)
    let scratch = try Files.temporaryFolder()
    defer { try? Files.removeFolder(scratch) }
    Interrupts.install()
    let sitting =
      try train.map { try fineTuning(settings, $0, execution) } ?? pretraining(settings, scratch, execution)
    let verification = ResumeVerification(steps: steps, scratchFolder: scratch) {
      folder, resumes, actions, shouldStop in
      try sitting(folder, resumes, actions, shouldStop)
      if Interrupts.isPending { throw ExitCode(Interrupts.exitCode) }
    }
    var line = ProgressLine()
    let outcome = try verification.run { done in
      line.show(ProgressState(title: "verify-resume", step: done, steps: 2 * steps))
    }
    line.finish()
    var sums = JSONObject()
    for (name, sum) in outcome.sums.sorted(by: { $0.key < $1.key }) { sums[name] = .string(sum) }
    Output(json: shared.json).result(
      ["identical": true, "steps": .integer(outcome.steps), "stops": .integer(outcome.stops), "sha256": .object(sums)],
      text: (["The same losses and the same bits: \(outcome.steps) steps without a stop, and with \(outcome.stops)."]
        + outcome.sums.sorted { $0.key < $1.key }.map { "\($0.value)  \($0.key)" }).joined(separator: "\n"))
  }

  /// A short run instead of a long one, with evaluations in it; nothing else differs.
  private func shorten(_ loop: inout LoopSettings) {
    loop.budget = .steps(steps)
    loop.evaluationInterval = max(1, steps / 3)
    loop.checkpointInterval = nil
  }

  private func pretraining(
    _ saved: JSONValue, _ scratch: String, _ execution: Execution
  ) throws -> ResumeVerification.Sitting {
    guard var settings = saved["settings"].flatMap({ PretrainingSettings(json: $0) }),
      let configuration = try saved["configuration"].map({ try TransformerConfiguration(json: $0) })
    else {
      throw TrainingFailure.state(
        path: runFolder, problem: "it is not a pretraining run; give --train for a classifier")
    }
    guard let tokenizer = try ModelFolder.tokenizer(ofFolder: runFolder) else {
      throw SwiftletFailure.noTokenizer(folder: runFolder)
    }
    shorten(&settings.loop)
    let text = try CorpusPreparation(
      reading.source(corpus), validation: validation.map { try reading.source([$0]) },
      encoder: TextEncoder(tokenizer), options: CorpusOptions(seed: settings.loop.seed, copies: copies.removal),
      cacheFolder: Files.path(scratch, "tokens"), execution: execution
    ).run()
    return { [settings] folder, resumes, actions, shouldStop in
      let run =
        resumes
        ? try PretrainingRun(
          resuming: folder, tokenizer: tokenizer, training: text.training, validation: text.validation,
          execution: execution, actions: actions)
        : try PretrainingRun(
          configuration: configuration, tokenizer: tokenizer, training: text.training, validation: text.validation,
          settings: settings, execution: execution, output: folder, actions: actions)
      _ = try run.run { shouldStop() || Interrupts.isPending }
    }
  }

  private func fineTuning(
    _ saved: JSONValue, _ train: String, _ execution: Execution
  ) throws -> ResumeVerification.Sitting {
    guard var settings = saved["settings"].flatMap({ FineTuningSettings(json: $0) }) else {
      throw TrainingFailure.state(
        path: runFolder, problem: "it is not a run of fine-tuning; give --corpus for a language model")
    }
    shorten(&settings.loop)
    let training = try labels.read(train)
    let held = try validation.map { try labels.read($0) }
    return { [settings] folder, resumes, actions, shouldStop in
      let run = try FineTuningRun(
        base: .folder(runFolder), training: training, validation: held, settings: settings, execution: execution,
        output: folder, resumes: resumes, actions: actions)
      _ = try run.run { shouldStop() || Interrupts.isPending }
    }
  }
}
