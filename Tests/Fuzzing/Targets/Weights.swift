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
    FuzzTarget(name: "weights") { _, file in
      _ = file.path("model.safetensors")
      _ = file.write(Array(modelConfiguration.utf8), "config.json")
      // In both forms the model answers with the same bits.
      let answers = try [WeightLoader.MatrixForm.floats, .asStored].map { form in
        let folder = try ModelFolder(reading: file.path, as: form)
        let model = try Transformer(folder.configuration)
        let scores = try model.logits(
          of: TokenBatch(tokens: [1, 7, 3, 3, 0, 2], lengths: [6]), rows: [0, 2, 3, 4, 5], weights: folder.weights,
          activations: Activations(model, tokens: 6, sequences: 1, training: false), execution: Execution(threads: 1))
        return (0..<scores.rows).map { scores.row($0).map(\.bitPattern) }
      }
      guard answers[0] == answers[1] else { fatalError("other scores as stored") }
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

/// Of the model whose weights the seeds of `weights` are.
private let modelConfiguration = """
  {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 8, "hidden_size": 36,
   "num_hidden_layers": 1, "num_attention_heads": 3, "intermediate_size": 4, "max_position_embeddings": 8,
   "tie_word_embeddings": true}
  """
