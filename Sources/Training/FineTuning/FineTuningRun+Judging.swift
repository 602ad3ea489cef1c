import Corpora
import Transformers

extension FineTuningRun {
  /// The answers of the weights as they are now to a set whose labels the training set has: a test set, or the
  /// validation set for a temperature.
  public func predictions(on data: LabelledData) throws -> Predictions {
    let evaluator = try evaluator(of: data)
    return try evaluator.predictions(
      weights: weights, activations: evaluator.activations(), execution: execution)
  }

  /// The figures of the weights as they are now on such a set, of words, too.
  public func evaluation(on data: LabelledData) throws -> Evaluation {
    let evaluator = try evaluator(of: data)
    return try evaluator.evaluate(weights: weights, activations: evaluator.activations(), execution: execution)
  }

  private func evaluator(of data: LabelledData) throws -> ClassifierEvaluator {
    let data = try data.relabelled(as: model.configuration.labels, of: "the model")
    let template = ExampleTemplate(
      family: model.configuration.family, special: tokenizer.special,
      maximumTokens: settings.maximumTokens ?? model.configuration.maximumLength)
    return ClassifierEvaluator(
      model: model, examples: EncodedExamples(data, template: template, tokenizer: tokenizer),
      batch: settings.batch)
  }
}
