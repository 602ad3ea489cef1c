import Corpora
import Files
import Tensors

/// A network and n-grams that answer together: the weighted sum of their scores.
///
/// They err on different texts, so both together know more than either: a network what words mean, n-grams which
/// words there are. The sum of scores is the product of chances (Hinton 2002); its two weights make the truth of a
/// validation set likeliest (stacking, Wolpert 1992).
///
/// ```swift
/// if let ensemble = NGramEnsemble(of: ngrams, network: scores, on: held) { try ensemble.write(to: "my-classifier") }
/// ```
public struct NGramEnsemble: Sendable {
  /// What the scores of both are multiplied by.
  public let weights: EnsembleWeights
  let ngrams: NGramClassifier

  /// Finds the weights; nil where n-grams say nothing that the network does not say by itself.
  /// - Parameters:
  ///   - ngrams: What has learned from the training set.
  ///   - network: The network's scores of `held`, [rows, labels]; of values, the values.
  ///   - held: Texts that neither has learned from, with labels numbered as in the training set.
  public init?(of ngrams: NGramClassifier, network: [Float], on held: LabelledData) {
    self.init(weighing: ngrams.condensed(), network: network, on: held)
  }

  /// The same with the n-grams as they are.
  package init?(weighing ngrams: NGramClassifier, network: [Float], on held: LabelledData) {
    let scores = ngrams.scores(of: held.rows.map(\.texts))
    guard !held.rows.isEmpty, network.count == scores.count, held.kind == ngrams.kind,
      network.allSatisfy(\.isFinite)
    else { return nil }
    let fit = EnsembleFit(network: network, ngrams: scores, held: held)
    guard let weights = fit.weights else { return nil }
    (self.weights, self.ngrams) = (weights, ngrams)
  }

  /// The mean of others, such as those of the folds of a set, for n-grams that have learned from all of it; nil where
  /// most folds had none.
  /// - Parameters:
  ///   - ngrams: What has learned.
  ///   - weights: Those of each fold.
  public init?(of ngrams: NGramClassifier, averaging weights: [EnsembleWeights?]) {
    let found = weights.compactMap { $0 }
    guard found.count > weights.count / 2 else { return nil }
    self.weights = EnsembleWeights(
      network: found.reduce(0) { $0 + $1.network } / Double(found.count),
      ngrams: found.reduce(0) { $0 + $1.ngrams } / Double(found.count))
    self.ngrams = ngrams.condensed()
  }

  /// Numbers of a text's answer.
  public var columns: Int { ngrams.columns }
  /// What labels are.
  public var kind: LabelKind { ngrams.kind }

  /// The scores of both together.
  /// - Parameters:
  ///   - network: The network's scores, [rows, labels].
  ///   - rows: What was asked.
  public func scores(network: [Float], of rows: some Sequence<LabelledRow>) -> [Float] {
    zip(network, ngrams.scores(of: rows.map(\.texts))).map {
      Float(weights.network * Double($0) + weights.ngrams * Double($1))
    }
  }
}

/// What the scores of a network and of n-grams are multiplied by before they are added.
public struct EnsembleWeights: Sendable, Equatable {
  /// Those of the network.
  public var network: Double
  /// Those of the n-grams.
  public var ngrams: Double

  /// Two weights.
  public init(network: Double, ngrams: Double) { (self.network, self.ngrams) = (network, ngrams) }

  /// For reports and records.
  public var json: JSONValue { ["network": .number(network), "ngrams": .number(ngrams)] }

  /// Reads them back; nil where something is missing.
  public init?(json: JSONValue) {
    guard let network = json["network"]?.double, let ngrams = json["ngrams"]?.double else { return nil }
    self.init(network: network, ngrams: ngrams)
  }
}

/// The search for the two weights of an ensemble: the minimum of a convex function.
private struct EnsembleFit {
  let network: [Float], ngrams: [Float]
  let held: LabelledData
  let labels: Int
  /// What squares are divided by, of values: twice the network's mean squared error.
  let scale: Double

  init(network: [Float], ngrams: [Float], held: LabelledData) {
    (self.network, self.ngrams, self.held) = (network, ngrams, held)
    labels = network.count / held.rows.count
    let squares = zip(network, held.rows).reduce(0.0) { $0 + (Double($1.0) - $1.1.value) * (Double($1.0) - $1.1.value) }
    scale = max(2 * squares / Double(held.rows.count), 1e-12)
  }

  /// Deviations of a bell around equal weights: so wide a one says next to nothing, and serves the network by itself; the
  /// other holds weights that a few texts, all that were answered wrongly, would choose alone.
  private static let wide = 1.0, narrow = 0.25
  /// Less than this is nothing.
  private static let least = 0.05

  /// The best weights, none negative; nil where the n-grams say nothing, or the texts speak against them.
  ///
  /// N-grams must know something by themselves: their best weight makes the truth likelier by more than a factor of e than
  /// none (Akaike 1974). What they bring beside a network, a few wrong answers cannot show, and it is nearly always something
  /// (Benchmarks.md): so there it is their absence that must make the truth likelier by as much.
  var weights: EnsembleWeights? {
    let themselves = best(networkIsFree: false, ngramsAreFree: true, Self.wide)
    guard surprise(EnsembleWeights(network: 0, ngrams: 0)) - surprise(themselves) > 1 else { return nil }
    let alone = best(ngramsAreFree: false, Self.wide), both = best(ngramsAreFree: true, Self.narrow)
    guard both.ngrams >= Self.least, surprise(both) - surprise(alone) < 1 else { return nil }
    return both
  }

  /// Minus the logarithm of the truth's chance.
  private func surprise(_ weights: EnsembleWeights) -> Double {
    loss(weights.network, weights.ngrams, .infinity).loss
  }

  /// The best weights before a bell, that of the network not negative.
  private func best(ngramsAreFree: Bool, _ deviation: Double) -> EnsembleWeights {
    let result = best(networkIsFree: true, ngramsAreFree: ngramsAreFree, deviation)
    return result.network < 0 ? best(networkIsFree: false, ngramsAreFree: ngramsAreFree, deviation) : result
  }

  private func best(networkIsFree: Bool, ngramsAreFree: Bool, _ deviation: Double) -> EnsembleWeights {
    var x: [Float] = [networkIsFree ? 0.5 : 0, ngramsAreFree ? 0.5 : 0]
    var minimizer = LimitedMemoryMinimizer()
    minimizer.tolerance = 1e-5
    minimizer.minimize(&x) { x, gradient in
      let (loss, slopes) = self.loss(Double(x[0]), Double(x[1]), deviation)
      let share = 1 / Double(held.rows.count)
      gradient = [
        networkIsFree ? Float(slopes.network * share) : 0, ngramsAreFree ? Float(slopes.ngrams * share) : 0,
      ]
      return loss * share
    }
    return EnsembleWeights(network: Double(x[0]), ngrams: Double(x[1]))
  }

  /// Minus the logarithm of the truth's chance, with the bell before it: few texts that are all answered rightly would ask for
  /// infinite weights.
  private func loss(
    _ network: Double, _ ngrams: Double, _ deviation: Double
  ) -> (loss: Double, slopes: (network: Double, ngrams: Double)) {
    let variance = deviation * deviation
    var slopes = (network: (network - 0.5) / variance, ngrams: (ngrams - 0.5) / variance)
    var loss = (slopes.network * (network - 0.5) + slopes.ngrams * (ngrams - 0.5)) / 2
    var errors = [Double](repeating: 0, count: labels)
    for (row, text) in held.rows.enumerated() {
      let first = row * labels
      for label in 0..<labels {
        errors[label] = network * Double(self.network[first + label]) + ngrams * Double(self.ngrams[first + label])
      }
      loss += Self.loss(of: text, held.kind, &errors, scale)
      for label in 0..<labels {
        slopes.network += errors[label] * Double(self.network[first + label])
        slopes.ngrams += errors[label] * Double(self.ngrams[first + label])
      }
    }
    return (loss, slopes)
  }

  /// A text's loss; its scores become their slopes.
  private static func loss(
    of text: LabelledRow, _ kind: LabelKind, _ scores: inout [Double], _ scale: Double
  ) -> Double {
    switch kind {
    case .value:
      let distance = scores[0] - text.value
      scores[0] = 2 * distance / scale
      return distance * distance / scale
    case .multiple:
      var loss = 0.0
      for label in scores.indices {
        let (score, isTrue) = (scores[label], text.labels.contains(Int32(label)))
        loss += max(score, 0) - (isTrue ? score : 0) + logarithm(1 + exponential(-abs(score)))
        scores[label] = 1 / (1 + exponential(-score)) - (isTrue ? 1 : 0)
      }
      return loss
    case .single, .tokens:
      let largest = scores.max() ?? 0
      let truth = Int(text.labels.first ?? 0), score = scores[truth] - largest
      for label in scores.indices { scores[label] = exponential(scores[label] - largest) }
      let sum = scores.reduce(0, +)
      for label in scores.indices { scores[label] /= sum }
      scores[truth] -= 1
      return logarithm(sum) - score
    }
  }
}
