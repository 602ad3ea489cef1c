import Checkpoints
import Corpora
import Files
import NGrams

/// What repeated runs have brought so far, in `training/trials.json` of their folder: a finished run is not run again,
/// though seeds and settings may join the plan.
public struct TrialRecord {
  private let path: String
  private let fingerprint: JSONValue
  private let joinsNGrams: Bool
  private let store: CheckpointStore
  private var runs: [JSONValue] = []

  /// Opens the record of a plan, and keeps other runs out of its folder.
  /// - Parameters:
  ///   - plan: What is tried.
  ///   - base: What each run begins with.
  ///   - folder: The folder of the best model.
  ///   - resumes: Whether the folder's finished runs count.
  /// - Throws: `TrainingFailure.runExists` where the folder has runs and `resumes` is false; `TrainingFailure.state`
  ///   where it has none to go on from, or some on other data or from another model.
  public init(of plan: FineTuningTrials, base: FineTuningRun.Base, folder: String, resumes: Bool) throws {
    store = try CheckpointStore(runFolder: folder)
    try store.lock()
    path = Files.path(store.trainingFolder, "trials.json")
    fingerprint = try Self.fingerprint(plan, base)
    joinsNGrams = plan.joinsNGrams
    func refuse(_ problem: String) -> TrainingFailure { .state(path: folder, problem: problem) }
    guard Files.isFile(path) else {
      if resumes { throw refuse("there are no finished runs to go on from") }
      if try store.loadNewest() != nil { throw TrainingFailure.runExists(path: folder) }
      return
    }
    guard resumes else { throw TrainingFailure.runExists(path: folder) }
    let json = try Files.readJSON(path, limit: 1 << 28)
    guard json["plan"] == fingerprint else {
      throw refuse(
        "its runs learned from other labelled texts, were parted in other folds, or began with another model")
    }
    runs = json["runs"]?.array ?? []
  }

  /// A run that is finished; nil where it is still to be done.
  func trial(_ candidate: Int, _ settings: FineTuningSettings, fold: Int?) -> FineTuningTrials.Trial? {
    let key = key(settings, fold: fold)
    guard let json = runs.first(where: { $0["run"] == key }) else { return nil }
    return FineTuningTrials.Trial(json: json, candidate: candidate, seed: settings.loop.seed, fold: fold)
  }

  /// Adds a finished run, and is on the disk when it returns.
  mutating func append(_ trial: FineTuningTrials.Trial, _ settings: FineTuningSettings) throws {
    var json = trial.json
    json["run"] = key(settings, fold: trial.fold)
    runs.append(json)
    let record: JSONValue = ["plan": fingerprint, "runs": .array(runs)]
    try AtomicFile.write(record.bytes(pretty: true), to: path)
  }

  private func key(_ settings: FineTuningSettings, fold: Int?) -> JSONValue {
    [
      "settings": .string(SHA256.digest(of: settings.json.bytes()).description),
      "fold": fold.map { .integer($0) } ?? .null, "ngrams": .bool(joinsNGrams),
    ]
  }

  private static func fingerprint(_ plan: FineTuningTrials, _ base: FineTuningRun.Base) throws -> JSONValue {
    let begin: JSONValue
    switch base {
    case .new(let configuration, let tokenizer):
      begin = .string(
        SHA256.digest(of: configuration.json.bytes() + tokenizer.modelBytes).description)
    case .folder(let folder):
      let names = try Files.list(folder).filter { $0.hasSuffix(".safetensors") }.sorted()
      begin = .array(
        try names.map { .string(try SHA256.digest(ofFile: Files.path(folder, $0)).description) })
    }
    return [
      "base": begin,
      "data": .array(plan.splits.map { .array([Self.fingerprint($0.training), Self.fingerprint($0.held)]) }),
      "test": plan.test.map(Self.fingerprint) ?? .null,
    ]
  }

  private static func fingerprint(_ data: LabelledData) -> JSONValue {
    let rows = data.rows.map { row -> JSONValue in
      [
        "text": .string(row.text), "pair": row.pair.map { .string($0) } ?? .null,
        "words": .array(row.words.map { .string($0) }), "value": .number(row.value),
        "labels": .array(row.labels.map { .integer(Int($0)) }),
      ]
    }
    let all: JSONValue = ["rows": .array(rows), "labels": .array(data.labelNames.map { .string($0) })]
    return .string(SHA256.digest(of: all.bytes()).description)
  }
}

extension FineTuningTrials.Trial {
  var json: JSONValue {
    [
      "figures": figures, "weights": weights?.json ?? .null, "test": test ?? .null,
      "score": score.isFinite ? .number(score) : .null,
      "steps": .integer(steps), "best_step": bestStep.map { .integer($0) } ?? .null, "seconds": .number(seconds),
    ]
  }

  /// Nil where something is missing.
  init?(json: JSONValue, candidate: Int, seed: UInt64, fold: Int?) {
    guard let figures = json["figures"], figures.object != nil, let steps = json["steps"]?.int,
      let seconds = json["seconds"]?.double
    else { return nil }
    self.init(
      candidate: candidate, seed: seed, fold: fold, figures: figures,
      weights: json["weights"].flatMap { EnsembleWeights(json: $0) },
      test: json["test"].flatMap { $0.object == nil ? nil : $0 }, score: json["score"]?.double ?? .infinity,
      steps: steps, bestStep: json["best_step"]?.int, seconds: seconds)
  }
}
