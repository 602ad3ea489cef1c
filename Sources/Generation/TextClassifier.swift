import Corpora
import NGrams
import Tensors
import Tokenization
import Transformers

/// A label with its score.
public struct LabelScore: Sendable, Hashable {
  /// The label's name.
  public var label: String
  /// Its probability; of a regression, the value itself.
  public var score: Double
}

/// What a classifier makes of a text.
public struct Classification: Sendable, Hashable {
  /// Every label, in the order of the configuration.
  public var scores: [LabelScore]
  /// The labels that hold: the likeliest one; of a multi-label model those that are likelier than not; of a regression
  /// none.
  public var labels: [String]
  /// Whether the text was longer than the model can see, and lost its end.
  public var isTruncated: Bool
  /// Whether the score is a value, and no probability.
  public var isValue = false

  /// All labels, the likeliest first.
  public var ranked: [LabelScore] { scores.sorted { $0.score > $1.score } }
}

/// Puts labels on texts.
///
/// ```swift
/// let classifier = try TextClassifier(model: model, weights: weights, tokenizer: tokenizer, execution: Execution())
/// try classifier.classify(["win a free phone"])[0].labels   // ["spam"]
/// ```
public struct TextClassifier: Sendable {
  /// The names of the labels.
  public var labels: [String] { model.configuration.labels }
  /// Whether labels exclude each other, may come together, or are values.
  public var problemType: TransformerConfiguration.ProblemType { model.configuration.resolvedProblemType }
  /// What scores are divided by before they become probabilities; 1 leaves them as they are.
  public var temperature = 1.0
  /// N-grams that answer together with the network, if there are.
  public let ensemble: NGramEnsemble?
  private let model: Transformer
  private let weights: ParameterBuffer
  private let tokenizer: Tokenizer
  private let execution: Execution

  /// A classifier with a model that has a classification head.
  /// - Parameter ensemble: N-grams with the model's labels that answer, too.
  public init(
    model: Transformer, weights: ParameterBuffer, tokenizer: Tokenizer, ensemble: NGramEnsemble? = nil,
    execution: Execution
  ) throws(GenerationFailure) {
    guard model.configuration.head == .sequenceClassification else {
      throw .wrongHead(needed: "a classifier", found: "one with \(model.configuration.head.name)")
    }
    let isValue = model.configuration.resolvedProblemType == .regression
    if let ensemble, ensemble.columns != model.configuration.labels.count || (ensemble.kind == .value) != isValue {
      throw .foreignNGrams(expected: model.configuration.labels.count, found: ensemble.columns)
    }
    self.ensemble = ensemble
    (self.model, self.weights, self.tokenizer, self.execution) = (model, weights, tokenizer, execution)
  }

  /// The labels of some texts.
  public func classify(_ texts: [String]) throws -> [Classification] {
    try classify(pairs: texts.map { ($0, nil) })
  }

  /// The labels of some texts, or pairs of texts.
  public func classify(pairs: [(text: String, pair: String?)]) throws -> [Classification] {
    let template = ExampleTemplate(
      family: model.configuration.family, special: tokenizer.special,
      maximumTokens: model.configuration.maximumLength)
    let examples = pairs.map { template.sequence(tokenizer.encode($0.text), $0.pair.map { tokenizer.encode($0) }) }
    guard examples.allSatisfy({ !$0.tokens.isEmpty }) else { throw GenerationFailure.emptyPrompt }
    var results: [Classification] = []
    for range in BatchCutter.batches(of: examples.map(\.tokens.count)) {
      let batch = TokenBatch(
        tokens: examples[range].flatMap(\.tokens), segments: examples[range].flatMap(\.segments),
        lengths: examples[range].map(\.tokens.count))
      let activations = Activations(
        model, tokens: batch.tokens.count, sequences: batch.lengths.count, training: false)
      let scores = try model.scores(of: batch, weights: weights, activations: activations, execution: execution)
      for (row, index) in range.enumerated() {
        let network = scores.row(row), asked = LabelledRow(text: pairs[index].text, pair: pairs[index].pair)
        results.append(
          try classification(
            ensemble?.scores(network: network, of: [asked]) ?? network, isTruncated: examples[index].truncated))
      }
    }
    return results
  }

  /// The labels of a text.
  public func classify(_ text: String, pair: String? = nil) throws -> Classification {
    try classify(pairs: [(text, pair)])[0]
  }

  private func classification(_ scores: [Float], isTruncated: Bool) throws(GenerationFailure) -> Classification {
    let scores = problemType == .regression ? scores : scores.map { $0 / Float(temperature) }
    guard scores.allSatisfy(\.isFinite), let distribution = Distribution(scores) else { throw .notFinite(token: 0) }
    let values: [Double] =
      switch problemType {
      case .singleLabel: scores.map { distribution.probability($0) }
      case .multiLabel: scores.map { 1 / (1 + exponential(-Double($0))) }
      case .regression: scores.map { Double($0) }
      }
    let named = zip(labels, values).map { LabelScore(label: $0, score: $1) }
    let holding: [String] =
      switch problemType {
      case .singleLabel: [labels[Distribution.likeliest(scores)]]
      case .multiLabel: named.filter { $0.score > 0.5 }.map(\.label)
      case .regression: []
      }
    return Classification(
      scores: named, labels: holding, isTruncated: isTruncated, isValue: problemType == .regression)
  }
}
