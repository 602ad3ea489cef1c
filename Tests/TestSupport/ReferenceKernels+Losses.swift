import KernelSupport

extension ReferenceKernels {
  /// Cross-entropy with smoothing.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func crossEntropy<Real: ReferenceReal>(
    rows: Int, columns: Int, stride: Int, logits: UnsafeMutablePointer<Real>, targets: UnsafePointer<Int32>,
    smoothing: Real, gradientScale: Real?, losses: UnsafeMutablePointer<Real>, on pool: ThreadPool
  ) {
    for row in 0..<rows {
      let x = logits + row * stride
      let target = Int(targets[row])
      let probabilities = softmaxed((0..<columns).map { x[$0] })
      let sum = (0..<columns).reduce(Real(0)) { $0 + x[$1] }
      let loss = probabilities.logSumExp - (1 - smoothing) * x[target]
      // A sum that is not finite must not spoil a loss that does not ask for it.
      losses[row] = smoothing > 0 ? loss - smoothing / Real(columns) * sum : loss
      guard let gradientScale else { continue }
      for j in 0..<columns {
        let wanted = smoothing / Real(columns) + (j == target ? 1 - smoothing : 0)
        x[j] = gradientScale * (probabilities.values[j] - wanted)
      }
    }
  }

  /// Cross-entropy with smoothing, mixed with the divergence from a teacher.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func distillation<Real: ReferenceReal>(
    rows: Int, columns: Int, stride: Int, logits: UnsafeMutablePointer<Real>, teacherStride: Int,
    teacher: UnsafePointer<Real>, targets: UnsafePointer<Int32>, smoothing: Real, weight: Real, temperature: Real,
    gradientScale: Real?, losses: UnsafeMutablePointer<Real>, on pool: ThreadPool
  ) {
    for row in 0..<rows {
      let x = logits + row * stride, y = teacher + row * teacherStride
      let scores = (0..<columns).map { x[$0] / temperature }, wanted = (0..<columns).map { y[$0] / temperature }
      let p = softmaxed(scores), q = softmaxed(wanted)
      var divergence = Real(0)
      for j in 0..<columns {
        divergence += q.values[j] * ((wanted[j] - q.logSumExp) - (scores[j] - p.logSumExp))
      }
      crossEntropy(
        rows: 1, columns: columns, stride: stride, logits: x, targets: targets + row, smoothing: smoothing,
        gradientScale: gradientScale.map { $0 * (1 - weight) }, losses: losses + row, on: pool)
      losses[row] = (1 - weight) * losses[row] + weight * temperature * temperature * divergence
      guard let gradientScale else { continue }
      for j in 0..<columns { x[j] += gradientScale * weight * temperature * (p.values[j] - q.values[j]) }
    }
  }

  /// In-place softmax.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func softmax<Real: ReferenceReal>(
    rows: Int, columns: Int, stride: Int, x: UnsafeMutablePointer<Real>, on pool: ThreadPool
  ) {
    for row in 0..<rows {
      let result = softmaxed((0..<columns).map { x[row * stride + $0] })
      for j in 0..<columns { x[row * stride + j] = result.values[j] }
    }
  }

  private static func softmaxed<Real: ReferenceReal>(_ x: [Real]) -> (values: [Real], logSumExp: Real) {
    let largest = x.max() ?? 0
    let exponentials = x.map { Real.exponential($0 - largest) }
    let sum = exponentials.reduce(0, +)
    return (exponentials.map { $0 / sum }, largest + Real.logarithm(sum))
  }
}
