import Tensors

/// The distribution that scores stand for: weights exp(score - largest), which need not sum to 1, in Double.
struct Distribution {
  /// The largest score.
  let largest: Float
  /// The sum of all weights.
  let total: Double

  /// Nil where no token is allowed, or a score is not a number or plus infinity.
  init?(_ logits: [Float]) {
    var largest = -Float.infinity
    var allFinite = true
    for logit in logits {
      if logit > largest { largest = logit }
      if logit.isNaN { allFinite = false }
    }
    guard allFinite, largest.isFinite else { return nil }
    self.largest = largest
    var total = 0.0
    for logit in logits where logit > -.infinity { total += exponential(Double(logit) - Double(largest)) }
    self.total = total
  }

  /// The logarithm of a weight.
  func exponent(_ logit: Float) -> Double { Double(logit) - Double(largest) }

  /// The weight of a score: 1 for the largest, 0 for what is forbidden.
  func weight(_ logit: Float) -> Double { logit > -.infinity ? exponential(exponent(logit)) : 0 }

  /// The probability of a score.
  func probability(_ logit: Float) -> Double { weight(logit) / total }

  /// The index of the largest score, the first of several.
  static func likeliest(_ logits: [Float]) -> Int {
    var best = 0
    for index in logits.indices where logits[index] > logits[best] { best = index }
    return best
  }

  /// The index at which the running sum of weights passes `uniform` (from 0 up to but not including 1) times the total.
  func draw(_ logits: [Float], at uniform: Double) -> Int {
    let goal = uniform * total
    var sum = 0.0
    var lastAllowed = 0
    for index in logits.indices where logits[index] > -.infinity {
      sum += weight(logits[index])
      lastAllowed = index
      if sum > goal { return index }
    }
    // The sum of weights, taken in the same order, is the total; only a goal rounded up to it ends here.
    return lastAllowed
  }
}
