import Tensors
import Tokenization
import Transformers

/// How the vectors of a text's tokens become one.
public enum Pooling: String, Sendable, Hashable, CaseIterable {
  /// Their mean.
  case mean
  /// That of the first token.
  case first
  /// That of the last token.
  case last
}

/// Turns texts into vectors: the model's hidden states, pooled, of length 1.
public struct TextEmbedder: Sendable {
  /// How tokens are pooled.
  public var pooling: Pooling
  /// Whether vectors are scaled to length 1, so that their products are cosines.
  public var isNormalized: Bool
  /// Tokens of a text that are read at most, special ones included; nil for as many as the model can see.
  public var maximumTokens: Int?
  /// Whether texts are read in lower case, whatever the tokenizer does.
  public var lowercases = false
  private let model: Transformer
  private let weights: ParameterBuffer
  private let tokenizer: Tokenizer
  private let execution: Execution

  /// An embedder with a model of any kind; its head is not used.
  public init(
    model: Transformer, weights: ParameterBuffer, tokenizer: Tokenizer, execution: Execution,
    pooling: Pooling = .mean, isNormalized: Bool = true
  ) {
    (self.model, self.weights, self.tokenizer, self.execution) = (model, weights, tokenizer, execution)
    (self.pooling, self.isNormalized) = (pooling, isNormalized)
  }

  /// How long the vectors are.
  public var dimensions: Int { model.configuration.width }

  /// The vectors of some texts.
  ///
  /// A text longer than the model can see, or than `maximumTokens`, is cut off.
  public func embed(_ texts: [String]) throws -> [[Float]] {
    let sequences = texts.map { encode($0) }
    guard sequences.allSatisfy({ !$0.isEmpty }) else { throw GenerationFailure.emptyPrompt }
    var vectors: [[Float]] = []
    for range in BatchCutter.batches(of: sequences.map(\.count)) {
      let batch = Array(sequences[range])
      let activations = Activations(
        model, tokens: batch.reduce(0) { $0 + $1.count }, sequences: batch.count, training: false)
      let hidden = try model.hidden(
        of: TokenBatch(batch), weights: weights, activations: activations, execution: execution)
      var row = 0
      for sequence in batch {
        let vector = pool(hidden.rows(row..<row + sequence.count))
        guard vector.allSatisfy(\.isFinite) else { throw GenerationFailure.notFinite(token: 0) }
        vectors.append(vector)
        row += sequence.count
      }
    }
    return vectors
  }

  /// The vector of a text.
  public func embed(_ text: String) throws -> [Float] { try embed([text]).first ?? [] }

  private func encode(_ text: String) -> [Int32] {
    let special = tokenizer.special
    let isCausal = model.configuration.family.isCausal
    let begin =
      isCausal ? (special.begin == special.end ? nil : special.begin) : special.classification ?? special.begin
    let end = isCausal ? nil : special.separator ?? special.end
    let most = min(model.configuration.maximumLength, maximumTokens ?? .max)
    let room = most - (begin == nil ? 0 : 1) - (end == nil ? 0 : 1)
    let tokens = tokenizer.encode(lowercases ? text.lowercased() : text).prefix(max(0, room))
    return (begin.map { [$0] } ?? []) + tokens + (end.map { [$0] } ?? [])
  }

  private func pool(_ hidden: Matrix) -> [Float] {
    var sums = [Double](repeating: 0, count: hidden.columns)
    let rows: Range<Int> =
      switch pooling {
      case .mean: 0..<hidden.rows
      case .first: 0..<1
      case .last: hidden.rows - 1..<hidden.rows
      }
    for row in rows {
      for (column, value) in hidden.row(row).enumerated() { sums[column] += Double(value) }
    }
    var scale = 1 / Double(rows.count)
    if isNormalized {
      let length = sums.reduce(0) { $0 + $1 * $1 }.squareRoot()
      scale = length > 0 ? 1 / length : 0
    }
    return sums.map { Float($0 * scale) }
  }
}
