/// Everything that is told of a classifier on a labelled set: its figures with their intervals, the baselines on the
/// same texts, and the texts that it got most wrong.
///
/// ```swift
/// let judgement = try ClassifierJudgement(of: folder, on: test, training: train, execution: Execution())
/// print(judgement.json.serialized())
/// ```
public struct ClassifierJudgement: Sendable {
  /// A text that was answered wrongly.
  public struct Mistake: Sendable {
    /// The row, with its line.
    public var row: LabelledRow
    /// What is true, and what was answered: names of labels, or values.
    public var truth: String
    /// The answer.
    public var answer: String
    /// The probability of the most wrong answer; of values the distance.
    public var score: Double
  }

  /// The answers.
  public let predictions: Predictions
  /// The figures.
  public let evaluation: Evaluation
  /// Those of the network by itself, where n-grams answer with it.
  public let network: Evaluation?
  /// 95 % intervals of some of them.
  public let intervals: [Bootstrap.Interval]
  /// Logistic regression on words and letters, learned from the same training set; nil where that is not at hand.
  public let ngrams: Evaluation?
  /// The first mistakes.
  public let mistakes: [Mistake]
  /// What the confidences were divided by, if they were.
  public let temperature: Double?

  /// Judges answers.
  /// - Parameters:
  ///   - data: What was asked, with labels numbered as the answers are.
  ///   - network: The answers of the network by itself, where n-grams have changed them.
  ///   - training: What the classifier learned from, for the baselines.
  ///   - baseline: N-grams that have learned from it; nil lets them learn now.
  ///   - mistakes: How many to show.
  ///   - execution: Whose threads they learn on.
  public init(
    _ predictions: Predictions, network: Predictions? = nil, on data: LabelledData, training: LabelledData?,
    baseline: NGramBaseline? = nil, mistakes count: Int = 5, temperature: Double? = nil, seed: UInt64 = 1,
    execution: Execution = Execution(threads: 1)
  ) throws {
    (self.predictions, self.temperature) = (predictions, temperature)
    self.network = network?.evaluation()
    let training = try training?.relabelled(as: predictions.labels, of: "the model")
    evaluation = training.map { predictions.evaluation(learnedFrom: $0) } ?? predictions.evaluation()
    intervals = Bootstrap(seed: seed).intervals(of: predictions)
    ngrams = try training.map {
      try (baseline ?? NGramBaseline($0, execution: execution)).predictions(on: data).evaluation()
    }
    mistakes = predictions.mistakes.prefix(count).map { text in
      Self.mistake(text, data.rows[text], predictions)
    }
  }

  /// Judges the classifier of a folder on a set, whose labels must be the model's.
  /// - Parameters:
  ///   - ensemble: N-grams that answer with it.
  ///   - scaling: Applied to the confidences first.
  public init(
    of folder: ModelFolder, on data: LabelledData, training: LabelledData? = nil, mistakes: Int = 5,
    ensemble: NGramEnsemble? = nil, scaling: TemperatureScaling? = nil, batch: Int = 32, execution: Execution
  ) throws {
    guard let tokenizer = folder.tokenizer else { throw SwiftletFailure.noTokenizer(folder: "The model's folder") }
    let configuration = folder.configuration
    let data = try data.relabelled(as: configuration.labels, of: "the model")
    let template = ExampleTemplate(
      family: configuration.family, special: tokenizer.special, maximumTokens: configuration.maximumLength)
    let evaluator = ClassifierEvaluator(
      model: try Transformer(configuration),
      examples: EncodedExamples(data, template: template, tokenizer: tokenizer), batch: batch)
    let network = try evaluator.predictions(
      weights: folder.weights, activations: evaluator.activations(), execution: execution)
    let answers = network.joined(by: ensemble, of: data.rows)
    try self.init(
      scaling?.applied(to: answers) ?? answers, network: ensemble == nil ? nil : network, on: data,
      training: training, mistakes: mistakes, temperature: scaling?.temperature, execution: execution)
  }

  private static func mistake(_ text: Int, _ row: LabelledRow, _ predictions: Predictions) -> Mistake {
    let scores = predictions.probabilities[text * predictions.columns..<(text + 1) * predictions.columns].map {
      Double($0)
    }
    switch predictions.kind {
    case .value:
      return Mistake(row: row, truth: "\(row.value)", answer: "\(scores[0])", score: abs(scores[0] - row.value))
    case .multiple:
      func names(_ labels: [Int]) -> String { labels.map { predictions.labels[$0] }.joined(separator: ", ") }
      let wrong = scores.enumerated().map { row.labels.contains(Int32($0)) ? 1 - $1 : $1 }.max() ?? 0
      return Mistake(
        row: row, truth: names(row.labels.map { Int($0) }), answer: names(scores.indices.filter { scores[$0] >= 0.5 }),
        score: wrong)
    default:
      let answer = predictions.answer(text)
      return Mistake(
        row: row, truth: predictions.labels[Int(row.labels.first ?? 0)], answer: predictions.labels[answer],
        score: scores[answer])
    }
  }

  /// The figures by the names that scripts rely on.
  public var json: JSONValue {
    var json = evaluation.json
    var ranges: JSONValue = .object([:])
    for interval in intervals { ranges[interval.name] = .array([.number(interval.low), .number(interval.high)]) }
    json["intervals"] = ranges
    if let network { json["network"] = network.json.singleFigures }
    if let ngrams { json["baselines"]?["ngrams"] = ngrams.json.singleFigures }
    if let temperature { json["temperature"] = .number(temperature) }
    json["mistakes"] = .array(
      mistakes.map { mistake in
        var object: JSONValue = [
          "line": .integer(mistake.row.line), "text": .string(mistake.row.text), "label": .string(mistake.truth),
          "answer": .string(mistake.answer), "score": .number(mistake.score),
        ]
        if let pair = mistake.row.pair { object["text_pair"] = .string(pair) }
        return object
      })
    return json
  }
}
