import Checkpoints
import Files
import Tensors

/// The folder of a run on the disk: its checkpoints, its settings, its log, and a lock that keeps a second run out.
public final class RunFolder {
  /// The folder.
  public let path: String
  /// Its checkpoints.
  public let store: CheckpointStore
  /// What the run was told to do, saved with every checkpoint.
  public let settings: JSONValue
  private var logFile: AppendingFile

  /// Where the log is, from the run's folder.
  public static let logName = "metrics.jsonl"

  /// Makes the folder of a new run.
  ///
  /// Throws `TrainingFailure.runExists` where there is one already.
  public init(creating path: String, settings: JSONValue) throws {
    (self.path, self.settings) = (path, settings)
    store = try CheckpointStore(runFolder: path)
    try store.lock()
    if try Self.hasCheckpoint(store) { throw TrainingFailure.runExists(path: path) }
    logFile = try AppendingFile(Files.path(store.trainingFolder, Self.logName), keeping: 0)
  }

  private init(resuming path: String, store: CheckpointStore, saved: SavedRun) throws {
    (self.path, self.store) = (path, store)
    settings = saved.settings
    logFile = try AppendingFile(
      Files.path(store.trainingFolder, Self.logName), keeping: saved.progress.logBytes)
  }

  /// Opens the folder of a run that is to go on; nil where it has no checkpoint.
  public static func resume(_ path: String) throws -> (folder: RunFolder, saved: SavedRun)? {
    guard Files.kind(of: Files.path(path, "training")) != nil else { return nil }
    let store = try CheckpointStore(runFolder: path)
    try store.lock()
    guard let checkpoint = try store.loadNewest() else { return nil }
    let saved = try SavedRun(checkpoint)
    return (try RunFolder(resuming: path, store: store, saved: saved), saved)
  }

  /// What a run was told to do, from its newest checkpoint; nothing in its folder changes.
  ///
  /// Throws `TrainingFailure.state` where there is none.
  public static func settings(of path: String) throws -> JSONValue {
    guard Files.kind(of: Files.path(path, "training")) != nil,
      let checkpoint = try CheckpointStore(runFolder: path).loadNewest()
    else { throw TrainingFailure.state(path: path, problem: "there is no checkpoint in it") }
    return try SavedRun(checkpoint).settings
  }

  private static func hasCheckpoint(_ store: CheckpointStore) throws -> Bool {
    do {
      return try store.loadNewest() != nil
    } catch CheckpointFailure.noWholeCheckpoint {
      return true
    }
  }

  /// Saves a checkpoint, and then removes old ones so that `keep` stay; returns its path.
  func save(progress: TrainingProgress, buffers: [String: ParameterBuffer], keep: Int) throws -> String {
    try logFile.synchronize()
    let path = try store.save(
      step: progress.step, buffers: buffers, state: ["progress": progress.json, "settings": settings])
    try store.prune(keeping: keep)
    return path
  }

  /// Appends a row to the log; returns how long the log is then, in bytes.
  func log(_ row: JSONValue) throws -> Int {
    try logFile.append(row.serialized() + "\n")
    return logFile.byteCount
  }
}

/// A checkpoint of a run, read as far as its state.
public struct SavedRun {
  /// Where the run was.
  public let progress: TrainingProgress
  /// What it was told to do.
  public let settings: JSONValue
  private let checkpoint: SavedCheckpoint

  init(_ checkpoint: SavedCheckpoint) throws(TrainingFailure) {
    guard let json = checkpoint.state["progress"], let progress = TrainingProgress(json: json),
      let settings = checkpoint.state["settings"], progress.step == checkpoint.step
    else { throw .state(path: checkpoint.folder, problem: "its state file lacks something, or contradicts itself") }
    (self.progress, self.settings, self.checkpoint) = (progress, settings, checkpoint)
  }

  /// Checkpoints that were passed over, each with a sentence why.
  public var passedOver: [String] { checkpoint.passedOver }
  /// Whether a buffer was saved.
  func has(_ name: String) -> Bool { checkpoint.buffers.contains(name) }
  /// Reads a buffer.
  func load(_ name: String, into buffer: ParameterBuffer) throws { try checkpoint.load(name, into: buffer) }
}
