import Files
import Tensors
import Transformers

extension AdapterFolder {
  /// Writes an adapter that was trained here, so that a reader finds either the old one or the new one whole.
  /// - Parameters:
  ///   - adapter: The adapter.
  ///   - weights: Its own numbers.
  ///   - configuration: That of the adapted model, with its labels.
  ///   - base: The folder of the model it belongs to; it is named from the root.
  ///   - card: The content of `README.md`.
  public static func write(
    _ adapter: LowRankAdapter, _ weights: ParameterBuffer, of configuration: TransformerConfiguration, base: String,
    card: String?, to path: String
  ) throws {
    let name = Files.absolutePath(base) ?? base
    for tensor in weights.layout.storedTensors where !tensor.view(in: weights).isFinite {
      throw CheckpointFailure.notFinite(tensor: tensor.name, path: Files.path(path, weightsName))
    }
    var writer = try FolderWriter(path)
    do {
      try writer.add(
        configurationName, AdapterConfiguration.json(adapter, of: configuration, base: name).bytes(pretty: true))
      try writer.add(ModelFile.configuration, configuration.json.bytes(pretty: true))
      try writer.add(weightsName) { (path) throws(FileFailure) in try SafetensorsWriter.write(weights, to: path) }
      if let card { try writer.add(ModelFile.card, Array(card.utf8)) }
    } catch {
      writer.cancel()
      throw error
    }
    try writer.commit()
  }
}
