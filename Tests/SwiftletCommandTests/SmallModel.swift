import Swiftlet

/// Writes a model of random weights, and returns its path: what it writes makes no sense, and does not end.
///
/// - Parameters:
///   - format: how its matrices are stored.
///   - generation: the content of its `generation_config.json`.
///   - change: makes the configuration that is wanted of one that continues texts of 64 tokens.
func smallModel(
  in scratch: Scratch, _ family: TransformerConfiguration.Family = .gpt2, name: String = "model",
  format: WeightFormat? = nil, generation: JSONValue? = nil,
  changing change: (TransformerConfiguration) -> TransformerConfiguration = { $0 }
) throws -> String {
  let text = "In the beginning God created the heaven and the earth.\nAnd God said, Let there be light.\n"
  let tokenizer = try Tokenizer.train(from: [text], options: TokenizerTrainingOptions(vocabularySize: 300)).tokenizer
  let configuration = change(
    .preset(.nano, family: family, vocabularySize: tokenizer.vocabularySize, context: 64))
  let weights = try Transformer(configuration).initialWeights(seed: 1)
  var folder = ModelFolder(configuration: configuration, weights: weights, tokenizer: tokenizer)
  if let generation { folder.generation = generation }
  if let format { folder = try folder.quantized(to: format, execution: Execution()).folder }
  try folder.write(to: scratch.path(name))
  return scratch.path(name)
}
