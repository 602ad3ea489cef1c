import Tensors

/// A teacher's answers, which are learned beside the labels (Hinton, Vinyals & Dean 2015).
///
/// Letters: N rows, L labels, T the temperature.
package struct SoftTargets {
  /// How labels relate, and so how two rows of scores are compared; T² makes the gradients as large as at T = 1.
  package enum Comparison: Sendable {
    /// One label a row: T² · Σ q ln (q / p), of softmax (scores / T).
    case oneLabel
    /// Each label by itself: T² · the sum over labels of the divergence of σ(scores / T).
    case eachLabel
    /// Values: squared differences, which know no temperature.
    case values
  }

  /// The teacher's scores, [N, L].
  package let scores: Matrix
  /// What they weigh beside the labels, from 0 to 1.
  package let weight: Double
  /// The temperature T.
  package let temperature: Double

  package init(scores: Matrix, weight: Float, temperature: Float) {
    (self.scores, self.weight, self.temperature) = (scores, Double(weight), Double(temperature))
  }

  /// (1 - weight) · the losses of the labels + weight · those of the teacher's answers; the scores become its gradient if
  /// `differentiates`, as `hard` makes them those of the labels.
  /// - Parameters:
  ///   - scores: The student's, [N, L].
  ///   - rowWeight: What a row weighs in the loss of the labels, so that it weighs the same here.
  ///   - hard: The sum of the losses of the labels.
  package func mix(
    _ scores: Matrix, _ comparison: Comparison, rowWeight: (Int) -> Double = { _ in 1 }, differentiates: Bool,
    hard: () -> Double
  ) -> Double {
    let student = (0..<scores.rows).map { row in scores.row(row).map(Double.init) }
    var sum = (1 - weight) * hard()
    for (row, x) in student.enumerated() {
      let (loss, gradient) = compare(x, self.scores.row(row).map(Double.init), comparison)
      let share = weight * rowWeight(row)
      sum += share * loss
      guard differentiates else { continue }
      for label in x.indices {
        scores[row, label] = Float((1 - weight) * Double(scores[row, label]) + share * gradient[label])
      }
    }
    return sum
  }

  private func compare(
    _ x: [Double], _ wanted: [Double], _ comparison: Comparison
  ) -> (loss: Double, gradient: [Double]) {
    let t = temperature
    switch comparison {
    case .oneLabel:
      let p = Self.logSoftmax(x, t), q = Self.logSoftmax(wanted, t)
      let divergence = zip(p, q).reduce(0) { $0 + exponential($1.1) * ($1.1 - $1.0) }
      return (t * t * divergence, zip(p, q).map { t * (exponential($0) - exponential($1)) })
    case .eachLabel:
      var loss = 0.0
      let gradient = zip(x, wanted).map { x, wanted in
        let q = Self.sigmoid(wanted / t)
        loss += q * (Self.logSigmoid(wanted / t) - Self.logSigmoid(x / t))
        loss += (1 - q) * (Self.logSigmoid(-wanted / t) - Self.logSigmoid(-x / t))
        return t * (Self.sigmoid(x / t) - q)
      }
      return (t * t * loss, gradient)
    case .values:
      let errors = zip(x, wanted).map { $0 - $1 }
      return (errors.reduce(0) { $0 + $1 * $1 }, errors.map { 2 * $0 })
    }
  }

  private static func logSoftmax(_ x: [Double], _ t: Double) -> [Double] {
    let largest = (x.max() ?? 0) / t
    let logSum = largest + logarithm(x.reduce(0) { $0 + exponential($1 / t - largest) })
    return x.map { $0 / t - logSum }
  }

  private static func sigmoid(_ x: Double) -> Double { exponential(logSigmoid(x)) }

  private static func logSigmoid(_ x: Double) -> Double { min(x, 0) - logarithm(1 + exponential(-abs(x))) }
}
