import Tensors

/// The losses of classification heads: sums over all rows.
///
/// Each replaces the scores by the gradient of the sum if `differentiates`. They are a handful of numbers, so they are
/// computed in 64 bits and without kernels.
///
/// Letters: N rows, L labels; scores are [N, L].
package enum ClassLosses {
  /// Cross-entropy with one label a row, as PyTorch has it.
  ///
  /// With smoothing s and class weights w: (1 - s) · w_y · (-log p_y) + s / L · Σ_c w_c · (-log p_c). `weight` is the
  /// sum of w_y, which the mean is divided by.
  package static func singleLabel(
    _ scores: Matrix, classes: [Int32], smoothing: Float, classWeights: [Float]?, differentiates: Bool
  ) -> (sum: Double, weight: Double) {
    let labels = scores.columns
    let smoothing = Double(smoothing), share = Double(smoothing) / Double(labels)
    func weight(_ label: Int) -> Double { classWeights.map { Double($0[label]) } ?? 1 }
    let allWeights = (0..<labels).reduce(0) { $0 + weight($1) }
    var sum = 0.0, weights = 0.0
    for row in 0..<scores.rows {
      let target = Int(classes[row])
      var largest = -Double.infinity
      for label in 0..<labels { largest = max(largest, Double(scores[row, label])) }
      var exponentials = 0.0
      for label in 0..<labels { exponentials += exponential(Double(scores[row, label]) - largest) }
      let logSum = largest + logarithm(exponentials)
      for label in 0..<labels {
        let wanted = (label == target ? (1 - smoothing) * weight(target) : 0) + share * weight(label)
        let logProbability = Double(scores[row, label]) - logSum
        if wanted > 0 { sum -= wanted * logProbability }
        if differentiates {
          let mass = (1 - smoothing) * weight(target) + share * allWeights
          scores[row, label] = Float(exponential(logProbability) * mass - wanted)
        }
      }
      weights += weight(target)
    }
    return (sum, weights)
  }

  /// Cross-entropy of each label by itself: -t · log σ(x) - (1 - t) · log (1 - σ(x)).
  package static func multiLabel(_ scores: Matrix, targets: [Float], differentiates: Bool) -> Double {
    var sum = 0.0
    for row in 0..<scores.rows {
      for label in 0..<scores.columns {
        let x = Double(scores[row, label]), target = Double(targets[row * scores.columns + label])
        sum += max(x, 0) - x * target + logarithm(1 + exponential(-abs(x)))
        if differentiates { scores[row, label] = Float(1 / (1 + exponential(-x)) - target) }
      }
    }
    return sum
  }

  /// Squared errors.
  package static func regression(_ scores: Matrix, targets: [Float], differentiates: Bool) -> Double {
    var sum = 0.0
    for row in 0..<scores.rows {
      for column in 0..<scores.columns {
        let error = Double(scores[row, column]) - Double(targets[row * scores.columns + column])
        sum += error * error
        if differentiates { scores[row, column] = Float(2 * error) }
      }
    }
    return sum
  }
}
