import Corpora
import NGrams
import Tensors

extension Predictions {
  /// Of each text and label the score whose softmax or sigmoid is its probability; of values, the values.
  var scores: [Float] {
    switch kind {
    case .value: probabilities
    case .multiple:
      probabilities.map { Float(Self.clampedLogarithm($0) - Self.clampedLogarithm(1 - $0)) }
    case .single, .tokens: probabilities.map { Float(Self.clampedLogarithm($0)) }
    }
  }

  private static func clampedLogarithm(_ probability: Float) -> Double { logarithm(max(Double(probability), 1e-45)) }

  /// The answers with n-grams beside the network that gave these.
  /// - Parameter rows: What was asked.
  public func joined(by ensemble: NGramEnsemble, of rows: [LabelledRow]) -> Predictions {
    let scores = ensemble.scores(network: scores, of: rows)
    var result = self
    switch kind {
    case .value: result.probabilities = scores
    case .multiple: result.probabilities = scores.map { Float(1 / (1 + exponential(-Double($0)))) }
    case .single, .tokens:
      for start in stride(from: 0, to: scores.count, by: columns) {
        let row = scores[start..<start + columns], largest = row.max() ?? 0
        let powers = row.map { exponential(Double($0 - largest)) }, sum = powers.reduce(0, +)
        for (label, power) in powers.enumerated() { result.probabilities[start + label] = Float(power / sum) }
      }
    }
    return result
  }
}

extension NGramEnsemble {
  /// N-grams beside a network, weighted by its answers to a validation set; nil where they say nothing that the network
  /// does not say by itself.
  public init?(of baseline: NGramBaseline, beside predictions: Predictions, on held: LabelledData) {
    self.init(of: baseline.classifier, network: predictions.scores, on: held)
  }
}
