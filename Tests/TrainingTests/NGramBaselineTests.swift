import Corpora
import Files
import Testing
import Training

/// Against scikit-learn: `Fixtures/baselines.py`.
@Suite struct NGramBaselineTests {
  /// Ours stops where the gradient is 1e-6, in 32 bits.
  private static let tolerance: Float = 2e-3

  @Test(arguments: 0..<4)
  func answersWhatScikitLearnAnswers(index: Int) throws {
    let set = try #require(try fixture("baselines")["sets"]?.array?[index])
    let kind = try #require(set["kind"]?.string.flatMap(LabelKind.init(rawValue:)))
    let labels = try #require(set["labels"]?.int)
    let texts = (set["texts"]?.array ?? []).compactMap(\.string).map { [$0] }
    let features = NGramFeatures(learningFrom: texts)
    #expect(features.count == set["columns"]?.int)
    let truths = set["truths"]?.array ?? []
    var minimizer = LimitedMemoryMinimizer()
    (minimizer.tolerance, minimizer.maximumSteps) = (1e-6, 2000)
    let classifier = LinearClassifier(
      features.vectors(of: texts), columns: features.count, kind: kind, labelCount: labels,
      labels: truths.map { $0.numbers.map { Int32($0) } }, values: truths.compactMap(\.double), minimizer: minimizer)
    let held = (set["held"]?.array ?? []).compactMap(\.string).map { [$0] }
    let found = classifier.answers(features.vectors(of: held))
    let expected = (set["answers"]?.numbers ?? []).map { Float($0) }
    #expect(found.count == expected.count)
    let difference = zip(found, expected).map { abs($0 - $1) }.max() ?? 1
    #expect(difference < Self.tolerance, "\(difference)")
  }

  @Test func learnsWhatWordsTell() throws {
    let training = ToyTexts.labelled(rows: 120, seed: 1), held = ToyTexts.labelled(rows: 60, seed: 2)
    let predictions = try NGramBaseline(training).predictions(on: held)
    #expect(predictions.evaluation().value(of: .accuracy) == 1)
    #expect(predictions.mistakes.isEmpty)
    #expect(throws: TrainingFailure.self) { try NGramBaseline(LabelledData(rows: [], labelNames: ["a", "b"])) }
  }

  @Test func theSecondTextOfAPairHasWordsOfItsOwn() throws {
    let rows = (0..<40).map { (number: Int) -> LabelledRow in
      let isFirst = number % 2 == 0
      return LabelledRow(text: isFirst ? "sun" : "moon", pair: isFirst ? "moon" : "sun", labels: [isFirst ? 0 : 1])
    }
    let data = LabelledData(rows: rows, labelNames: ["a", "b"])
    #expect(try NGramBaseline(data).predictions(on: data).evaluation().value(of: .accuracy) == 1)
  }

  @Test func theMinimumOfABowlIsFound() {
    // Σ i · (x_i - i)², as ill-conditioned as 1 to 200.
    var x = [Float](repeating: 0, count: 200)
    var minimizer = LimitedMemoryMinimizer()
    (minimizer.tolerance, minimizer.maximumSteps) = (1e-3, 500)
    minimizer.minimize(&x) { x, gradient in
      var sum = 0.0
      for index in x.indices {
        let (weight, distance) = (Float(index + 1), x[index] - Float(index) / 100)
        gradient[index] = 2 * weight * distance
        sum += Double(weight * distance * distance)
      }
      return sum
    }
    #expect(x.indices.allSatisfy { abs(x[$0] - Float($0) / 100) < 1e-3 })
  }
}
