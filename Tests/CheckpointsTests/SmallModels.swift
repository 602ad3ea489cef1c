import Checkpoints
import Files
import Tensors
import Tokenization
import Transformers

/// Models of all families with a few hundred parameters.
enum SmallModels {
  static func configuration(
    _ family: TransformerConfiguration.Family, tied: Bool = true
  ) -> TransformerConfiguration {
    var configuration = TransformerConfiguration.preset(.nano, family: family, vocabularySize: 300, context: 12)
    configuration.layers = 2
    configuration.width = 12
    configuration.headWidth = 4
    configuration.innerWidth = 20
    configuration.tiesEmbeddings = tied
    if family == .llama { configuration.keyHeads = 1 }
    return configuration
  }

  static func weights(_ configuration: TransformerConfiguration, seed: UInt64 = 1) throws -> ParameterBuffer {
    let weights = try Transformer(configuration).initialWeights(seed: seed)
    // Norms and biases, too, so that nothing is found equal by being zero or one.
    var random = Randomness(seed: seed).derive("test").generator
    for entry in weights.layout.entries {
      let numbers = weights[entry.parameter]
      for index in 0..<numbers.count { numbers.pointer[index] += Float(random.normal()) * 0.1 }
    }
    return weights
  }

  static func tokenizer(_ text: String = "the quick brown fox jumps over the lazy dog") throws -> Tokenizer {
    let texts = (0..<50).map { "\(text) \($0)" }
    return try Tokenizer.train(from: texts, options: TokenizerTrainingOptions(vocabularySize: 290)).tokenizer
  }

  /// The numbers of a buffer without the gaps.
  static func numbers(_ buffer: ParameterBuffer) -> [UInt32] {
    buffer.layout.entries.flatMap { entry in
      let view = buffer[entry.parameter]
      return (0..<view.count).map { view.pointer[$0].bitPattern }
    }
  }

  /// All tensors of a file, so that a test can rename, drop and change them before it writes them again.
  static func tensors(_ path: String) throws -> [(name: String, shape: [Int], numbers: [Float])] {
    let file = try SafetensorsFile(path)
    return try file.header.tensors.map { ($0.name, $0.shape, try file.floats(of: $0.name) ?? []) }
  }
}
