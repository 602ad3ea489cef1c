import Corpora
import Tensors
import Transformers

/// Reads a whole text with a language model and adds up its losses.
public struct LanguageEvaluator: Sendable {
  /// The model.
  public let model: Transformer
  /// The text, in windows.
  public let windows: any LanguageBatchMaker
  /// The bytes of text behind the windows' tokens; nil where bits per byte mean nothing.
  public let bytes: Int?
  /// Windows at a time.
  public let batch: Int

  /// An evaluator.
  public init(model: Transformer, windows: any LanguageBatchMaker, bytes: Int?, batch: Int) {
    (self.model, self.windows, self.bytes, self.batch) = (model, windows, bytes, max(1, batch))
  }

  /// Memory for its passes.
  public func activations() -> Activations {
    Activations(
      model, tokens: max(1, windows.maximumTokens(sequences: batch)),
      sequences: max(1, windows.maximumSequences(sequences: batch)), training: false)
  }

  /// The losses of all windows.
  ///
  /// Throws `TrainingFailure.noData` where there is nothing to predict.
  public func evaluate(
    weights: ParameterBuffer, activations: Activations, execution: Execution, shouldStop: () -> Bool = { false }
  ) throws -> LanguageEvaluation {
    var memory = LanguageBatch()
    var sum = LossSum()
    var following = 0
    var entropy = UnigramEntropy(vocabularySize: model.configuration.vocabularySize)
    let count = windows.sequencesPerEpoch
    for first in stride(from: 0, to: count, by: batch) {
      if shouldStop() { throw Interruption() }
      windows.fill(&memory, sequences: first..<min(first + batch, count))
      guard !memory.targets.rows.isEmpty else { continue }
      sum += try model.languageLoss(
        of: memory.batch, targets: memory.targets, weights: weights, gradients: nil, activations: activations,
        execution: execution)
      entropy.add(memory.targets.tokens)
      following += memory.targets.nextSentence.count { $0 == 0 }
    }
    guard sum.count > 0 else {
      throw TrainingFailure.noData(set: "validation", needed: "it needs at least one token that can be predicted")
    }
    return LanguageEvaluation(
      lossSum: sum.sum, tokens: sum.count, bytes: bytes, unigramEntropy: entropy.value,
      nextSentence: sum.nextSentenceCount > 0
        ? .init(
          loss: sum.nextSentenceSum / Double(sum.nextSentenceCount),
          accuracy: Double(sum.nextSentenceHits) / Double(sum.nextSentenceCount),
          majority: Double(max(following, sum.nextSentenceCount - following)) / Double(sum.nextSentenceCount),
          count: sum.nextSentenceCount) : nil)
  }
}
