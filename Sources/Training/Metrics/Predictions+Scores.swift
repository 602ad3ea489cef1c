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

  /// What a softmax, or sigmoids, make of scores, [texts, labels]; values stay.
  static func probabilities(of scores: [Float], kind: LabelKind, labels: Int) -> [Float] {
    switch kind {
    case .value: return scores
    case .multiple: return scores.map { Float(1 / (1 + exponential(-Double($0)))) }
    case .single, .tokens:
      return stride(from: 0, to: scores.count, by: labels).flatMap { start in
        let row = scores[start..<start + labels].map { Double($0) }, largest = row.max() ?? 0
        let powers = row.map { exponential($0 - largest) }, sum = powers.reduce(0, +)
        return powers.map { Float($0 / sum) }
      }
    }
  }

  /// The answers with n-grams beside the network that gave these, if there are.
  /// - Parameter rows: What was asked.
  public func joined(by ensemble: NGramEnsemble?, of rows: some Sequence<LabelledRow>) -> Predictions {
    guard let ensemble else { return self }
    var result = self
    result.probabilities = Self.probabilities(
      of: ensemble.scores(network: scores, of: rows), kind: kind, labels: columns)
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
