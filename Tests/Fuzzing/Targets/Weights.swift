import Checkpoints
import Corpora
import Files
import NGrams
import Tensors
import Tokenization
import Transformers

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
    FuzzTarget(name: "ngrams") { bytes, file in
      // The file remembers the hash of these weights.
      let folder = Files.folder(of: file.write(Array("weights".utf8), "model.safetensors"))
      _ = file.write(bytes, NGramEnsemble.fileName)
      guard let ensemble = try NGramEnsemble(folder: folder) else { return }
      let rows = [LabelledRow(text: "The quick  fox\n\u{1F98A} e\u{301}.", pair: "fox")]
      _ = ensemble.scores(network: [Float](repeating: 1, count: ensemble.columns), of: rows)
    },
    FuzzTarget(name: "gguf") { _, file in
      let folder = try GGUFImport.read(file.path("model.gguf"))
      guard let tokenizer = folder.tokenizer else { return }
      let identifiers = tokenizer.encode("The quick  fox\n\u{1F98A} e\u{301}.")
      guard identifiers.allSatisfy({ $0 >= 0 && Int($0) < folder.configuration.vocabularySize }) else {
        fatalError("an identifier outside of the model")
      }
      _ = tokenizer.decode(identifiers)
    },
  ]
}
