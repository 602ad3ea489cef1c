import Corpora
import Tensors

/// How far figures would swing if the set had been another one of the same kind: 95 % intervals by drawing its texts
/// anew, with replacement (Efron 1979, percentiles).
public struct Bootstrap: Sendable {
  /// An interval with its figure's name, as scripts know it.
  public struct Interval: Sendable, Equatable {
    /// The name.
    public var name: String
    /// 2.5 % of the draws are below.
    public var low: Double
    /// 2.5 % are above.
    public var high: Double
  }

  /// How many sets are drawn.
  public var draws = 1000
  /// What the draws are derived from.
  public var seed: UInt64 = 1

  /// A bootstrap of 1,000 draws.
  public init(draws: Int = 1000, seed: UInt64 = 1) { (self.draws, self.seed) = (draws, seed) }

  /// The intervals of the figures that need no ranking: accuracy, macro (and micro) F1, Matthews' correlation; of
  /// values, squared error and correlation.
  public func intervals(of predictions: Predictions) -> [Interval] {
    guard predictions.count > 0 else { return [] }
    let names: [String]
    let figures: ([Int]) -> [Double]
    switch predictions.kind {
    case .value:
      names = ["mean_squared_error", "pearson"]
      figures = { texts in
        let metrics = RegressionMetrics(
          values: texts.map { Double(predictions.probabilities[$0]) }, truths: texts.map { predictions.values[$0] })
        return [metrics.meanSquaredError, metrics.pearson ?? .nan]
      }
    case .multiple:
      names = ["accuracy", "macro_f1", "micro_f1"]
      let columns = predictions.columns
      let answers = (0..<predictions.count).map { text in
        (0..<columns).map { predictions.probabilities[text * columns + $0] >= 0.5 }
      }
      let truths = predictions.truths.map { row in (0..<columns).map { row.contains(Int32($0)) } }
      figures = { texts in Self.figures(texts, answers, truths) }
    default:
      names = ["accuracy", "macro_f1", "mcc"]
      let answers = (0..<predictions.count).map(predictions.answer)
      let truths = predictions.truths.map { Int($0.first ?? 0) }
      figures = { texts in
        let confusion = ConfusionMatrix(
          truths: texts.map { truths[$0] }, answers: texts.map { answers[$0] }, labels: predictions.labels.count)
        return [confusion.accuracy, confusion.macro.f1, confusion.matthewsCorrelation]
      }
    }
    var drawn = names.map { _ in [Double]() }
    for draw in 0..<draws {
      var random = Randomness(seed: seed).derive("bootstrap", draw).generator
      let texts = (0..<predictions.count).map { _ in Int.random(in: 0..<predictions.count, using: &random) }
      for (index, value) in figures(texts).enumerated() where value.isFinite { drawn[index].append(value) }
    }
    return zip(names, drawn).compactMap { name, values in
      guard !values.isEmpty else { return nil }
      let sorted = values.sorted()
      return Interval(name: name, low: Self.quantile(sorted, 0.025), high: Self.quantile(sorted, 0.975))
    }
  }

  private static func figures(_ texts: [Int], _ answers: [[Bool]], _ truths: [[Bool]]) -> [Double] {
    let columns = answers[0].count
    var hits = [Int](repeating: 0, count: columns), answered = hits, support = hits
    var exact = 0
    for text in texts {
      if answers[text] == truths[text] { exact += 1 }
      for label in 0..<columns {
        if answers[text][label], truths[text][label] { hits[label] += 1 }
        if answers[text][label] { answered[label] += 1 }
        if truths[text][label] { support[label] += 1 }
      }
    }
    let each = (0..<columns).map { PrecisionRecall(hits: hits[$0], answered: answered[$0], support: support[$0]) }
    let micro = PrecisionRecall(
      hits: hits.reduce(0, +), answered: answered.reduce(0, +), support: support.reduce(0, +))
    return [Double(exact) / Double(texts.count), PrecisionRecall(meanOf: each).f1, micro.f1]
  }

  /// Between neighbours in proportion, as NumPy has it.
  package static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let below = Int(place)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
  }
}
