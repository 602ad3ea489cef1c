import Corpora
import Files
import NGrams
import Tensors
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

  /// More rows and columns than a task has.
  @Test("The same bits come out on any number of threads", arguments: [2, 3, 11])
  func threads(labels: Int) {
    var random = RandomGenerator(seed: 4)
    var rows: [LabelledRow] = []
    for _ in 0..<700 {
      let words = (0..<6).map { _ in "w\(Int.random(in: 0..<900, using: &random))" }
      rows.append(
        LabelledRow(text: words.joined(separator: " "), labels: [Int32.random(in: 0..<Int32(labels), using: &random)]))
    }
    let data = LabelledData(rows: rows, labelNames: (0..<labels).map { "\($0)" })
    let answers = [1, 2, 4].map { threads in
      let ngrams = NGramClassifier(learningFrom: data, execution: Execution(threads: threads))
      #expect((ngrams?.size ?? 0) > 4096)
      return ngrams?.answers(to: rows) ?? []
    }
    #expect(answers[0].count == 700 * labels && answers[0] == answers[1] && answers[0] == answers[2])
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
