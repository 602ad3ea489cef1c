import Tensors
import Tokenization
import Transformers

/// A way to fill the gaps of a text.
public struct FilledText: Sendable, Hashable {
  /// The text with its gaps filled.
  public var text: String
  /// What was put into each gap, without the space before a word.
  public var words: [String]
  /// The tokens of the gaps.
  public var tokens: [Int32]
  /// How likely the whole is: the product of the probabilities of its tokens, each as it was when its gap was filled.
  public var score: Double
}

/// Fills gaps with a masked language model, or with a causal one that has learned to.
///
/// ```swift
/// let filler = try MaskFiller(model: model, weights: weights, tokenizer: tokenizer, execution: Execution())
/// try filler.fill("The quick brown <mask> jumps over the lazy <mask>.")[0].text
/// ```
public struct MaskFiller: Sendable {
  private let model: Transformer
  private let weights: ParameterBuffer
  private let tokenizer: Tokenizer
  private let execution: Execution

  /// How the mask is written in a text.
  public var maskSpelling: String { tokenizer.special.mask.map { tokenizer.piece($0) } ?? "<mask>" }

  /// A filler with a masked language model.
  public init(
    model: Transformer, weights: ParameterBuffer, tokenizer: Tokenizer, execution: Execution
  ) throws(GenerationFailure) {
    guard model.configuration.canFillMasks else {
      throw .wrongHead(needed: "a masked language model", found: "one with \(model.configuration.head.name)")
    }
    guard tokenizer.special.mask != nil else { throw .missingToken("mask") }
    if model.configuration.maskShift > 0, (tokenizer.special.classification ?? tokenizer.special.begin) == nil {
      throw .missingToken("begin")
    }
    (self.model, self.weights, self.tokenizer, self.execution) = (model, weights, tokenizer, execution)
  }

  /// A text some of whose gaps are filled.
  private struct State {
    var tokens: [Int32]
    var gaps: [Int]
    var score: Double
  }

  /// Fills all gaps of a text, and returns the `count` best ways, the best first.
  ///
  /// Several gaps are filled together: in each round the model looks at the text as it is then, the gap about which it
  /// is most certain is filled with each of its likeliest tokens, and the `count` likeliest of all texts go on. So a
  /// word in one gap has a say in the next.
  public func fill(_ text: String, count: Int = 5) throws -> [FilledText] {
    guard count > 0 else { return [] }
    let masked = try MaskedText(text, tokenizer: tokenizer)
    let context = model.configuration.maximumLength
    guard masked.tokens.count <= context else {
      throw GenerationFailure.promptTooLong(tokens: masked.tokens.count, context: context)
    }
    var states = [State(tokens: masked.tokens, gaps: masked.gaps, score: 1)]
    let activations = Activations(
      model, tokens: masked.tokens.count, sequences: 1, training: false, logitRows: masked.gaps.count)
    for _ in masked.gaps {
      var next: [State] = []
      for state in states { next += try expand(state, count: count, activations) }
      // Two ways may lead to one text, if they fill its gaps in another order: the likelier stays.
      var seen: Set<[Int32]> = []
      states = next.sorted {
        $0.score > $1.score || ($0.score == $1.score && $0.tokens.lexicographicallyPrecedes($1.tokens))
      }
      .filter { seen.insert($0.tokens).inserted }
      states = Array(states.prefix(count))
    }
    return states.map { state in
      let tokens = masked.gaps.map { state.tokens[$0] }
      return FilledText(
        text: tokenizer.decode(state.tokens), words: tokens.map { word($0) }, tokens: tokens, score: state.score)
    }
  }

  /// The text with its most certain gap filled in each of the `count` likeliest ways.
  private func expand(_ state: State, count: Int, _ activations: Activations) throws -> [State] {
    let logits = try model.logits(
      of: TokenBatch([state.tokens], attention: .bidirectional),
      rows: state.gaps.map { Int32($0 - model.configuration.maskShift) }, weights: weights, activations: activations,
      execution: execution)
    var best: (gap: Int, candidates: [(token: Int32, probability: Double)])?
    for (index, gap) in state.gaps.enumerated() {
      let candidates = try candidates(logits.row(index), count: count, gap: gap)
      if (candidates.first?.probability ?? 0) > (best?.candidates.first?.probability ?? -1) { best = (gap, candidates) }
    }
    guard let best else { return [] }
    return best.candidates.map { token, probability in
      var new = state
      new.tokens[best.gap] = token
      new.gaps.removeAll { $0 == best.gap }
      new.score *= probability
      return new
    }
  }

  /// The likeliest tokens of a gap that are text.
  private func candidates(
    _ scores: [Float], count: Int, gap: Int
  ) throws(GenerationFailure) -> [(token: Int32, probability: Double)] {
    guard scores.allSatisfy(\.isFinite), let distribution = Distribution(scores) else { throw .notFinite(token: gap) }
    var order = BinaryHeap(scores.indices) { scores[$0] > scores[$1] || (scores[$0] == scores[$1] && $0 < $1) }
    var best: [(Int32, Double)] = []
    while best.count < count, let index = order.removeFirst() {
      guard isText(Int32(index)) else { continue }
      best.append((Int32(index), distribution.probability(scores[index])))
    }
    return best
  }

  private func isText(_ token: Int32) -> Bool {
    let kind = tokenizer.kind(token)
    return kind != .control && kind != .unknown && kind != .unused
  }

  private func word(_ token: Int32) -> String {
    var text = tokenizer.decode([token])
    if text.first == " ", text.count > 1 { text.removeFirst() }
    return text
  }
}
