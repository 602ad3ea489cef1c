import Checkpoints
import Files
import Tensors
import Tokenization
import Transformers

/// The model folder that a run writes.
struct ModelOutput {
  let path: String
  let configuration: TransformerConfiguration
  let tokenizer: Tokenizer
  /// What is written in place of a whole model.
  var adapter: Adapter?

  /// An adapter, whose numbers the loop trains, and the folder of the model that it belongs to.
  struct Adapter {
    let adapter: LowRankAdapter
    let base: String

    /// An adapter belongs to a model that others can find; nil where there is none.
    /// - Parameter base: The folder of the model; nil where its weights are new.
    init?(_ adapter: LowRankAdapter?, of base: String?) throws(TrainingFailure) {
      guard let adapter else { return nil }
      guard let base, !AdapterFolder.isAdapter(base) else {
        throw .setting(
          name: "adapter", value: "set",
          expected: "a base that is a model's folder (not random weights, nor an adapter)")
      }
      (self.adapter, self.base) = (adapter, base)
    }
  }

  /// Writes the folder with these weights; what was there stays whole until the new files are.
  func write(_ weights: ParameterBuffer, _ evaluation: Evaluation?) throws {
    if let adapter {
      return try AdapterFolder.write(
        adapter.adapter, weights, of: configuration, base: adapter.base, card: card(weights, evaluation), to: path)
    }
    try ModelFolder(
      configuration: configuration, weights: weights, tokenizer: tokenizer, card: card(weights, evaluation)
    ).write(to: path)
  }

  /// Sentences about files that the folder will lack.
  var notes: [String] { ModelFolder.notes(on: tokenizer) }

  private func card(_ weights: ParameterBuffer, _ evaluation: Evaluation?) -> String {
    let task: String
    switch configuration.head {
    case .causalLanguage: task = "text-generation"
    case .maskedLanguage, .maskedLanguageAndNextSentence: task = "fill-mask"
    case .sequenceClassification: task = "text-classification"
    case .tokenClassification: task = "token-classification"
    case .none: task = "feature-extraction"
    }
    let text = """
      A \(configuration.family.rawValue) model of \(weights.layout.parameterCount) parameters: \
      \(configuration.layers) layers, \(configuration.heads) heads, width \(configuration.width), vocabulary \
      \(configuration.vocabularySize), at most \(configuration.maximumLength) tokens. Trained with Swiftlet.
      """
    var card = ModelCard(title: Files.name(of: path), text: text)
    card.task = task
    if case .object(let figures)? = evaluation?.json {
      for (name, value) in figures {
        if let number = value.double { card.metrics.append((name: "validation \(name)", value: "\(number)")) }
      }
    }
    return card.markdown
  }
}

extension TrainingLoop {
  /// Runs to the end, and leaves the model that was brought in its folder.
  func finish(output: ModelOutput?, until shouldStop: () -> Bool) throws -> TrainingResult {
    // Before the work rather than after it.
    for note in output?.notes ?? [] { actions.report(.notice(note)) }
    let outcome = try run(until: shouldStop)
    // Without a validation set, or before the first evaluation, the last weights are the model.
    if best == nil { try output?.write(current, nil) }
    var evaluation = bestEvaluation
    if evaluation == nil, best != nil, outcome != .interrupted {
      evaluation = try task.evaluate(weights: result, execution: execution, shouldStop: { false })
    }
    return TrainingResult(outcome, self, evaluation: evaluation)
  }
}
