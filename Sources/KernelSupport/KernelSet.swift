/// All arithmetic that the package needs on contiguous memory.
///
/// The source in `KernelsSource` implements it once, and is compiled once for each instruction set; the plain
/// version in the tests implements it a second time, as the oracle. Only pointers and sizes cross this border:
/// the calling convention of vectors depends on compiler flags.
///
/// Letters in the comments: T rows, D columns; every matrix is row-major. Rows are `columns` floats apart where no
/// stride is named. Every function splits its work by sizes alone, so its result is the same bits for any number of
/// threads. "Accumulates" means that results are added to what is there.
public protocol KernelSet: Sendable {
  /// What `SWIFTLET_KERNELS` calls this variant.
  static var name: String { get }

  // MARK: Products and attention

  /// A matrix product.
  static func multiply(_ product: MatrixProduct, on pool: ThreadPool)
  /// A product with weights as they are stored. With few rows the sums of a row do not depend on the other rows; a widened
  /// product has the bits of a `MatrixProduct` with the numbers that the weights stand for.
  static func multiply(_ product: StoredProduct, on pool: ThreadPool)
  /// Attention, blocked over queries and keys with an online softmax (Milakov & Gimelshein 2018; Dao 2023).
  static func attend(_ arguments: AttentionArguments, on pool: ThreadPool)
  /// Attention's backward pass, from the saved log-sum-exp; `arguments.output` holds the forward result.
  static func attendBackward(_ arguments: AttentionArguments, _ gradients: AttentionGradients, on pool: ThreadPool)

  // MARK: Norms

  /// y = (x - mean) / √(variance + ε) · weight + bias, by rows; the means and the 1/√ go to `mean` and `inverse` [T].
  /// Where `residual` is given, x + residual is normalised instead, and `sum` [T, D] receives it.
  static func layerNorm(
    rows: Int, columns: Int, x: UnsafePointer<Float>, residual: UnsafePointer<Float>?,
    sum: UnsafeMutablePointer<Float>?, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?, epsilon: Float,
    y: UnsafeMutablePointer<Float>, mean: UnsafeMutablePointer<Float>, inverse: UnsafeMutablePointer<Float>,
    on pool: ThreadPool)
  /// Gradients of layerNorm. `x` is what was normalised (the sum, if there was a residual). `weightGradient` and
  /// `biasGradient` accumulate; `xGradient` accumulates if `accumulates`.
  static func layerNormBackward(
    rows: Int, columns: Int, x: UnsafePointer<Float>, weight: UnsafePointer<Float>, mean: UnsafePointer<Float>,
    inverse: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, xGradient: UnsafeMutablePointer<Float>,
    accumulates: Bool, weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>?,
    on pool: ThreadPool)
  /// y = x / √(mean of squares + ε) · weight (Zhang & Sennrich 2019); residual and sum as in layerNorm.
  static func rmsNorm(
    rows: Int, columns: Int, x: UnsafePointer<Float>, residual: UnsafePointer<Float>?,
    sum: UnsafeMutablePointer<Float>?, weight: UnsafePointer<Float>, epsilon: Float, y: UnsafeMutablePointer<Float>,
    inverse: UnsafeMutablePointer<Float>, on pool: ThreadPool)
  /// Gradients of rmsNorm, as for layerNorm.
  static func rmsNormBackward(
    rows: Int, columns: Int, x: UnsafePointer<Float>, weight: UnsafePointer<Float>, inverse: UnsafePointer<Float>,
    yGradient: UnsafePointer<Float>, xGradient: UnsafeMutablePointer<Float>, accumulates: Bool,
    weightGradient: UnsafeMutablePointer<Float>, on pool: ThreadPool)
  /// rmsNorm of each head on its own, in place. Rows of x are `stride` apart and hold `heads` heads from their
  /// beginning, which share the weight. `before`, [rows, heads · width], receives what was normalised, and `inverse`,
  /// [rows, heads], the scales.
  static func headNorm(
    rows: Int, stride: Int, heads: Int, headWidth: Int, x: UnsafeMutablePointer<Float>, weight: UnsafePointer<Float>,
    epsilon: Float, before: UnsafeMutablePointer<Float>, inverse: UnsafeMutablePointer<Float>, on pool: ThreadPool)
  /// Gradients of headNorm: `gradient`, whose rows are `stride` apart, comes as the result's and leaves as x's.
  /// `weightGradient` accumulates.
  static func headNormBackward(
    rows: Int, stride: Int, heads: Int, headWidth: Int, before: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    inverse: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
    weightGradient: UnsafeMutablePointer<Float>, on pool: ThreadPool)

  // MARK: Elementwise

  /// y = f(x).
  static func activate(
    _ activation: Activation, count: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>,
    on pool: ThreadPool)
  /// xGradient = f′(x) · yGradient; the two gradients may be the same memory.
  static func activateBackward(
    _ activation: Activation, count: Int, x: UnsafePointer<Float>, yGradient: UnsafePointer<Float>,
    xGradient: UnsafeMutablePointer<Float>, on pool: ThreadPool)
  /// y = f(gate) · up, where each row of x is [gate | up], 2·`width` long, and each row of y `width` (Shazeer 2020).
  static func gate(
    _ activation: Activation, rows: Int, width: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>,
    on pool: ThreadPool)
  /// y = (x where kept, else 0) · scale, + residual if given; all may be the same memory.
  static func dropout(
    _ dropout: Dropout, rows: Int, columns: Int, x: UnsafePointer<Float>, residual: UnsafePointer<Float>?,
    y: UnsafeMutablePointer<Float>, on pool: ThreadPool)
  /// y += scale · x.
  static func add(
    count: Int, scale: Float, x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, on pool: ThreadPool)
  /// y = scale · y.
  static func scale(count: Int, by scale: Float, _ y: UnsafeMutablePointer<Float>, on pool: ThreadPool)
  /// Each value moves towards its target: y += (x - y) · rate (an exponential moving average).
  static func average(
    count: Int, rate: Float, x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, on pool: ThreadPool)
  /// The sum of squares, in Double over blocks of a fixed size. Not finite if any value is not.
  static func sumOfSquares(count: Int, _ x: UnsafePointer<Float>, on pool: ThreadPool) -> Double
  /// result[c] += Σ over rows of x[r, c].
  static func sumColumns(
    rows: Int, columns: Int, stride: Int, x: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>,
    on pool: ThreadPool)

  // MARK: Embeddings and positions

  /// y[t] = table[indices[t]], + what is there if `accumulates`. Indices are known to be in range.
  static func gatherRows(
    rows: Int, columns: Int, table: UnsafePointer<Float>, indices: UnsafePointer<Int32>,
    y: UnsafeMutablePointer<Float>, accumulates: Bool, on pool: ThreadPool)
  /// table[indices[t]] += y[t], for each t in order.
  static func scatterRows(
    rows: Int, columns: Int, y: UnsafePointer<Float>, indices: UnsafePointer<Int32>,
    table: UnsafeMutablePointer<Float>, on pool: ThreadPool)
  /// Turns heads by their rows' positions, in place. Rows of x are `stride` apart and hold `heads` heads from their
  /// beginning.
  static func rotate(
    rows: Int, stride: Int, heads: Int, rotation: Rotation, x: UnsafeMutablePointer<Float>, on pool: ThreadPool)

  // MARK: Losses

  /// Cross-entropy of each row of logits with its target, smoothed; `losses[t]` receives it, in nats, and the logits are
  /// replaced by gradientScale · ∂loss/∂logits if `gradientScale` is given, otherwise left alone. Rows are `stride`
  /// apart. With smoothing s the target distribution is (1 - s) · onehot + s / columns. `targets` are in range.
  static func crossEntropy(
    rows: Int, columns: Int, stride: Int, logits: UnsafeMutablePointer<Float>, targets: UnsafePointer<Int32>,
    smoothing: Float, gradientScale: Float?, losses: UnsafeMutablePointer<Float>, on pool: ThreadPool)
  /// (1 - w) · cross-entropy, as above, + w · T² · Σ q · ln (q / p), where q and p are the softmax of the teacher's and
  /// of the logits divided by the temperature T (Hinton, Vinyals & Dean 2015); `losses` and gradients as above. All
  /// scores are finite.
  static func distillation(
    rows: Int, columns: Int, stride: Int, logits: UnsafeMutablePointer<Float>, teacherStride: Int,
    teacher: UnsafePointer<Float>, targets: UnsafePointer<Int32>, smoothing: Float, weight: Float, temperature: Float,
    gradientScale: Float?, losses: UnsafeMutablePointer<Float>, on pool: ThreadPool)
  /// In-place softmax of each row.
  static func softmax(
    rows: Int, columns: Int, stride: Int, x: UnsafeMutablePointer<Float>, on pool: ThreadPool)

  // MARK: Updates and conversions

  /// One optimizer step.
  static func update(_ update: ParameterUpdate, on pool: ThreadPool)
  /// Multiplies and adds in registers alone, on all threads: no kernel can do more operations in the same time.
  /// - Returns: How many multiplications and additions that were.
  static func multiplyInRegisters(_ precision: Precision, steps: Int, on pool: ThreadPool) -> Double
  /// bfloat16 to float, and float to bfloat16 (round to nearest even; NaN stays NaN).
  static func widen(count: Int, bfloat16 x: UnsafePointer<UInt16>, to y: UnsafeMutablePointer<Float>)
  /// A row of a matrix as it is stored to floats.
  static func widen(_ matrix: StoredMatrix, row: Int, to y: UnsafeMutablePointer<Float>)
  static func narrow(count: Int, _ x: UnsafePointer<Float>, toBFloat16 y: UnsafeMutablePointer<UInt16>)
}
