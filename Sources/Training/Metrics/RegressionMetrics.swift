/// How close a model's values come to the true ones; with the mean as baseline.
public struct RegressionMetrics: Sendable, Equatable {
  /// How many values.
  public let count: Int
  /// The mean squared error.
  public let meanSquaredError: Double
  /// The mean distance.
  public let meanAbsoluteError: Double
  /// The linear correlation; nil where one side is constant.
  public let pearson: Double?
  /// The correlation of ranks, ties at their mean rank; nil where one side is constant.
  public let spearman: Double?
  /// The mean squared error of always answering the mean.
  public let meanBaseline: Double

  /// Judges values.
  /// - Parameter mean: The mean of the training set; by default that of these truths.
  public init(values: [Double], truths: [Double], mean: Double? = nil) {
    precondition(values.count == truths.count, "\(values.count) values and \(truths.count) truths")
    count = values.count
    let n = Double(values.count)
    meanSquaredError = zip(values, truths).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / n
    meanAbsoluteError = zip(values, truths).reduce(0) { $0 + abs($1.0 - $1.1) } / n
    let mean = mean ?? truths.reduce(0, +) / n
    meanBaseline = truths.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    pearson = Self.correlation(values, truths)
    spearman = Self.correlation(Self.ranks(values), Self.ranks(truths))
  }

  private static func correlation(_ x: [Double], _ y: [Double]) -> Double? {
    let n = Double(x.count)
    let meanX = x.reduce(0, +) / n
    let meanY = y.reduce(0, +) / n
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (a, b) in zip(x, y) {
      xx += (a - meanX) * (a - meanX)
      yy += (b - meanY) * (b - meanY)
      xy += (a - meanX) * (b - meanY)
    }
    return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : nil
  }

  private static func ranks(_ x: [Double]) -> [Double] {
    let order = x.indices.sorted { x[$0] < x[$1] }
    var ranks = x
    var first = 0
    while first < order.count {
      var end = first
      while end < order.count, x[order[end]] == x[order[first]] { end += 1 }
      for position in first..<end { ranks[order[position]] = Double(first + end - 1) / 2 }
      first = end
    }
    return ranks
  }
}
