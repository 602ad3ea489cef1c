import Files
import Tensors

extension TrainingLoop {
  /// Whether a checkpoint is due by its own interval.
  var isCheckpointDue: Bool {
    guard let interval = settings.checkpointInterval, progress.step > 0 else { return false }
    return progress.step % interval == 0 && savedStep != progress.step
  }

  /// Saves the run as it is, if it has a folder and this step is not saved yet.
  func save() throws {
    guard let folder, savedStep != progress.step || savedEvaluation != progress.evaluatedStep else { return }
    progress.seconds = stopwatch.seconds
    let path = try folder.save(progress: progress, buffers: buffers, keep: settings.keptCheckpoints)
    (savedStep, savedEvaluation) = (progress.step, progress.evaluatedStep)
    actions.report(.saved(step: progress.step, path: path))
  }

  /// Takes up a run where a checkpoint left it.
  public func restore(_ saved: SavedRun) throws {
    progress = saved.progress
    for (name, buffer) in buffers where name != BufferName.best { try saved.load(name, into: buffer) }
    if saved.has(BufferName.best) {
      let best = ParameterBuffer(zeros: weights.layout)
      try saved.load(BufferName.best, into: best)
      self.best = best
    }
    (savedStep, savedEvaluation) = (progress.step, progress.evaluatedStep)
  }

  /// Everything that a checkpoint holds, by name.
  var buffers: [String: ParameterBuffer] {
    var buffers = [BufferName.weights: weights]
    buffers[BufferName.firstMoment] = updater.first
    buffers[BufferName.secondMoment] = updater.second
    buffers[BufferName.average] = average?.weights
    buffers[BufferName.best] = best
    buffers[BufferName.mask] = mask?.kept
    return buffers
  }

  // MARK: The log

  /// Whether a step without an evaluation has a row in the log: about 500 of them have.
  var isLogDue: Bool { progress.step % max(1, progress.budget.total / 500) == 0 }

  /// Writes a row of the log; `train_loss` is the mean over the steps since the last row.
  func log(evaluation: Evaluation? = nil) throws {
    if progress.lossWeight > 0 { progress.trainLoss = progress.lossSum / progress.lossWeight }
    (progress.lossSum, progress.lossWeight) = (0, 0)
    var row: JSONValue = [
      "step": .integer(progress.step), "tokens": .integer(progress.tokens),
      "seconds": .number((progress.seconds * 1000).rounded() / 1000), "train_loss": JSONValue(progress.trainLoss),
      "learning_rate": .number(progress.lastRate), "gradient_norm": .number(progress.lastNorm),
    ]
    if let evaluation {
      row["validation_loss"] = .number(evaluation.loss)
      if case .language(let result) = evaluation { row["validation_bits_per_byte"] = JSONValue(result.bitsPerByte) }
      for criterion in SelectionCriterion.allCases where criterion != .loss {
        if let value = evaluation.value(of: criterion) { row["validation_\(criterion.rawValue)"] = .number(value) }
      }
    }
    progress.logBytes = try folder?.log(row) ?? 0
  }
}

/// The names of a run's buffers in its checkpoints.
enum BufferName {
  static let weights = "weights"
  static let firstMoment = "moment1"
  static let secondMoment = "moment2"
  static let average = "average"
  static let best = "best"
  static let mask = "mask"
}
