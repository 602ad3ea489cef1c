import Corpora
import Testing
import Training

@Suite struct NGramBaselineTests {
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
}
