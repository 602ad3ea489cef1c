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
    let evaluators = try evaluators(on: source, marksDocuments: marksDocuments, batch: batch, execution: execution)
    func evaluate(_ evaluator: LanguageEvaluator) throws -> LanguageEvaluation {
      try evaluator.evaluate(weights: weights, activations: evaluator.activations(), execution: execution)
    }
    var result = try evaluate(evaluators.whole)
    if let masked = evaluators.masked { result.addMasked(try evaluate(masked)) }
    guard result.objective.isFinite else { throw TrainingFailure.nonFiniteScores }
    return result
  }

  /// What reads a whole text with this model, or another one of its shape; and reads it once more with masks, where a
  /// causal model fills those, too.
  func evaluators(
    on source: TextSource, marksDocuments: Bool, batch: Int, execution: Execution
  ) throws -> (whole: LanguageEvaluator, masked: LanguageEvaluator?) {
    guard let tokenizer else { throw SwiftletFailure.noTokenizer(folder: "The model's folder") }
    let model = try Transformer(configuration)
    let corpus = try CorpusPreparation(
      source, encoder: TextEncoder(tokenizer), options: CorpusOptions(validationFraction: 0), execution: execution
    ).run()
    var settings = PretrainingSettings(
      objective: configuration.fillsMasks ? .both : configuration.family.isCausal ? .causal : .masked, batch: batch,
      context: configuration.maximumLength,
      loop: LoopSettings(optimizer: AdamW(), learningRate: LearningRate(peak: 1), budget: .steps(1)))
    settings.predictsNextSentence = configuration.head == .maskedLanguageAndNextSentence
    settings.marksDocuments = marksDocuments
    let windows = try LanguageWindows(settings, tokenizer: tokenizer)
    let whole = LanguageEvaluator(
      model: model, windows: try windows.validation(corpus.training), bytes: windows.bytes(corpus.training),
      batch: batch)
    let masked = try windows.maskedValidation(corpus.training).map {
      LanguageEvaluator(model: model, windows: $0, bytes: nil, batch: batch)
    }
    return (whole, masked)
  }

  /// Reads a whole text with each token hidden alone, and tells how likely the model finds it.
  public func pseudoLikelihood(of source: TextSource, execution: Execution) throws -> PseudoLikelihood {
    guard let tokenizer else { throw SwiftletFailure.noTokenizer(folder: "The model's folder") }
    let corpus = try CorpusPreparation(
      source, encoder: TextEncoder(tokenizer), options: CorpusOptions(validationFraction: 0), execution: execution
    ).run()
    let result = try PseudoLikelihoodEvaluator(model: Transformer(configuration), tokenizer: tokenizer)
      .evaluate(corpus.training, weights: weights, execution: execution)
    guard result.sum.isFinite else { throw TrainingFailure.nonFiniteScores }
    return result
  }

  /// What the labels of texts for this model are; nil where it is no classifier.
  public var labelKind: LabelKind? {
    switch configuration.head {
    case .tokenClassification: return .tokens
    case .sequenceClassification:
      switch configuration.resolvedProblemType {
      case .singleLabel: return .single
      case .multiLabel: return .multiple
      case .regression: return .value
      }
    default: return nil
    }
  }

  /// Judges a classifier on a whole labelled set, whose labels must be the model's.
  public func evaluate(on data: LabelledData, batch: Int = 32, execution: Execution) throws -> Evaluation {
    guard let tokenizer else { throw SwiftletFailure.noTokenizer(folder: "The model's folder") }
    let model = try Transformer(configuration)
    if (configuration.head == .tokenClassification) != (data.kind == .tokens) {
      throw LabelledFailure.wrongKind(path: data.path, hasWords: data.kind == .tokens)
    }
    let data = try data.relabelled(as: configuration.labels, of: "the model")
    let template = ExampleTemplate(
      family: configuration.family, special: tokenizer.special, maximumTokens: configuration.maximumLength)
    let examples = EncodedExamples(data, template: template, tokenizer: tokenizer)
    let evaluator = ClassifierEvaluator(model: model, examples: examples, batch: batch)
    return try evaluator.evaluate(weights: weights, activations: evaluator.activations(), execution: execution)
  }
}
