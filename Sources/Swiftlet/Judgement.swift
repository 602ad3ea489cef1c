extension ModelFolder {
  /// Reads a whole text with a language model, and tells how well it predicts it.
  ///
  /// - Parameters:
  ///   - source: The text; all of it is read.
  ///   - marksDocuments: Whether the model was trained with tokens that begin and end documents.
  ///   - batch: Windows at a time.
  public func evaluate(
    on source: TextSource, marksDocuments: Bool = true, batch: Int = 8, execution: Execution
  ) throws -> LanguageEvaluation {
    guard let tokenizer else { throw SwiftletFailure.noTokenizer(folder: "The model's folder") }
    let model = try Transformer(configuration)
    let corpus = try CorpusPreparation(
      source, encoder: TextEncoder(tokenizer), options: CorpusOptions(validationFraction: 0), execution: execution
    ).run()
    var settings = PretrainingSettings(
      objective: configuration.family.isCausal ? .causal : .masked, batch: batch, context: configuration.maximumLength,
      loop: LoopSettings(optimizer: AdamW(), learningRate: LearningRate(peak: 1), budget: .steps(1)))
    settings.marksDocuments = marksDocuments
    let windows = try LanguageWindows(settings, tokenizer: tokenizer)
    let evaluator = LanguageEvaluator(
      model: model, windows: try windows.validation(corpus.training), bytes: windows.bytes(corpus.training),
      batch: batch)
    return try evaluator.evaluate(weights: weights, activations: evaluator.activations(), execution: execution)
  }

  /// Judges a classifier on a whole labelled set, whose labels must be the model's.
  public func evaluate(on data: LabelledData, batch: Int = 32, execution: Execution) throws -> Evaluation {
    guard let tokenizer else { throw SwiftletFailure.noTokenizer(folder: "The model's folder") }
    let model = try Transformer(configuration)
    let data = try data.relabelled(as: configuration.labels, of: "the model")
    let template = ExampleTemplate(
      family: configuration.family, special: tokenizer.special, maximumTokens: configuration.maximumLength)
    let examples = EncodedExamples(data, template: template) { tokenizer.encode($0) }
    let evaluator = ClassifierEvaluator(model: model, examples: examples, batch: batch)
    return try evaluator.evaluate(weights: weights, activations: evaluator.activations(), execution: execution)
  }
}
