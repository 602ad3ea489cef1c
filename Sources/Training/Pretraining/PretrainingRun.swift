import Checkpoints
import Corpora
import Files
import Tensors
import Tokenization
import Transformers

/// Pretraining from the first step to a model folder; the same object for going on with a model or with a stopped run.
///
/// ```swift
/// let run = try PretrainingRun(
///   configuration: configuration, tokenizer: tokenizer, training: corpus.training, validation: corpus.validation,
///   settings: settings, execution: Execution(), output: "Weights/kjv")
/// let result = try run.run()
/// ```
public final class PretrainingRun {
  /// What is going to happen.
  public let plan: TrainingPlan
  /// The model.
  public let model: Transformer
  /// What decides the run.
  public let settings: PretrainingSettings

  private let loop: TrainingLoop
  /// The task of a run whose adapter learns.
  private let adapted: AdaptedTask?
  private let output: ModelOutput?
  private let actions: LoopActions
  private let saved: SavedRun?

  /// Prepares a new run.
  /// - Parameters:
  ///   - start: The weights of a model that is to be trained further; nil draws new ones.
  ///   - base: The folder these weights are from, which an adapter remembers.
  ///   - output: The folder of the model and the run; nil keeps everything in memory.
  public convenience init(
    configuration: TransformerConfiguration, tokenizer: Tokenizer, training: TokenShard, validation: TokenShard?,
    settings: PretrainingSettings, execution: Execution, start: ParameterBuffer? = nil, base: String? = nil,
    output: String? = nil, actions: LoopActions = LoopActions()
  ) throws {
    // Before anything is read or written: n-grams, which cannot teach text, have no folder.
    try settings.validate()
    var configuration = configuration
    configuration.setDropout(settings.dropout)
    let teacher = try settings.distillation.flatMap { try TeacherFolder($0, tokenizer: tokenizer) }
    try teacher?.check(for: configuration, settings)
    var settings = settings
    settings.distillation = teacher?.settings
    let folder = try output.map { path in
      try RunFolder(
        creating: path,
        settings: [
          "settings": settings.json, "configuration": configuration.json,
          "corpus": CorpusFingerprint(training, validation, tokenizer).json,
        ])
    }
    try self.init(
      configuration: configuration, tokenizer: tokenizer, training: training, validation: validation,
      settings: settings, teacher: teacher?.teacher, execution: execution, start: start, base: base, folder: folder,
      saved: nil, actions: actions)
  }

  /// Prepares a stopped run to go on; the tokenizer, the text and the teacher must be the same, and of an adapter the
  /// model.
  ///
  /// Throws `TrainingFailure.state` where the folder has no checkpoint, or one of another run, and
  /// `TrainingFailure.teacher` where the teacher has changed.
  public convenience init(
    resuming output: String, tokenizer: Tokenizer, training: TokenShard, validation: TokenShard?,
    execution: Execution, start: ParameterBuffer? = nil, base: String? = nil, actions: LoopActions = LoopActions()
  ) throws {
    guard let (folder, saved) = try RunFolder.resume(output) else {
      throw TrainingFailure.state(path: output, problem: "there is no checkpoint to go on from")
    }
    guard let settings = saved.settings["settings"].flatMap({ PretrainingSettings(json: $0) }),
      let configuration = saved.settings["configuration"], let corpus = saved.settings["corpus"]
    else { throw TrainingFailure.state(path: output, problem: "it is not a pretraining run") }
    if let difference = CorpusFingerprint(training, validation, tokenizer).difference(from: corpus) {
      throw TrainingFailure.state(path: output, problem: difference)
    }
    try self.init(
      configuration: try TransformerConfiguration(json: configuration), tokenizer: tokenizer, training: training,
      validation: validation, settings: settings,
      teacher: try settings.distillation.flatMap { try TeacherFolder($0, tokenizer: tokenizer)?.teacher },
      execution: execution, start: settings.adapter == nil ? nil : start, base: base, folder: folder, saved: saved,
      actions: actions)
  }

  private init(
    configuration: TransformerConfiguration, tokenizer: Tokenizer, training: TokenShard, validation: TokenShard?,
    settings: PretrainingSettings, teacher: Teacher?, execution: Execution, start: ParameterBuffer?, base: String?,
    folder: RunFolder?, saved: SavedRun?, actions: LoopActions
  ) throws {
    try settings.validate()
    try start?.requireFloats()
    guard settings.context <= configuration.maximumLength else {
      throw TrainingFailure.context(asked: settings.context, maximum: configuration.maximumLength)
    }
    if settings.predictsNextSentence, configuration.head != .maskedLanguageAndNextSentence {
      throw TrainingFailure.setting(
        name: "next-sentence prediction", value: "on", expected: "a model with a head for it, which bert can have")
    }
    if (settings.objective == .both) != configuration.fillsMasks {
      throw TrainingFailure.setting(
        name: "objective", value: settings.objective.rawValue,
        expected: configuration.fillsMasks ? "both, as the model has it," : "a model that fills masks")
    }
    let model = try Transformer(configuration)
    let adapter = try settings.adapter.map { try LowRankAdapter(model, $0) }
    let adapterOutput = try ModelOutput.Adapter(adapter, of: start == nil ? nil : base)
    try settings.loop.pruning?.check(model.layout)
    let windows = try LanguageWindows(settings, tokenizer: tokenizer)
    let trainingWindows = try windows.training(training)
    let validationWindows = try validation.map { try windows.validation($0) }
    let maskedValidation = try validation.flatMap { try windows.maskedValidation($0) }
    let activations = LanguageTask.activationBytes(
      model: model, training: trainingWindows, validation: validationWindows, maskedValidation: maskedValidation,
      batch: settings.batch)
    try MemoryPlan(
      layout: adapter?.layout ?? model.layout, settings: settings.loop, evaluates: validation != nil,
      activations: activations + (adapter == nil ? 0 : AdaptedTask.byteCount(model.layout)),
      teacher: LanguageTask.teacherBytes(
        teacher, [trainingWindows, validationWindows, maskedValidation], batch: settings.batch)
    ).require(atMost: settings.memoryLimit)

    let task = LanguageTask(
      model: model, training: trainingWindows, validation: validationWindows, maskedValidation: maskedValidation,
      validationBytes: validation.flatMap(windows.bytes), batch: settings.batch, smoothing: Float(settings.smoothing),
      // Adapters stand in the blocks: the embeddings need no gradient.
      frozenDepth: adapter == nil ? settings.loop.policy.frozenDepth : 1, teacher: teacher)
    let whole = start ?? model.initialWeights(seed: settings.loop.seed)
    let adapted = adapter.map { AdaptedTask(task, $0, base: whole) }
    let weights = adapter?.initialWeights(of: whole, seed: settings.loop.seed) ?? whole
    let output = folder.map {
      ModelOutput(path: $0.path, configuration: configuration, tokenizer: tokenizer, adapter: adapterOutput)
    }
    func effective(_ weights: ParameterBuffer) -> ParameterBuffer {
      adapted?.effective(weights, execution: execution) ?? weights
    }
    var loopActions = actions
    loopActions.keepBest = { weights, evaluation in
      try output?.write(weights, evaluation)
      try actions.keepBest(effective(weights), evaluation)
    }
    loopActions.sample = { try actions.sample(effective($0)) }
    loop = TrainingLoop(
      task: adapted ?? task, settings: settings.loop, weights: weights, execution: execution,
      progress: TrainingProgress(budget: StepBudget(total: 1), patience: settings.loop.patience), folder: folder,
      actions: loopActions)
    if let saved { try loop.restore(saved) }
    var plan = try loop.prepare(corpusTokens: training.tokenCount, isNew: saved == nil)
    plan.addPretrainingWarnings()
    (self.plan, self.model, self.settings) = (plan, model, settings)
    (self.adapted, self.output, self.actions, self.saved) = (adapted, output, actions, saved)
    // A folder that cannot be written should be known now, not after the first hour.
    if saved == nil { try output?.write(weights, nil) }
  }

  /// The weights as they are now: the best by the validation set, or the last; with an adapter, the model's with it in
  /// effect.
  public var weights: ParameterBuffer {
    adapted?.effective(loop.result, execution: loop.execution) ?? loop.result
  }

  /// The validation figures of other weights in the place of those that learn; nil where there is no validation set.
  public func evaluation(of weights: ParameterBuffer) throws -> Evaluation? {
    try loop.task.evaluate(weights: weights, execution: loop.execution, shouldStop: { false })
  }

  /// Trains, and leaves the best model in the folder.
  /// - Parameter shouldStop: Asked before each piece of work; a run that stops saves where it is.
  public func run(until shouldStop: () -> Bool = { false }) throws -> TrainingResult {
    actions.report(.planned(plan))
    if let saved { actions.report(.resumed(step: saved.progress.step, passedOver: saved.passedOver)) }
    return try loop.finish(output: output, until: shouldStop)
  }
}
