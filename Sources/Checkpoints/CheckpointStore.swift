import Files
import Tensors

/// The checkpoints of a training run: everything that it needs to go on as if it had never stopped.
///
/// Each is a folder `training/checkpoints/step-00001000` inside the run's folder, with one safetensors file for each
/// buffer, `state.json`, and a manifest. It is written aside under another name, synced, checked by its manifest, and
/// renamed; so whenever the process is killed, every folder under its final name is whole. A folder that was damaged
/// later is recognised and passed over.
///
/// ```swift
/// let store = try CheckpointStore(runFolder: "Weights/run")
/// try store.lock()
/// try store.save(step: 1000, buffers: ["weights": weights, "moment1": moment1], state: state)
/// try store.prune(keeping: 2)
/// if let saved = try store.loadNewest() { try saved.load("weights", into: weights) }
/// ```
public final class CheckpointStore {
  /// The folder of the run.
  public let runFolder: String
  /// What the store itself keeps: `training` in the run's folder; metrics belong there, too.
  public let trainingFolder: String
  /// Where the checkpoints are.
  public let checkpointFolder: String
  private var heldLock: FileLock?
  /// Checkpoints that this process has seen to be whole.
  private var verified: Set<String> = []

  private static let prefix = "step-"
  private static let temporaryPrefix = ".tmp-"
  static let stateName = "state.json"

  /// Opens the checkpoints of a run, and makes the folders where they are missing.
  public init(runFolder: String) throws(FileFailure) {
    self.runFolder = runFolder
    trainingFolder = Files.path(runFolder, "training")
    checkpointFolder = Files.path(trainingFolder, "checkpoints")
    try Files.createFolder(checkpointFolder)
  }

  /// Keeps other processes out until this store is let go, and removes what a killed one left half-written.
  ///
  /// Whoever writes must hold the lock.
  public func lock() throws(FileFailure) {
    guard heldLock == nil else { return }
    heldLock = try FileLock(Files.path(trainingFolder, "lock"))
    for folder in [runFolder, trainingFolder] { try AtomicFileWriter.removeAbandoned(in: folder) }
    for name in try Files.list(checkpointFolder) where name.hasPrefix(Self.temporaryPrefix) {
      try Files.removeFolder(Files.path(checkpointFolder, name))
    }
  }

  // MARK: Saving

  /// Saves a checkpoint and checks that it can be read back.
  ///
  /// If that fails, nothing has changed.
  ///
  /// - Parameters:
  ///   - step: how many steps are done.
  ///   - buffers: weights, moments, averages, by names that can be file names.
  ///   - state: everything else, as the training loop likes it.
  ///   - files: more files by their names.
  /// - Returns: the folder of the checkpoint.
  @discardableResult
  public func save(
    step: Int, buffers: [String: ParameterBuffer], state: JSONValue, files: [String: [UInt8]] = [:]
  ) throws -> String {
    try lock()
    let stepName = Self.name(ofStep: step)
    let temporary = Files.path(checkpointFolder, Self.temporaryPrefix + stepName)
    var final = Files.path(checkpointFolder, stepName)
    do {
      try Files.removeFolder(temporary)
      // A folder of the run that is gone was removed by somebody: it is not made again behind his back.
      try Files.createFolder(temporary, withParents: false)
      try write(step: step, buffers: buffers, state: state, files: files, to: temporary)
      try Self.verify(temporary)
      final = Files.path(checkpointFolder, try freeName(stepName))
      try Files.move(temporary, to: final)
      try Files.synchronizeFolder(checkpointFolder)
    } catch {
      try? Files.removeFolder(temporary)
      throw (error as? FileFailure)?.about(final) ?? error
    }
    verified.insert(Files.name(of: final))
    return final
  }

  private func write(
    step: Int, buffers: [String: ParameterBuffer], state: JSONValue, files: [String: [UInt8]], to folder: String
  ) throws {
    var manifest = Manifest(notes: ["step": .integer(step)])
    for (name, buffer) in buffers.sorted(by: { $0.key < $1.key }) {
      let fileName = name + ".safetensors"
      let path = Files.path(folder, fileName)
      let hash = try SafetensorsWriter.write(buffer, to: path)
      manifest.add(fileName, byteCount: try Files.byteCount(of: path), hash: hash)
    }
    var files = files
    files[Self.stateName] = JSONValue.object(["step": .integer(step), "state": state]).bytes(pretty: true)
    for (name, content) in files.sorted(by: { $0.key < $1.key }) {
      try AtomicFile.write(content, to: Files.path(folder, name))
      manifest.add(name, byteCount: content.count, hash: SHA256.digest(of: content))
    }
    try manifest.write(folder: folder)
  }

  private static func name(ofStep step: Int) -> String {
    let digits = String(step)
    return prefix + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  /// A name that is free: where the same step is there already (a run that went back), a number is added.
  private func freeName(_ name: String) throws(FileFailure) -> String {
    let taken = try Files.list(checkpointFolder)
    guard taken.contains(name) else { return name }
    var number = 2
    while taken.contains("\(name)-\(number)") { number += 1 }
    return "\(name)-\(number)"
  }

  // MARK: Loading

  /// The newest checkpoint that is whole, and what was passed over on the way to it; nil where the run has none at all.
  ///
  /// Throws `CheckpointFailure.noWholeCheckpoint` where there are some and none is whole.
  public func loadNewest() throws -> SavedCheckpoint? {
    var passedOver: [String] = []
    for name in try names() {
      let folder = Files.path(checkpointFolder, name)
      do {
        try Self.verify(folder)
        verified.insert(name)
        return try SavedCheckpoint(folder: folder, passedOver: passedOver)
      } catch {
        passedOver.append("\(error)")
      }
    }
    guard passedOver.isEmpty else {
      throw CheckpointFailure.noWholeCheckpoint(folder: checkpointFolder, passedOver: passedOver)
    }
    return nil
  }

  /// The names of the checkpoints, newest first, whole or not.
  private func names() throws(FileFailure) -> [String] {
    try Files.list(checkpointFolder).compactMap { name -> (name: String, step: Int, number: Int)? in
      guard name.hasPrefix(Self.prefix) else { return nil }
      let numbers = name.dropFirst(Self.prefix.count).split(separator: "-", omittingEmptySubsequences: false)
      guard let step = numbers.first.flatMap({ Int($0) }), numbers.count <= 2 else { return nil }
      guard let number = numbers.count == 2 ? Int(numbers[1]) : 1 else { return nil }
      return (name, step, number)
    }.sorted { ($0.step, $0.number) > ($1.step, $1.number) }.map(\.name)
  }

  /// Compares all files of a checkpoint with its manifest.
  private static func verify(_ folder: String) throws {
    guard let manifest = try Manifest.read(folder: folder) else {
      throw CheckpointFailure.manifestDamaged(path: Files.path(folder, Manifest.fileName), reason: "it is missing")
    }
    for name in manifest.files.keys.sorted() { try manifest.check(name, at: Files.path(folder, name)) }
  }

  // MARK: Pruning

  /// Removes old checkpoints, so that the newest whole ones stay.
  ///
  /// Nothing is removed before these have been checked.
  public func prune(keeping count: Int) throws {
    try lock()
    var whole = 0
    let names: [String]
    // There were checkpoints a moment ago: that their folder is gone is no missing input.
    do { names = try self.names() } catch { throw error.about(checkpointFolder) }
    for name in names {
      let folder = Files.path(checkpointFolder, name)
      if whole >= max(count, 1) {
        // Under its own name it would count as damaged if this is interrupted.
        let temporary = Files.path(checkpointFolder, Self.temporaryPrefix + name)
        try Files.removeFolder(temporary)
        try Files.move(folder, to: temporary)
        try Files.removeFolder(temporary)
        verified.remove(name)
      } else if verified.contains(name) || (try? Self.verify(folder)) != nil {
        verified.insert(name)
        whole += 1
      }
    }
  }
}
