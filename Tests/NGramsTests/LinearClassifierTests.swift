import Corpora
import Files
import NGrams
import TestSupport
import Testing

/// Against scikit-learn: `Fixtures/ngrams.py`.
@Suite struct LinearClassifierTests {
  /// Ours stops where the gradient is 1e-6, in 32 bits.
  private static let tolerance: Float = 2e-3

  @Test(arguments: 0..<4)
  func answersWhatScikitLearnAnswers(index: Int) throws {
    let set = try #require(NGramFixture.json["sets"]?.array?[index])
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
}

/// Numbers of scikit-learn and SciPy.
enum NGramFixture {
  static var json: JSONValue { get throws { try Files.readJSON(Fixture.path("ngrams.json")) } }
}

extension JSONValue {
  /// An array of numbers.
  var numbers: [Double] { (array ?? []).compactMap(\.double) }
}
