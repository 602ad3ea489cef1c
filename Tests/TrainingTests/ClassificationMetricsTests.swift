import Files
import Testing
import Training

@Suite struct ClassificationMetricsTests {
  /// Both sides compute in 64 bits; the probabilities are read as 32.
  private static let tolerance = 1e-6

  private func isClose(_ value: Double?, _ expected: Double?) -> Bool {
    guard let value, let expected else { return value == nil && expected == nil }
    return abs(value - expected) < Self.tolerance
  }

  @Test(arguments: 0..<3)
  func agreesWithScikitLearn(index: Int) throws {
    let fixture = try #require(try fixture("metrics")["classes"]?.array?[index])
    let labels = try #require(fixture["labels"]?.int)
    let metrics = ClassificationMetrics(
      probabilities: (fixture["probabilities"]?.numbers ?? []).map { Float($0) },
      truths: (fixture["truths"]?.numbers ?? []).map { Int($0) }, labels: (0..<labels).map { "label \($0)" })
    #expect(isClose(metrics.accuracy, fixture["accuracy"]?.double))
    let macro = fixture["macro"]?.numbers ?? []
    #expect(isClose(metrics.macro.precision, macro[0]))
    #expect(isClose(metrics.macro.recall, macro[1]))
    #expect(isClose(metrics.macro.f1, macro[2]))
    for (scores, expected) in zip(metrics.perLabel, (fixture["per_label"]?.array ?? []).map(\.numbers)) {
      #expect(isClose(scores.precision, expected[0]) && isClose(scores.recall, expected[1]))
      #expect(isClose(scores.f1, expected[2]) && scores.support == Int(expected[3]))
    }
    #expect(isClose(metrics.matthewsCorrelation, fixture["mcc"]?.double))
    #expect(metrics.confusion.counts == (fixture["confusion"]?.array ?? []).map { $0.numbers.map { Int($0) } })
    #expect(isClose(metrics.rocAUC, fixture["roc_auc"]?.double))
    #expect(isClose(metrics.prAUC, fixture["pr_auc"]?.double))
    #expect(isClose(metrics.loss, fixture["loss"]?.double))
  }

  @Test func multiLabelAgreesWithScikitLearn() throws {
    let fixture = try #require(try fixture("metrics")["multi_label"])
    let truths = (fixture["truths"]?.numbers ?? []).map { $0 == 1 }
    let metrics = MultiLabelMetrics(
      probabilities: (fixture["probabilities"]?.numbers ?? []).map { Float($0) },
      truths: stride(from: 0, to: truths.count, by: 3).map { Array(truths[$0..<$0 + 3]) }, labels: ["a", "b", "c"])
    #expect(isClose(metrics.accuracy, fixture["accuracy"]?.double))
    for (scores, key) in [(metrics.macro, "macro"), (metrics.micro, "micro")] {
      let expected = fixture[key]?.numbers ?? []
      #expect(isClose(scores.precision, expected[0]), "\(key)")
      #expect(isClose(scores.recall, expected[1]), "\(key)")
      #expect(isClose(scores.f1, expected[2]), "\(key)")
    }
    #expect(isClose(metrics.rocAUC, fixture["roc_auc"]?.double))
    #expect(isClose(metrics.prAUC, fixture["pr_auc"]?.double))
  }

  @Test func regressionAgreesWithSciPy() throws {
    let fixture = try #require(try fixture("metrics")["regression"])
    let metrics = RegressionMetrics(
      values: fixture["values"]?.numbers ?? [], truths: fixture["truths"]?.numbers ?? [])
    #expect(isClose(metrics.meanSquaredError, fixture["mean_squared_error"]?.double))
    #expect(isClose(metrics.meanAbsoluteError, fixture["mean_absolute_error"]?.double))
    #expect(isClose(metrics.pearson, fixture["pearson"]?.double))
    #expect(isClose(metrics.spearman, fixture["spearman"]?.double))
  }

  @Test func aSetOfOneLabelHasNoCurve() {
    let metrics = ClassificationMetrics(probabilities: [0.4, 0.6, 0.7, 0.3], truths: [1, 1], labels: ["no", "yes"])
    #expect(metrics.rocAUC == nil)
    #expect(metrics.accuracy == 0.5)
    #expect(metrics.matthewsCorrelation == 0)
    #expect(metrics.majority.accuracy == 1)
  }

  @Test func tiesCountHalf() {
    let curve = RankingCurve(scores: [0.5, 0.5, 0.5, 0.5], truths: [true, false, true, false])
    #expect(curve.areaUnderROC == 0.5)
    #expect(curve.averagePrecision == 0.5)
  }

  @Test func calibrationIsTheDistanceOfConfidenceAndAccuracy() {
    // Four answers at 0.75, two of them right: a distance of 0.25. One at 1, right: none.
    let calibration = Calibration(
      confidences: [0.75, 0.75, 0.75, 0.75, 1], correct: [true, true, false, false, true], bins: 10)
    #expect(abs(calibration.expectedError - 0.2) < 1e-12)
    #expect(calibration.bins[7].count == 4 && calibration.bins[9].count == 1)
  }

  @Test func theJSONHasTheNamesThatScriptsRelyOn() {
    let metrics = ClassificationMetrics(probabilities: [0.4, 0.6, 0.7, 0.3], truths: [1, 0], labels: ["no", "yes"])
    let json = Evaluation.labels(metrics).json
    for key in [
      "accuracy", "macro_precision", "macro_recall", "macro_f1", "mcc", "roc_auc", "confusion", "labels", "baselines",
    ] {
      #expect(json[key] != nil, "\(key)")
    }
    #expect(json["confusion"]?.array?.count == 2)
    #expect(json["accuracy"]?.double == 1)
  }

  /// √(p (1 - p) / n) of what is right, and nothing of other figures.
  @Test func theStandardErrorOfAccuracy() throws {
    let metrics = ClassificationMetrics(
      probabilities: [0.4, 0.6, 0.7, 0.3, 0.8, 0.2, 0.1, 0.9], truths: [1, 1, 0, 1], labels: ["no", "yes"])
    #expect(metrics.accuracy == 0.75)
    let found = try #require(SelectionCriterion.accuracy.uncertainty(of: .labels(metrics)))
    #expect(abs(found - (0.75 * 0.25 / 4).squareRoot()) < 1e-12)
    for criterion in [SelectionCriterion.loss, .macroF1, .matthewsCorrelation, .rocAUC] {
      #expect(criterion.uncertainty(of: .labels(metrics)) == nil)
    }
  }
}
