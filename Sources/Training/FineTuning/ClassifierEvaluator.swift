import Corpora
import Tensors
import Transformers

/// Judges a classifier on a whole labelled set.
public struct ClassifierEvaluator: Sendable {
  /// The model.
  public let model: Transformer
  /// The set, in its order.
  public let batches: LabelledBatches
  /// The most frequent label of the training set, for the baseline; nil takes that of this set.
  public let majorityLabel: Int?
  /// The mean of the training set's values, for the baseline of regressions; nil takes that of this set.
  public let meanValue: Double?

  /// An evaluator.
  public init(
    model: Transformer, examples: EncodedExamples, batch: Int, majorityLabel: Int? = nil, meanValue: Double? = nil
  ) {
    self.model = model
    batches = LabelledBatches(examples, size: .sequences(batch), seed: nil)
    (self.majorityLabel, self.meanValue) = (majorityLabel, meanValue)
  }

  /// Memory for its passes.
  public func activations() -> Activations {
    Activations(
      model, tokens: max(1, batches.maximumTokens), sequences: max(1, batches.maximumSequences), training: false)
  }

  /// The figures that the kind of labels has.
  ///
  /// Throws `TrainingFailure.noData` where there are no rows, and `TrainingFailure.nonFiniteScores`.
  public func evaluate(
    weights: ParameterBuffer, activations: Activations, execution: Execution, shouldStop: () -> Bool = { false }
  ) throws -> Evaluation {
    let examples = batches.examples
    guard examples.count > 0 else { throw TrainingFailure.noData(set: "validation", needed: "it has no rows") }
    if examples.kind == .tokens {
      let labels = model.configuration.labels
      let scores = try scores(
        weights: weights, activations: activations, execution: execution, shouldStop: shouldStop)
      return .words(words(Predictions.probabilities(of: scores, kind: .tokens, labels: labels.count), labels))
    }
    return try predictions(
      weights: weights, activations: activations, execution: execution, shouldStop: shouldStop
    ).evaluation(majorityLabel: majorityLabel, meanValue: meanValue)
  }

  /// The answers to all texts, of a classifier of texts; of a regression the values.
  ///
  /// Throws `TrainingFailure.labels` where words have labels.
  public func predictions(
    weights: ParameterBuffer, activations: Activations, execution: Execution, shouldStop: () -> Bool = { false }
  ) throws -> Predictions {
    let examples = batches.examples
    let labels = model.configuration.labels
    guard examples.kind != .tokens else {
      throw TrainingFailure.labels(problem: "Words have labels here, and answers to whole texts are asked for.")
    }
    let scores = try scores(
      weights: weights, activations: activations, execution: execution, shouldStop: shouldStop)
    return Predictions(
      probabilities: Predictions.probabilities(of: scores, kind: examples.kind, labels: labels.count),
      kind: examples.kind, labels: labels, truths: examples.labels, values: examples.values)
  }

  /// The figures of words, from the probabilities of those that were answered.
  private func words(_ probabilities: [Float], _ labels: [String]) -> WordMetrics {
    let examples = batches.examples
    let truths = examples.labels.map { $0.map { Int($0) } }
    let counts = truths.joined().reduce(into: [Int](repeating: 0, count: labels.count)) { $0[$1] += 1 }
    let usual = majorityLabel ?? counts.indices.max { counts[$0] < counts[$1] } ?? 0
    // As good as a guess, with the most frequent label in front.
    let share = 1 / Float(labels.count + 1)
    let guess = labels.indices.map { $0 == usual ? 2 * share : share }
    var all: [Float] = []
    var (answered, unanswered) = (0, 0)
    for answer in examples.answers.joined() {
      if answer == nil {
        all += guess
        unanswered += 1
      } else {
        all += probabilities[answered * labels.count..<(answered + 1) * labels.count]
        answered += 1
      }
    }
    return WordMetrics(
      probabilities: all, truths: truths, labels: labels, majorityLabel: majorityLabel, unanswered: unanswered)
  }

  /// The scores of all rows (or words that have an answer), [rows, labels] row by row.
  private func scores(
    weights: ParameterBuffer, activations: Activations, execution: Execution, shouldStop: () -> Bool
  ) throws -> [Float] {
    var scores: [Float] = []
    var batch = LabelledBatch()
    for rows in batches.plan(epoch: 0) {
      if shouldStop() { throw Interruption() }
      batches.fill(&batch, rows: rows)
      let result = try model.scores(
        of: batch.batch, weights: weights, activations: activations, execution: execution)
      if case .tokenClasses(let answers, _) = batch.targets {
        for row in answers { scores += result.row(Int(row)) }
      } else {
        for row in 0..<result.rows { scores += result.row(row) }
      }
    }
    guard scores.allSatisfy(\.isFinite) else { throw TrainingFailure.nonFiniteScores }
    return scores
  }
}
