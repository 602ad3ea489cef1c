import Corpora
import Tensors
import Tokenization
import Transformers

/// How likely a text is to a model that fills masks: each token is hidden alone and predicted from all others.
///
/// The sum of the logarithms is the pseudo-log-likelihood (Salazar et al. 2020). It is no likelihood: what the tokens
/// say of each other counts several times, so it compares texts for one model, or models of one tokenizer.
public struct PseudoLikelihood: Sendable, Equatable {
  /// The sum of the logarithms of all tokens' probabilities.
  public var sum: Double
  /// How many tokens were hidden.
  public var tokens: Int
  /// The bytes of text that they stand for.
  public var bytes: Int

  /// A result.
  public init(sum: Double, tokens: Int, bytes: Int) { (self.sum, self.tokens, self.bytes) = (sum, tokens, bytes) }

  /// e to the mean loss of a token.
  public var perplexity: Double { exponential(-sum / Double(max(1, tokens))) }
}

/// Reads texts with one token hidden at a time.
public struct PseudoLikelihoodEvaluator: Sendable {
  /// The model.
  public let model: Transformer
  private let begin: Int32, end: Int32, mask: Int32
  /// Tokens of a batch, if it holds more than one sequence.
  private let batchTokens: Int

  /// An evaluator of a model that fills masks.
  ///
  /// Throws `TrainingFailure.setting` where the model or its tokenizer cannot.
  public init(model: Transformer, tokenizer: Tokenizer, batchTokens: Int = 4096) throws(TrainingFailure) {
    let special = tokenizer.special
    guard model.configuration.canFillMasks else {
      throw .setting(
        name: "pseudo-log-likelihood", value: "on",
        expected: "a model that fills masks, and not one with \(model.configuration.head.name)")
    }
    guard let mask = special.mask, let begin = special.classification ?? special.begin,
      let end = special.separator ?? special.end
    else {
      throw .setting(
        name: "pseudo-log-likelihood", value: "on",
        expected: "a tokenizer with a <mask> token and tokens that begin and end a text")
    }
    (self.model, self.begin, self.end, self.mask, self.batchTokens) = (model, begin, end, mask, batchTokens)
  }

  /// The sum over all documents; one longer than the model sees is read in parts.
  ///
  /// It costs a pass for each token: the square of a text's length.
  public func evaluate(
    _ shard: TokenShard, weights: ParameterBuffer, execution: Execution, shouldStop: () -> Bool = { false }
  ) throws -> PseudoLikelihood {
    let room = model.configuration.maximumLength - 2
    guard room > 0, shard.tokenCount > 0 else {
      throw TrainingFailure.noData(set: "validation", needed: "it needs at least one token that can be predicted")
    }
    let longest = min(room, (0..<shard.documentCount).map { length(of: $0, shard) }.max() ?? room) + 2
    let most = max(batchTokens, longest)
    let activations = Activations(model, tokens: most, sequences: most / 3 + 1, training: false, logitRows: 512)
    var batch = LanguageBatch()
    batch.batch.attention = .bidirectional
    var sum = 0.0
    func flush() throws {
      guard !batch.targets.rows.isEmpty else { return }
      if shouldStop() { throw Interruption() }
      sum -= try model.languageLoss(
        of: batch.batch, targets: batch.targets, weights: weights, gradients: nil, activations: activations,
        execution: execution
      ).sum
      batch.removeAll()
      batch.batch.attention = .bidirectional
    }
    for document in 0..<shard.documentCount {
      let start = shard.start(ofDocument: document)
      for first in stride(from: 0, to: length(of: document, shard), by: room) {
        var text = [begin]
        shard.append(start + first..<start + min(first + room, length(of: document, shard)), to: &text)
        text.append(end)
        for position in 1..<text.count - 1 {
          if batch.batch.tokens.count + text.count > most { try flush() }
          let row = batch.batch.tokens.count + position
          batch.batch.tokens += text
          batch.batch.tokens[row] = mask
          batch.batch.lengths.append(text.count)
          batch.targets.rows.append(Int32(row - model.configuration.maskShift))
          batch.targets.tokens.append(text[position])
        }
      }
    }
    try flush()
    return PseudoLikelihood(sum: sum, tokens: shard.tokenCount, bytes: shard.textByteCount)
  }

  private func length(of document: Int, _ shard: TokenShard) -> Int {
    shard.start(ofDocument: document + 1) - shard.start(ofDocument: document)
  }
}
