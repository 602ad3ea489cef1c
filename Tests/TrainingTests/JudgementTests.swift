import Corpora
import Files
import Testing
import Training

@Suite struct BootstrapTests {
  @Test func quantilesAreNumPys() throws {
    for (count, expected) in zip([5, 40, 1000], try #require(try fixture("judgement")["quantiles"]?.array)) {
      let sorted = (0..<count).map { Double($0) * Double($0).squareRoot() }
      for (share, value) in zip([0.025, 0.975], expected.numbers) {
        #expect(abs(Bootstrap.quantile(sorted, share) - value) < 1e-9 * max(1, value))
      }
    }
  }

  /// 400 texts of which 300 are right: the accuracy's interval is about 0.75 ± 1.96 · √(0.75 · 0.25 / 400).
  @Test func theIntervalOfAnAccuracyIsThatOfTheBinomial() throws {
    let predictions = Predictions(
      probabilities: (0..<400).flatMap { $0 % 4 == 0 ? [Float(0.9), 0.1] : [0.2, 0.8] }, kind: .single,
      labels: ["a", "b"], truths: (0..<400).map { _ in [1] }, values: [])
    let interval = try #require(Bootstrap(seed: 3).intervals(of: predictions).first)
    #expect(interval.name == "accuracy")
    #expect(abs(interval.low - (0.75 - 0.0424)) < 0.01 && abs(interval.high - (0.75 + 0.0424)) < 0.01)
    #expect(Bootstrap(seed: 3).intervals(of: predictions) == Bootstrap(seed: 3).intervals(of: predictions))
  }

  @Test func everyKindOfLabelsHasIntervals() {
    let several = Predictions(
      probabilities: [0.9, 0.2, 0.4, 0.7, 0.1, 0.6], kind: .multiple, labels: ["a", "b"], truths: [[0], [1], []],
      values: [])
    #expect(Bootstrap().intervals(of: several).map(\.name) == ["accuracy", "macro_f1", "micro_f1"])
    let values = Predictions(
      probabilities: [1, 2, 3, 4], kind: .value, labels: [], truths: [[], [], [], []], values: [1, 2, 3, 5])
    let intervals = Bootstrap().intervals(of: values)
    #expect(intervals.map(\.name) == ["mean_squared_error", "pearson"])
    #expect(intervals[0].low == 0 && intervals[0].high > 0.25)
  }
}

@Suite struct TemperatureScalingTests {
  @Test(arguments: 0..<3)
  func findsWhatSciPyFinds(index: Int) throws {
    let set = try #require(try fixture("judgement")["temperatures"]?.array?[index])
    let labels = try #require(set["labels"]?.int)
    let predictions = Predictions(
      probabilities: (set["probabilities"]?.numbers ?? []).map { Float($0) }, kind: .single,
      labels: (0..<labels).map { "\($0)" }, truths: (set["truths"]?.numbers ?? []).map { [Int32($0)] }, values: [])
    let scaling = try #require(TemperatureScaling(fitting: predictions))
    let expected = try #require(set["temperature"]?.double)
    #expect(abs(scaling.temperature / expected - 1) < 1e-3, "\(scaling.temperature) and \(expected)")
    let scaled = scaling.applied(to: predictions)
    #expect(abs(scaled.evaluation().loss - (set["loss"]?.double ?? 0)) < 1e-5)
    #expect((0..<predictions.count).allSatisfy { scaled.answer($0) == predictions.answer($0) })
  }

  @Test func labelsThatComeTogetherKeepTheirAnswers() throws {
    let predictions = Predictions(
      probabilities: [0.99, 0.3, 0.97, 0.01, 0.98, 0.6], kind: .multiple, labels: ["a", "b"],
      truths: [[0], [1], [0, 1]], values: [])
    let scaling = try #require(TemperatureScaling(fitting: predictions))
    let scaled = scaling.applied(to: predictions)
    #expect(scaled.evaluation().loss <= predictions.evaluation().loss)
    #expect(zip(scaled.probabilities, predictions.probabilities).allSatisfy { ($0 > 0.5) == ($1 > 0.5) })
  }
}

@Suite struct PredictionsTests {
  @Test func theWorstMistakesComeFirst() {
    let predictions = Predictions(
      probabilities: [0.6, 0.4, 0.1, 0.9, 0.99, 0.01, 0.3, 0.7], kind: .single, labels: ["a", "b"],
      truths: [[1], [1], [1], [0]], values: [])
    #expect(predictions.mistakes == [2, 3, 0])
    let values = Predictions(
      probabilities: [1, 5, 2], kind: .value, labels: [], truths: [[], [], []], values: [1, 1, 4])
    #expect(values.mistakes == [1, 2, 0])
    let several = Predictions(
      probabilities: [0.9, 0.2, 0.4, 0.7], kind: .multiple, labels: ["a", "b"], truths: [[0], [0]], values: [])
    #expect(several.mistakes == [1])
  }
}
