import Checkpoints
import Corpora
import Files
import Tensors
import Tokenization
import Transformers

/// Training of a classifier, from a pretrained model or from nothing, to a model folder that carries the label names.
///
/// ```swift
/// let run = try FineTuningRun(
///   base: .folder("Weights/masked"), training: rows, validation: heldOut, execution: Execution(),
///   output: "Weights/classifier")
/// let result = try run.run()
/// ```
public final class FineTuningRun {
  /// What a classifier begins with.
  public enum Base: Sendable {
    /// A model folder; its trunk is kept, its head is replaced where the labels are others.
    case folder(String)
    /// A trunk with random weights.
    case new(TransformerConfiguration, Tokenizer)
  }

  /// What is going to happen.
  public let plan: TrainingPlan
  /// The model.
  public let model: Transformer
  /// Its tokenizer.
  public let tokenizer: Tokenizer
  /// What decides the run.
  public let settings: FineTuningSettings

  /// What teaches it beside the labels, for other runs on the same rows.
  let ngrams: NGramTeacher?

  private let loop: TrainingLoop
  private let written: ModelOutput
  private let task: any TrainingTask
  private let output: ModelOutput?
  private let actions: LoopActions
  private let saved: SavedRun?

  /// Prepares a run, or one that goes on.
  /// - Parameters:
  ///   - base: What it begins with.
  ///   - training: The labelled texts; they name the labels.
  ///   - validation: Texts to choose the best epoch by; their labels must be known from the training set.
  ///   - settings: Nil takes the recommended ones; a run that goes on keeps its own.
  ///   - output: The folder of the model and the run; nil keeps everything in memory.
  ///   - resumes: Whether a run in the folder goes on.
  public convenience init(
    base: Base, training: LabelledData, validation: LabelledData?, settings: FineTuningSettings? = nil,
    execution: Execution, output: String? = nil, resumes: Bool = false, actions: LoopActions = LoopActions()
  ) throws {
    try self.init(
      base: base, training: training, validation: validation, settings: settings, execution: execution, output: output,
      resumes: resumes, actions: actions, ngrams: nil)
  }

  /// The same; `ngrams` were learned by a run on the same rows.
  init(
    base: Base, training: LabelledData, validation: LabelledData?, settings: FineTuningSettings?, execution: Execution,
    output: String? = nil, resumes: Bool = false, actions: LoopActions = LoopActions(), ngrams: NGramTeacher?
  ) throws {
    let labels = try LabelSet(training)
    let validation = try validation?.relabelled(as: training.labelNames, of: training.path)
    let resumed = try Self.resumed(output, resumes: resumes)
    let start = try Self.start(
      base, labels, adapted: (resumed?.settings ?? settings)?.adapter != nil, seed: settings?.loop.seed ?? 1)
    var settings =
      resumed?.settings ?? settings
      ?? .recommended(
        for: start.configuration, pretrained: start.isPretrained, rows: training.rows.count, kind: training.kind,
        labels: training.labelNames.count)
    if settings.loop.evaluationInterval == nil, resumed == nil {
      let perEpoch = (training.rows.count + settings.batch - 1) / settings.batch
      settings.loop.evaluationInterval = max(1, perEpoch / settings.loop.accumulation)
    }
    try settings.validate()
    let choices = SelectionCriterion.choices(for: training)
    guard choices.contains(settings.loop.criterion) else {
      throw TrainingFailure.setting(
        name: "metric", value: settings.loop.criterion.rawValue,
        expected: "one that such labels have (\(choices.map(\.rawValue).joined(separator: ", ")))")
    }
    let teacher = try settings.distillation.flatMap { try TeacherFolder($0, tokenizer: start.tokenizer) }
    settings.distillation = teacher?.settings ?? settings.distillation
    let setup = try Setup(start, labels, training, validation, settings, teacher)
    let fingerprint: JSONValue = [
      "settings": settings.json, "configuration": setup.model.configuration.json, "data": setup.fingerprint,
    ]
    if let resumed, resumed.saved.settings["data"] != setup.fingerprint {
      throw TrainingFailure.state(path: output ?? "", problem: "it was made with other labelled texts")
    }
    var basePath: String?
    if case .folder(let path) = base { basePath = path }
    let adapterOutput = try ModelOutput.Adapter(setup.adapter, of: basePath)
    let folder = try resumed?.folder ?? output.map { try RunFolder(creating: $0, settings: fingerprint) }
    written = ModelOutput(
      path: folder?.path ?? "", configuration: setup.model.configuration, tokenizer: start.tokenizer,
      adapter: adapterOutput)
    let modelOutput = folder == nil ? nil : written
    var loopActions = actions
    loopActions.keepBest = { weights, evaluation in
      try modelOutput?.write(weights, evaluation)
      try actions.keepBest(weights, evaluation)
    }
    if settings.distillation?.teacher == .ngrams, ngrams == nil {
      actions.report(
        .notice("N-grams of the training texts are learned first: they teach the model beside the labels."))
    }
    var ngrams = ngrams
    task = try setup.task(execution, ngrams: &ngrams)
    self.ngrams = ngrams
    loop = TrainingLoop(
      task: task, settings: settings.loop, weights: setup.trained, execution: execution,
      progress: TrainingProgress(budget: StepBudget(total: 1), patience: settings.loop.patience), folder: folder,
      actions: loopActions)
    if let resumed { try loop.restore(resumed.saved) }
    plan = try loop.prepare(corpusTokens: setup.tokens, isNew: resumed == nil)
    (model, tokenizer, self.settings) = (setup.model, start.tokenizer, settings)
    (self.output, self.actions, saved) = (modelOutput, actions, resumed?.saved)
    for note in setup.notes { actions.report(.notice(note)) }
  }

  /// The weights as they are now: the best by the validation set, or the last; with an adapter, the model's with it in
  /// effect.
  public var weights: ParameterBuffer {
    (task as? AdaptedTask)?.effective(loop.result, execution: loop.execution) ?? loop.result
  }

  /// The validation figures of other weights in the place of those that learn; nil where there is no validation set.
  public func evaluation(of weights: ParameterBuffer) throws -> Evaluation? {
    try loop.task.evaluate(weights: weights, execution: execution, shouldStop: { false })
  }

  /// How it computes.
  var execution: Execution { loop.execution }

  /// Writes the model, or the adapter, as it is now: of a run that is kept in memory.
  public func write(to path: String) throws {
    try ModelOutput(
      path: path, configuration: written.configuration, tokenizer: tokenizer, adapter: written.adapter
    ).write(loop.result, loop.bestEvaluation)
  }

  /// Trains, and leaves the best model in the folder.
  /// - Parameter shouldStop: Asked before each piece of work; a run that stops saves where it is.
  public func run(until shouldStop: () -> Bool = { false }) throws -> TrainingResult {
    actions.report(.planned(plan))
    if let saved { actions.report(.resumed(step: saved.progress.step, passedOver: saved.passedOver)) }
    return try loop.finish(output: output, until: shouldStop)
  }

  private static func resumed(
    _ output: String?, resumes: Bool
  ) throws -> (folder: RunFolder, saved: SavedRun, settings: FineTuningSettings)? {
    guard resumes, let output else { return nil }
    guard let (folder, saved) = try RunFolder.resume(output) else {
      throw TrainingFailure.state(path: output, problem: "there is no checkpoint to go on from")
    }
    guard let settings = saved.settings["settings"].flatMap({ FineTuningSettings(json: $0) }) else {
      throw TrainingFailure.state(path: output, problem: "it is not a run of fine-tuning")
    }
    return (folder, saved, settings)
  }
}
