import Files

/// What a run brought.
public struct TrainingResult: Sendable {
  /// How it ended.
  public var outcome: TrainingOutcome
  /// Steps done.
  public var steps: Int
  /// Tokens read.
  public var tokens: Int
  /// Seconds in the loop, over all sittings.
  public var seconds: Double
  /// The training loss of the last steps, in nats.
  public var trainLoss: Double?
  /// How the model that was kept does on the validation set; nil where there is none.
  public var evaluation: Evaluation?
  /// The step whose weights were kept, where a validation set chose them.
  public var bestStep: Int?
  /// The size of the model, in parameters.
  public var parameters: Int

  /// Tokens for each second, evaluations and checkpoints included.
  public var tokensPerSecond: Double { seconds > 0 ? Double(tokens) / seconds : 0 }

  init(_ outcome: TrainingOutcome, _ loop: TrainingLoop, evaluation: Evaluation?) {
    self.outcome = outcome
    (steps, tokens, seconds) = (loop.progress.step, loop.progress.tokens, loop.progress.seconds)
    trainLoss = loop.progress.trainLoss
    self.evaluation = evaluation
    bestStep = loop.progress.stopping.bestStep
    parameters = loop.task.model.layout.parameterCount
  }

  /// The figures by the names that scripts rely on.
  public var json: JSONValue {
    var json: JSONValue = [
      "outcome": .string(outcome.rawValue), "steps": .integer(steps), "tokens": .integer(tokens),
      "seconds": .number(seconds), "tokens_per_second": .number(tokensPerSecond), "train_loss": JSONValue(trainLoss),
      "parameters": .integer(parameters),
    ]
    guard let evaluation else { return json }
    switch evaluation {
    case .language(let result):
      json["validation_loss"] = .number(result.loss)
      json["validation_bits_per_byte"] = JSONValue(result.bitsPerByte)
      json["validation_perplexity"] = .number(result.perplexity)
      json["unigram_entropy"] = .number(result.unigramEntropy)
      for (name, value) in result.optionalFigures { json["validation_" + name] = .number(value) }
    case .labels, .words, .multiLabel, .values:
      json["validation_loss"] = .number(evaluation.loss)
      for (key, value) in evaluation.json.object ?? [:] where json[key] == nil { json[key] = value }
    }
    return json
  }
}
