/// The arithmetic of matrix products.
public enum Precision: String, Sendable, Hashable, CaseIterable {
  /// 32-bit operands and sums.
  case fp32
  /// Operands rounded to bfloat16 on the way, 32-bit sums and results.
  case bf16
}

/// Elementwise functions between two matrix products.
public enum Activation: String, Sendable, Hashable, CaseIterable {
  /// x · Φ(x), by the error function: BERT's and RoBERTa's GELU.
  case gelu
  /// GELU by a hyperbolic tangent: GPT-2's.
  case geluTanh
  /// x · σ(x).
  case silu
  /// max(x, 0).
  case relu
  /// max(x, 0)².
  case reluSquared
  /// The hyperbolic tangent: poolers'.
  case tanh
}

/// C = op(A) · op(B) (+ C) (+ bias), and what is done with it then; all row-major.
public struct MatrixProduct: @unchecked Sendable {
  /// Rows of C, columns of C, and the length of each sum.
  public var rows: Int, columns: Int, depth: Int
  /// op(A) is rows × depth; where `transposedA` is set, A is stored depth × rows.
  public var a: UnsafePointer<Float>, strideOfA: Int, transposedA: Bool
  /// op(B) is depth × columns; where `transposedB` is set, B is stored columns × depth.
  public var b: UnsafePointer<Float>, strideOfB: Int, transposedB: Bool
  /// The result, rows × columns.
  public var c: UnsafeMutablePointer<Float>, strideOfC: Int
  /// Whether the product is added to what C holds.
  public var accumulates = false
  /// Added to every row, `columns` long.
  public var bias: UnsafePointer<Float>?
  /// What is done with the rows that are complete.
  public var finish = ProductFinish.none
  /// The arithmetic.
  public var precision: Precision = .fp32

  /// A product without bias and finish.
  public init(
    rows: Int, columns: Int, depth: Int,
    a: UnsafePointer<Float>, strideOfA: Int, transposedA: Bool = false,
    b: UnsafePointer<Float>, strideOfB: Int, transposedB: Bool = false,
    c: UnsafeMutablePointer<Float>, strideOfC: Int
  ) {
    (self.rows, self.columns, self.depth) = (rows, columns, depth)
    (self.a, self.strideOfA, self.transposedA) = (a, strideOfA, transposedA)
    (self.b, self.strideOfB, self.transposedB) = (b, strideOfB, transposedB)
    (self.c, self.strideOfC) = (c, strideOfC)
  }
}

/// Where one sequence's rows are: in the queries, and in the keys and values.
///
/// In training both ranges are the same. In generation the queries are the newest tokens, the keys all of them;
/// the last query is aligned with the last key.
public struct SequenceSpan: Sendable, Equatable {
  /// The first row of the queries, and how many there are.
  public var firstQuery: Int, queries: Int
  /// The first row of the keys and values, and how many there are; at least `queries` when causal.
  public var firstKey: Int, keys: Int

  /// A span of different queries and keys.
  public init(firstQuery: Int, queries: Int, firstKey: Int, keys: Int) {
    (self.firstQuery, self.queries, self.firstKey, self.keys) = (firstQuery, queries, firstKey, keys)
  }

  /// A span in which every token asks about every token.
  public init(first: Int, count: Int) {
    self.init(firstQuery: first, queries: count, firstKey: first, keys: count)
  }
}

/// Scaled dot-product attention over several sequences of any lengths, without padding.
///
/// Letters: T rows of queries, S rows of keys, H query heads, G key/value heads (a divisor of H), d the width of a
/// head. Row r of head h of the queries begins at `queries + r * queryStride + h * headWidth`; query head h reads
/// key/value head h / (H / G). The result has the queries' layout with its own stride.
public struct AttentionArguments: @unchecked Sendable {
  /// The sequences.
  public var spans: UnsafeBufferPointer<SequenceSpan>
  /// H, G and d.
  public var heads: Int, keyHeads: Int, headWidth: Int
  /// What scores are multiplied by, usually 1/√d.
  public var scale: Float
  /// Whether query i of a span sees only the keys up to `keys - queries + i`.
  public var causal: Bool
  /// Dropped probabilities: row = (query row · H + head), column = key within its span.
  public var dropout: Dropout = .none
  /// [T, H·d], [S, G·d], [S, G·d] in rows of the given strides.
  public var queries: UnsafePointer<Float>, queryStride: Int
  public var keys: UnsafePointer<Float>, keyStride: Int
  public var values: UnsafePointer<Float>, valueStride: Int
  /// [T, H·d].
  public var output: UnsafeMutablePointer<Float>, outputStride: Int
  /// [T, H]: the logarithm of each row's sum of exponentials of scaled scores, that the backward pass starts from.
  public var logSumExp: UnsafeMutablePointer<Float>
  /// The arithmetic of the products.
  public var precision: Precision = .fp32

  /// All of it but dropout and precision.
  public init(
    spans: UnsafeBufferPointer<SequenceSpan>, heads: Int, keyHeads: Int, headWidth: Int, scale: Float, causal: Bool,
    queries: UnsafePointer<Float>, queryStride: Int, keys: UnsafePointer<Float>, keyStride: Int,
    values: UnsafePointer<Float>, valueStride: Int, output: UnsafeMutablePointer<Float>, outputStride: Int,
    logSumExp: UnsafeMutablePointer<Float>
  ) {
    (self.spans, self.heads, self.keyHeads, self.headWidth) = (spans, heads, keyHeads, headWidth)
    (self.scale, self.causal) = (scale, causal)
    (self.queries, self.queryStride) = (queries, queryStride)
    (self.keys, self.keyStride) = (keys, keyStride)
    (self.values, self.valueStride) = (values, valueStride)
    (self.output, self.outputStride) = (output, outputStride)
    self.logSumExp = logSumExp
  }
}

/// What attention's backward pass reads and writes beside the arguments of its forward pass.
public struct AttentionGradients: @unchecked Sendable {
  /// The gradient of the output, [T, H·d].
  public var output: UnsafePointer<Float>, outputStride: Int
  /// The gradients of queries, keys and values, overwritten, with strides of their own.
  public var queries: UnsafeMutablePointer<Float>, queryStride: Int
  public var keys: UnsafeMutablePointer<Float>, keyStride: Int
  public var values: UnsafeMutablePointer<Float>, valueStride: Int
  /// By what queries and keys, whose rows are then numbered alike, had been turned: their gradients are turned back.
  public var rotation: Rotation?

  /// All of it but the rotation.
  public init(
    output: UnsafePointer<Float>, outputStride: Int, queries: UnsafeMutablePointer<Float>, queryStride: Int,
    keys: UnsafeMutablePointer<Float>, keyStride: Int, values: UnsafeMutablePointer<Float>, valueStride: Int
  ) {
    (self.output, self.outputStride) = (output, outputStride)
    (self.queries, self.queryStride) = (queries, queryStride)
    (self.keys, self.keyStride) = (keys, keyStride)
    (self.values, self.valueStride) = (values, valueStride)
  }
}

/// The rule by which an optimizer turns a gradient into a step.
public enum UpdateRule: Sendable, Equatable {
  /// Adam (Kingma & Ba 2015) with the weight decay decoupled (Loshchilov & Hutter 2019) or, as the first paper has
  /// it, added to the gradient. Corrections are 1 / (1 - βᵗ), or 1 where the recipe (BERT's) leaves them out.
  /// The betas are Double, since 1 - 0.999 in Float is wrong in the fifth place.
  case adam(
    beta1: Double, beta2: Double, epsilon: Float, firstCorrection: Float, secondCorrection: Float, decoupled: Bool)
  /// Gradient descent with momentum as PyTorch has it; `first` marks the first step, which sets the buffer.
  case sgd(momentum: Float, dampening: Float, nesterov: Bool, first: Bool)
  /// RMSprop (Hinton), with optional momentum, as PyTorch has it.
  case rmsprop(alpha: Double, epsilon: Float, momentum: Float)
  /// Adagrad (Duchi et al. 2011), as PyTorch has it; the learning rate comes already decayed.
  case adagrad(epsilon: Float)
}

/// One optimizer step over a run of parameters.
public struct ParameterUpdate: @unchecked Sendable {
  /// How many parameters.
  public var count: Int
  /// The parameters, changed in place.
  public var values: UnsafeMutablePointer<Float>
  /// Their gradients; each is multiplied by `gradientScale` (clipping, averaging) as it is read.
  public var gradients: UnsafePointer<Float>, gradientScale: Float
  /// Running averages: Adam's first and second moment; momentum and nothing; momentum and mean square; nothing and
  /// the sum of squares.
  public var first: UnsafeMutablePointer<Float>?, second: UnsafeMutablePointer<Float>?
  /// The step size.
  public var learningRate: Float
  /// L2 decay (decoupled for AdamW) and L1 penalty.
  public var weightDecay: Float, l1: Float
  /// The rule.
  public var rule: UpdateRule

  /// All of it.
  public init(
    count: Int, values: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, gradientScale: Float,
    first: UnsafeMutablePointer<Float>?, second: UnsafeMutablePointer<Float>?, learningRate: Float,
    weightDecay: Float, l1: Float, rule: UpdateRule
  ) {
    (self.count, self.values, self.gradients, self.gradientScale) = (count, values, gradients, gradientScale)
    (self.first, self.second, self.learningRate) = (first, second, learningRate)
    (self.weightDecay, self.l1, self.rule) = (weightDecay, l1, rule)
  }
}
