import Corpora
import Testing

@Suite struct LabelledFoldsTests {
  private let data = LabelledData(
    rows: (0..<100).map { LabelledRow(text: "text \($0 % 90)", labels: [$0 % 90 < 60 ? 0 : 1], line: $0) },
    labelNames: ["a", "b"])

  @Test func eachRowIsHeldOutOnce() throws {
    let folds = try data.folds(5, seed: 3)
    #expect(folds.count == 5)
    #expect(folds.flatMap { $0.held.rows.map(\.line) }.sorted() == Array(0..<100))
    for (training, held) in folds {
      #expect(training.rows.count + held.rows.count == 100)
      // Equal texts stay together, and labels in proportion.
      #expect(Set(training.rows.map(\.text)).isDisjoint(with: held.rows.map(\.text)))
      #expect((16...24).contains(held.rows.count))
      #expect((5...8).contains(Set(held.rows.filter { $0.labels == [1] }.map(\.text)).count))
    }
    #expect(try data.folds(5, seed: 3)[0].held.rows == folds[0].held.rows)
    #expect(try data.folds(5, seed: 4)[0].held.rows != folds[0].held.rows)
  }

  @Test func fewerTextsThanFoldsAreRefused() {
    var few = data
    few.rows = data.rows.selecting(0..<3)
    #expect(throws: LabelledFailure.self) { try few.folds(4, seed: 1) }
    #expect(throws: LabelledFailure.self) { try data.folds(1, seed: 1) }
  }
}
