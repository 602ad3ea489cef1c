import Tensors
import Tokenization
import Transformers

/// The straight way from a baseline to a text, in the vectors of its tokens; marks stay as they are.
///
/// In the baseline each token is the mask, or where the vocabulary has none, the mean of all tokens. Not zero: a model
/// that begins with a norm cannot tell a vector from a tenth of it, so the way from zero would be a jump.
struct VectorPath {
  /// The vectors of the text, [T, D] row by row.
  let vectors: [Float]
  /// What stands in the place of tokens at the beginning.
  let baselineName: String
  private let baseline: [Float]
  private let batch: TokenBatch
  private let model: Transformer
  private let weights: ParameterBuffer
  private let scratch: ParameterBuffer
  private let execution: Execution
  private let activations: Activations
  private var width: Int { model.configuration.width }
  private var rows: Int { batch.tokens.count }
  /// Points of the way in one pass.
  private let pointsAtOnce: Int

  init(
    _ tokens: [Int32], _ segments: [Int32], _ model: Transformer, _ weights: ParameterBuffer, _ tokenizer: Tokenizer,
    _ execution: Execution
  ) throws {
    (self.model, self.weights, self.execution) = (model, weights, execution)
    batch = TokenBatch(tokens: tokens, segments: segments, lengths: [tokens.count])
    let vectors = try model.tokenVectors(tokens, weights: weights)
    let width = model.configuration.width
    let nothing: [Float]
    if let mask = tokenizer.special.mask {
      nothing = try model.tokenVectors([mask], weights: weights)
      baselineName = tokenizer.piece(mask)
    } else {
      let count = model.configuration.vocabularySize
      let all = try model.tokenVectors((0..<Int32(count)).map { $0 }, weights: weights)
      nothing = (0..<width).map { column in
        Float((0..<count).reduce(0.0) { $0 + Double(all[$1 * width + column]) } / Double(count))
      }
      baselineName = "the mean of all tokens"
    }
    var baseline = vectors
    for (row, token) in tokens.enumerated() where tokenizer.kind(token) != .control {
      baseline.replaceSubrange(row * width..<(row + 1) * width, with: nothing)
    }
    (self.vectors, self.baseline) = (vectors, baseline)
    pointsAtOnce = max(1, 2048 / tokens.count)
    scratch = ParameterBuffer(zeros: model.layout)
    activations = Activations(
      model, tokens: tokens.count * pointsAtOnce, sequences: pointsAtOnce, training: true)
  }

  /// The scores of all labels, of the text itself.
  func scores() throws -> [Float] {
    try model.scores(of: batch, weights: weights, activations: activations, execution: execution).row(0)
  }

  /// Scores and gradients at points of the way, 0 the baseline and 1 the text; at most `pointsAtOnce`.
  func gradients(at points: [Double], label: Int) throws -> (scores: [Float], gradients: [Float]) {
    var many = TokenBatch()
    var input: [Float] = []
    input.reserveCapacity(points.count * vectors.count)
    for point in points {
      many.tokens += batch.tokens
      many.segments += batch.segments
      many.lengths.append(rows)
      for (from, to) in zip(baseline, vectors) { input.append(from + Float(point) * (to - from)) }
    }
    return try model.scoreGradients(
      of: label, batch: many, vectors: input, weights: weights, scratch: scratch, activations: activations,
      execution: execution)
  }

  /// Each token's share of the difference between both ends: the mean of the gradients at the middles of so many equal
  /// parts of the way, along the way.
  func shares(steps: Int, label: Int) throws -> [Double] {
    var shares = [Double](repeating: 0, count: rows)
    let way = zip(vectors, baseline).map { $0 - $1 }
    for first in stride(from: 0, to: steps, by: pointsAtOnce) {
      let points = (first..<min(first + pointsAtOnce, steps)).map { (Double($0) + 0.5) / Double(steps) }
      let gradients = try gradients(at: points, label: label).gradients
      for point in points.indices {
        let part = Array(gradients[point * way.count..<(point + 1) * way.count])
        for (row, product) in products(part, with: way).enumerated() { shares[row] += product / Double(steps) }
      }
    }
    return shares
  }

  /// The products of each token's row of two matrices [T, D].
  func products(_ one: [Float], with other: [Float]) -> [Double] {
    (0..<rows).map { row in
      (row * width..<(row + 1) * width).reduce(0.0) { $0 + Double(one[$1]) * Double(other[$1]) }
    }
  }
}
