/// How well scores part the true from the false, whatever the threshold.
public struct RankingCurve: Sendable {
  /// True and false ones at each threshold from the highest score down; equal scores are one threshold.
  private let steps: [(hits: Int, misses: Int)]
  private let positives: Int
  private let negatives: Int

  /// Ranks the examples by their scores.
  public init(scores: [Double], truths: [Bool]) {
    precondition(scores.count == truths.count, "\(scores.count) scores and \(truths.count) truths")
    positives = truths.count { $0 }
    negatives = truths.count - positives
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    var steps: [(hits: Int, misses: Int)] = []
    for (position, index) in order.enumerated() {
      if position == 0 || scores[index] != scores[order[position - 1]] { steps.append((0, 0)) }
      if truths[index] { steps[steps.count - 1].hits += 1 } else { steps[steps.count - 1].misses += 1 }
    }
    self.steps = steps
  }

  /// The area under the receiver operating characteristic: the chance that a true example scores higher than a false
  /// one, ties counted half.
  ///
  /// Nil where there is only one kind.
  public var areaUnderROC: Double? {
    guard positives > 0, negatives > 0 else { return nil }
    var area = 0.0
    var hits = 0
    for step in steps {
      area += Double(step.misses) * (Double(hits) + Double(step.hits) / 2)
      hits += step.hits
    }
    return area / (Double(positives) * Double(negatives))
  }

  /// The average precision: the area under precision over recall, as steps without interpolation.
  ///
  /// Nil where nothing is true.
  public var averagePrecision: Double? {
    guard positives > 0 else { return nil }
    var area = 0.0
    var hits = 0
    var answered = 0
    for step in steps {
      hits += step.hits
      answered += step.hits + step.misses
      area += Double(step.hits) / Double(positives) * Double(hits) / Double(answered)
    }
    return area
  }
}
