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
  /// Reads new tokens of some texts; the scores after the last of each are then there to be copied.
  func extend(_ new: [(sequence: Int, tokens: [Int32])]) throws
  /// Reads new tokens of one text, few enough for one pass; the scores after each of them are then there to be copied.
  func extend(_ sequence: Int, scoring tokens: [Int32]) throws
  /// Copies the scores that belong to the `index`-th of the texts that were extended last.
  func copyScores(of index: Int, to scores: inout [Float])
  /// Forgets a text's tokens from a length on; at 0, all of them.
  func truncate(_ sequence: Int, to length: Int)
  /// Makes a text a copy of another one, so that it goes on from there.
  func copy(_ source: Int, to target: Int)
}

/// A transformer with a causal head as a scorer.
package struct TransformerScorer: CausalScorer {
  let model: Transformer
  let weights: ParameterBuffer
  let stored: StoredWeights
  let execution: Execution

  package var vocabularySize: Int { model.configuration.vocabularySize }
  package var contextLength: Int { model.configuration.maximumLength }

  /// Decodes from `stored`, or from matrices that the weights have as they are stored, or else from the weights in the
  /// arithmetic's own format.
  package init(
    model: Transformer, weights: ParameterBuffer, stored: StoredWeights? = nil, execution: Execution
  ) throws(GenerationFailure) {
    guard model.configuration.head == .causalLanguage else {
      throw .wrongHead(needed: "a causal language model", found: "one with \(model.configuration.head.name)")
    }
    self.model = model
    self.weights = weights
    self.stored =
      if let stored = stored ?? weights.stored {
        StoredWeights(
          stored, weights, formats: model.matrices.filter { stored[$0] == nil }.map { ($0, .fp32) })
      } else {
        model.stored(weights, as: execution.precision == .bf16 ? .bf16 : .fp32)
      }
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
  /// The scores of the texts that were extended last: one row each.
  private var scores: [Float] = []

  init(_ scorer: TransformerScorer, sequences: Int, capacity: Int) {
    self.scorer = scorer
    cache = KeyValueCache(scorer.model, sequences: sequences, capacity: capacity)
    activations = Activations(
      scorer.model, tokens: max(sequences, min(PromptReader.chunk, capacity)), sequences: sequences, training: false,
      logitRows: max(sequences, Transformer.fewTokens))
  }

  /// Prompts and continuations take different ways, so each has its own pass, and no text depends on those beside it.
  func extend(_ new: [(sequence: Int, tokens: [Int32])]) throws {
    let few = new.indices.filter { new[$0].tokens.count <= Transformer.fewTokens }
    let width = scorer.vocabularySize
    if scores.count < new.count * width { scores = [Float](repeating: 0, count: new.count * width) }
    if few.count == new.count { return keep(try read(new), rows: Array(new.indices)) }
    let many = new.indices.filter { new[$0].tokens.count > Transformer.fewTokens }
    keep(try read(many.map { new[$0] }), rows: many)
    if !few.isEmpty { keep(try read(few.map { new[$0] }), rows: few) }
  }

  func extend(_ sequence: Int, scoring tokens: [Int32]) throws {
    let width = scorer.vocabularySize
    if scores.count < tokens.count * width { scores = [Float](repeating: 0, count: tokens.count * width) }
    keep(try read([(sequence, tokens)], scoresAll: true), rows: Array(tokens.indices))
  }

  private func read(_ new: [(sequence: Int, tokens: [Int32])], scoresAll: Bool = false) throws -> Matrix {
    let count = new.reduce(0) { $0 + $1.tokens.count }
    if count > activations.tokens {
      activations = Activations(
        scorer.model, tokens: count, sequences: cache.sequences, training: false, logitRows: activations.logitRows)
    }
    return try scorer.model.extend(
      cache, new, weights: scorer.weights, activations: activations, execution: scorer.execution,
      stored: scorer.stored, scoresAll: scoresAll)
  }

  private func keep(_ matrix: Matrix, rows: [Int]) {
    scores.withUnsafeMutableBufferPointer { scores in
      for (index, row) in rows.enumerated() {
        let source = UnsafeBufferPointer(start: matrix.pointer + index * matrix.stride, count: matrix.columns)
        _ = UnsafeMutableBufferPointer(rebasing: scores[(row * matrix.columns)...]).update(fromContentsOf: source)
      }
    }
  }

  func copyScores(of index: Int, to copy: inout [Float]) {
    let width = scorer.vocabularySize
    guard scores.count >= (index + 1) * width else { return }
    let row = scores[(index * width)..<((index + 1) * width)]
    if copy.count == width {
      copy.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: row) }
    } else {
      copy = Array(row)
    }
  }

  func truncate(_ sequence: Int, to length: Int) { cache.truncate(sequence: sequence, to: length) }

  func copy(_ source: Int, to target: Int) { cache.copy(source, to: target) }
}
