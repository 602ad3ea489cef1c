import Corpora
import Testing
import Training

@Suite struct WordBaselineTests {
  private func rows(_ texts: [[(String, Int32)]]) -> [LabelledRow] {
    texts.map { words in
      LabelledRow(text: words.map(\.0).joined(separator: " "), words: words.map(\.0), labels: words.map(\.1))
    }
  }

  @Test("A word gets the label it has most often, an unknown word the most frequent one")
  func usualLabels() throws {
    let names = ["O", "B-X", "B-Y"]
    let training = LabelledData(
      rows: rows([
        [("in", 0), ("may", 1), ("the", 0)], [("may", 2), ("may", 2), ("Rome", 1)], [("tie", 2), ("tie", 1)],
      ]),
      labelNames: names, kind: .tokens)
    let baseline = try #require(WordBaseline(training))
    // O, twice; B-X thrice; B-Y thrice: of labels that are as frequent the first counts.
    let held = LabelledData(
      rows: rows([[("may", 2), ("the", 0), ("new", 1)], [("tie", 1), ("Rome", 0)]]), labelNames: names, kind: .tokens)
    let metrics = try baseline.metrics(on: held)
    #expect(metrics.words.confusion.counts == [[1, 1, 0], [0, 2, 0], [0, 0, 1]])
    #expect(metrics.entities?.micro.f1 == 2.0 * 3 / (3 + 4) && metrics.texts == 2)
    #expect(throws: LabelledFailure.self) {
      try baseline.metrics(on: LabelledData(rows: held.rows, labelNames: ["O", "B-X", "B-Z"], kind: .tokens))
    }
    #expect(WordBaseline(LabelledData(rows: [LabelledRow(text: "a", labels: [0])], labelNames: ["a"])) == nil)
  }
}
