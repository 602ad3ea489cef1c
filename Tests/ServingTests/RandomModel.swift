import Swiftlet

/// A small model of random weights.
enum RandomModel {
  static func write(
    to path: String, _ family: TransformerConfiguration.Family = .gpt2, labels: [String] = [],
    format: WeightFormat? = nil, fillsMasks: Bool = false
  ) throws {
    let tokenizer = try Tokenizer.train(
      from: ["a small yellow bird that sings\n"], options: TokenizerTrainingOptions(vocabularySize: 280)
    ).tokenizer
    var configuration = TransformerConfiguration.preset(
      .nano, family: family, vocabularySize: tokenizer.vocabularySize, context: 32)
    if !labels.isEmpty { configuration = configuration.classifying(sequencesInto: labels) }
    configuration.fillsMasks = fillsMasks
    let weights = try Transformer(configuration).initialWeights(seed: 1)
    var model = ModelFolder(configuration: configuration, weights: weights, tokenizer: tokenizer)
    if let format { model = try model.quantized(to: format, execution: Execution()).folder }
    try model.write(to: path)
  }
}
