import Files
import Tensors

/// A checkpoint that has been found whole.
public struct SavedCheckpoint: Sendable {
  /// Where it is.
  public let folder: String
  /// How many steps were done.
  public let step: Int
  /// What the training loop gave to be kept.
  public let state: JSONValue
  /// Newer checkpoints that are not whole, each with a sentence why.
  public let passedOver: [String]
  /// The names of its buffers.
  public let buffers: [String]

  private static let suffix = ".safetensors"

  init(folder: String, passedOver: [String]) throws {
    let path = Files.path(folder, CheckpointStore.stateName)
    let json = try Files.readJSON(path)
    guard let step = json["step"]?.int, let state = json["state"] else {
      throw CheckpointFailure.content(path: path, reason: "it should have \"step\" and \"state\"")
    }
    (self.folder, self.step, self.state, self.passedOver) = (folder, step, state, passedOver)
    buffers = try Files.list(folder).filter { $0.hasSuffix(Self.suffix) }.map { String($0.dropLast(Self.suffix.count)) }
  }

  /// Reads a buffer back; it must be of the same layout as when it was saved.
  ///
  /// Throws a `CheckpointFailure` that names the buffer or the tensor, or a `FileFailure`.
  public func load(_ name: String, into buffer: ParameterBuffer) throws {
    let path = Files.path(folder, name + Self.suffix)
    guard buffers.contains(name) else { throw CheckpointFailure.checkpointLacks(name, path: folder) }
    let file = try SafetensorsFile(path)
    let tensors = buffer.layout.storedTensors
    for stored in tensors {
      guard let tensor = file.tensor(named: stored.name) else {
        throw CheckpointFailure.missingTensor(stored.name, shape: stored.shape, path: path)
      }
      guard tensor.shape == stored.shape else {
        throw CheckpointFailure.wrongShape(
          tensor: stored.name, expected: stored.shape, found: tensor.shape, path: path)
      }
      try file.read(tensor, as: stored, into: buffer)
    }
    if file.header.tensors.count != tensors.count {
      let names = Set(tensors.map { ExactString($0.name) })
      for tensor in file.header.tensors where !names.contains(ExactString(tensor.name)) {
        throw CheckpointFailure.unexpectedTensor(tensor.name, shape: tensor.shape, path: path)
      }
    }
  }

  /// Another file that was saved with it.
  public func file(_ name: String) throws(FileFailure) -> [UInt8] { try Files.read(Files.path(folder, name)) }
}
