import Checkpoints
import Files
import Tensors

extension FuzzTarget {
  /// Files of numbers.
  static let weights = [
    FuzzTarget(name: "safetensors") { _, file in
      let file = try SafetensorsFile(file.path("model.safetensors"))
      for tensor in file.header.tensors {
        _ = try file.floats(of: tensor.name)
        _ = try file.bytes(of: tensor.name)
      }
    },
    FuzzTarget(name: "llama2c") { _, file in _ = try LlamaBin.read(file.path("model.bin")) },
  ]
}
