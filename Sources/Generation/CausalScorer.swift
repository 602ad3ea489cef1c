import Tensors
import Transformers

/// What a generator needs of a model: something that reads tokens and scores what could come next.
package protocol CausalScorer: Sendable {
  /// How many tokens there are.
  var vocabularySize: Int { get }
  /// How many tokens it sees at once.
  var contextLength: Int { get }
  /// Memory for some texts, each of at most `capacity` tokens.
  func makeMemory(sequences: Int, capacity: Int) throws -> any ScorerMemory
}

/// Texts that a model has read.
package protocol ScorerMemory: AnyObject {
  /// Reads new tokens of some texts in one pass; the scores after the last of each are then there to be copied.
  func extend(_ new: [(sequence: Int, tokens: [Int32])]) throws
  /// Copies the scores that belong to the `index`-th of the texts that were extended last.
  func copyScores(of index: Int, to scores: inout [Float])
  /// Forgets a text.
  func forget(_ sequence: Int)
}

/// A transformer with a causal head as a scorer.
package struct TransformerScorer: CausalScorer {
  let model: Transformer
  let weights: ParameterBuffer
  let execution: Execution

  package var vocabularySize: Int { model.configuration.vocabularySize }
  package var contextLength: Int { model.configuration.maximumLength }

  package init(model: Transformer, weights: ParameterBuffer, execution: Execution) throws(GenerationFailure) {
    guard model.configuration.head == .causalLanguage else {
      throw .wrongHead(needed: "a causal language model", found: "one with \(model.configuration.head.name)")
    }
    self.model = model
    self.weights = weights
    self.execution = execution
  }

  package func makeMemory(sequences: Int, capacity: Int) throws -> any ScorerMemory {
    TransformerScorerMemory(self, sequences: sequences, capacity: capacity)
  }
}

/// A key/value cache with the activations of its passes.
private final class TransformerScorerMemory: ScorerMemory {
  private let scorer: TransformerScorer
  private let cache: KeyValueCache
  private var activations: Activations
  private var scores: Matrix?

  init(_ scorer: TransformerScorer, sequences: Int, capacity: Int) {
    self.scorer = scorer
    cache = KeyValueCache(scorer.model, sequences: sequences, capacity: capacity)
    activations = Activations(
      scorer.model, tokens: max(sequences, min(PromptReader.chunk, capacity)), sequences: sequences, training: false,
      logitRows: sequences)
  }

  func extend(_ new: [(sequence: Int, tokens: [Int32])]) throws {
    let count = new.reduce(0) { $0 + $1.tokens.count }
    if count > activations.tokens {
      activations = Activations(
        scorer.model, tokens: count, sequences: cache.sequences, training: false, logitRows: cache.sequences)
    }
    scores = try scorer.model.extend(
      cache, new, weights: scorer.weights, activations: activations, execution: scorer.execution)
  }

  func copyScores(of index: Int, to copy: inout [Float]) {
    guard let scores else { return }
    let row = UnsafeBufferPointer(start: scores.pointer + index * scores.stride, count: scores.columns)
    if copy.count == row.count {
      copy.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: row) }
    } else {
      copy = Array(row)
    }
  }

  func forget(_ sequence: Int) { cache.truncate(sequence: sequence, to: 0) }
}
