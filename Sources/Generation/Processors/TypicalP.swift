import Tensors

/// Forbids all but the tokens whose information is nearest to the expected information, the entropy, until they
/// together have a given probability (locally typical sampling, Meister and others 2023).
public struct TypicalP: LogitsProcessor {
  /// The probability.
  public var probability: Float

  /// A probability.
  public init(probability: Float) { self.probability = probability }

  /// Goes up from the most typical token until the probability is reached.
  public func process(_ logits: inout [Float], after history: TokenHistory) {
    guard let distribution = Distribution(logits) else { return }
    let allowed = logits.indices.filter { logits[$0] > -.infinity }
    let logTotal = logarithm(distribution.total)
    var entropy = 0.0
    for index in allowed {
      let logProbability = distribution.exponent(logits[index]) - logTotal
      entropy -= exponential(logProbability) * logProbability
    }
    let atypicality = allowed.map { abs(logTotal - distribution.exponent(logits[$0]) - entropy) }
    let order = allowed.indices.sorted {
      atypicality[$0] < atypicality[$1] || (atypicality[$0] == atypicality[$1] && $0 < $1)
    }
    var mass = 0.0
    var threshold = 0.0
    for position in order {
      threshold = atypicality[position]
      mass += distribution.weight(logits[allowed[position]]) / distribution.total
      if mass >= Double(probability) { break }
    }
    for (position, index) in allowed.enumerated() where atypicality[position] > threshold {
      logits[index] = -.infinity
    }
  }
}
