import Corpora
import Tensors

/// One number by which all scores are divided before they become probabilities, so that confidence is as high as
/// accuracy.
///
/// No answer changes by it (Guo, Pleiss, Sun & Weinberger 2017).
public struct TemperatureScaling: Sendable, Equatable {
  /// Above 1 it makes answers less confident, below 1 more.
  public let temperature: Double

  /// Scaling by a temperature above 0.
  public init(temperature: Double) { self.temperature = temperature }

  /// The temperature that makes the truth of a validation set likeliest, in 0.05 … 20; nil for values.
  public init?(fitting predictions: Predictions) {
    guard predictions.kind != .value, predictions.count > 0 else { return nil }
    // The loss is convex in 1 / temperature, so the best one is between two bounds that close in on it.
    var (low, high) = (logarithm(0.05), logarithm(20))
    let ratio = (5.0.squareRoot() - 1) / 2
    func loss(_ logTemperature: Double) -> Double {
      Self(temperature: exponential(logTemperature)).loss(predictions)
    }
    var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
    var (atLeft, atRight) = (loss(left), loss(right))
    while high - low > 1e-4 {
      if atLeft < atRight {
        (high, right, atRight) = (right, left, atLeft)
        left = high - ratio * (high - low)
        atLeft = loss(left)
      } else {
        (low, left, atLeft) = (left, right, atRight)
        right = low + ratio * (high - low)
        atRight = loss(right)
      }
    }
    temperature = exponential((low + high) / 2)
  }

  /// The same answers with other confidences; values stay.
  public func applied(to predictions: Predictions) -> Predictions {
    guard predictions.kind != .value else { return predictions }
    var result = predictions
    for text in 0..<predictions.count {
      let range = text * predictions.columns..<(text + 1) * predictions.columns
      let row = scaled(predictions.probabilities[range].map { Double($0) }, exclusive: predictions.kind != .multiple)
      for (index, probability) in zip(range, row) { result.probabilities[index] = Float(probability) }
    }
    return result
  }

  /// The probabilities of a text: with their logarithms divided, and, if labels exclude each other, the sum 1 again.
  public func scaled(_ probabilities: [Double], exclusive: Bool) -> [Double] {
    guard exclusive else {
      return probabilities.map { probability in
        let odds = (logarithm(max(probability, 1e-45)) - logarithm(max(1 - probability, 1e-45))) / temperature
        return 1 / (1 + exponential(-odds))
      }
    }
    let powers = probabilities.map { logarithm(max($0, 1e-45)) / temperature }
    let largest = powers.max() ?? 0
    let exponentials = powers.map { exponential($0 - largest) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }

  private func loss(_ predictions: Predictions) -> Double {
    var sum = 0.0
    for text in 0..<predictions.count {
      let row = scaled(
        predictions.probabilities[text * predictions.columns..<(text + 1) * predictions.columns].map { Double($0) },
        exclusive: predictions.kind != .multiple)
      let truths = predictions.truths[text]
      if predictions.kind == .multiple {
        for (label, probability) in row.enumerated() {
          sum -= logarithm(max(truths.contains(Int32(label)) ? probability : 1 - probability, 1e-45))
        }
      } else {
        sum -= logarithm(max(row[Int(truths.first ?? 0)], 1e-45))
      }
    }
    return sum
  }
}
