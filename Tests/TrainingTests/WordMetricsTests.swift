import Corpora
import Files
import Testing
import Training

/// Entities against seqeval: see `Fixtures/entities.py`.
@Suite struct WordMetricsTests {
  private static func labels(_ value: JSONValue?) -> [[String]] {
    (value?.array ?? []).map { ($0.array ?? []).compactMap(\.string) }
  }

  private func isClose(_ scores: PrecisionRecall, _ expected: [Double]?) -> Bool {
    guard let expected, expected.count == 4 else { return false }
    return abs(scores.precision - expected[0]) < 1e-9 && abs(scores.recall - expected[1]) < 1e-9
      && abs(scores.f1 - expected[2]) < 1e-9 && scores.support == Int(expected[3])
  }

  @Test(arguments: 0..<3) func agreesWithSeqeval(index: Int) throws {
    let fixture = try #require(try fixture("entities").array?[index])
    let (truths, answers) = (Self.labels(fixture["truths"]), Self.labels(fixture["answers"]))
    let labels = (fixture["labels"]?.array ?? []).compactMap(\.string)
    #expect(EntitySpans.areMarks(labels))
    for (truth, spans) in zip(truths, fixture["spans"]?.array ?? []) {
      let expected = (spans.array ?? []).compactMap { span -> EntitySpan? in
        guard let kind = span.array?[0].string, let first = span.array?[1].int, let end = span.array?[2].int else {
          return nil
        }
        return EntitySpan(kind: kind, words: first..<end)
      }
      #expect(EntitySpans.spans(truth) == expected)
    }

    // As a model answers: with probabilities.
    let numbers = truths.map { $0.map { labels.firstIndex(of: $0) ?? 0 } }
    let probabilities = answers.joined().flatMap { answer in labels.map { $0 == answer ? Float(0.9) : 0.01 } }
    let metrics = WordMetrics(probabilities: probabilities, truths: numbers, labels: labels)
    let entities = try #require(metrics.entities)
    #expect(isClose(entities.micro, fixture["micro"]?.numbers))
    #expect(isClose(entities.macro, fixture["macro"]?.numbers))
    #expect(entities.perKind.map(\.kind) == fixture["kinds"]?.object?.keys.sorted())
    for (kind, scores) in entities.perKind { #expect(isClose(scores, fixture["kinds"]?[kind]?.numbers), "\(kind)") }
    #expect(abs(metrics.words.accuracy - (fixture["accuracy"]?.double ?? -1)) < 1e-9)
    #expect(metrics.textAccuracy == Double(zip(truths, answers).count { $0 == $1 }) / Double(truths.count))
  }

  @Test func labelsThatMarkNothingHaveNoEntities() {
    let metrics = WordMetrics(probabilities: [0.9, 0.1], truths: [[0]], labels: ["NOUN", "VERB"])
    #expect(metrics.entities == nil && metrics.words.accuracy == 1)
    #expect(!EntitySpans.areMarks(["O"]) && !EntitySpans.areMarks(["B-", "O"]) && EntitySpans.areMarks(["O", "S-x"]))
  }
}
