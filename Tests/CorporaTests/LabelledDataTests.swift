import Corpora
import Testing

struct LabelledDataTests {
  private func data(_ rows: [(String, Int32)], names: [String]) -> LabelledData {
    LabelledData(
      rows: rows.enumerated().map { LabelledRow(text: $1.0, labels: [$1.1], line: $0 + 2) }, labelNames: names,
      path: "some.tsv")
  }

  @Test func labelsAreNumberedAsInTraining() throws {
    let validation = data([("a", 1), ("b", 0)], names: ["neg", "pos"])
    let moved = try validation.relabelled(as: ["mid", "neg", "pos"], of: "train.tsv")
    #expect(moved.rows.map(\.labels) == [[2], [1]])
    #expect(moved.labelNames == ["mid", "neg", "pos"])
    let failure = #expect(throws: LabelledFailure.self) {
      _ = try validation.relabelled(as: ["mid", "neg"], of: "train.tsv")
    }
    #expect(failure == .unknownLabels(path: "some.tsv", names: ["pos"], other: "train.tsv", known: ["mid", "neg"]))
    #expect(failure?.description.contains("\"pos\"") == true)
  }

  @Test func aSplitKeepsProportions() throws {
    let rows = (0..<1000).map { ("text \($0)", Int32($0 % 10 == 0 ? 1 : 0)) }
    let all = data(rows, names: ["a", "b"])
    let (training, validation) = try all.split(validationFraction: 0.2, seed: 1)
    #expect(training.classCounts == [720, 80])
    #expect(validation.classCounts == [180, 20])
    #expect(Set(training.rows.map(\.text)).isDisjoint(with: validation.rows.map(\.text)))
    #expect(try all.split(validationFraction: 0.2, seed: 1).validation.rows == validation.rows)
    #expect(try all.split(validationFraction: 0.2, seed: 2).validation.rows != validation.rows)
  }

  @Test func equalTextsStayTogetherAndRareLabelsInTraining() throws {
    var rows = (0..<300).map { ("text \($0 % 30)", Int32($0 % 2)) }
    rows.append(("only one", 2))
    let (training, validation) = try data(rows, names: ["a", "b", "rare"]).split(validationFraction: 0.3, seed: 1)
    #expect(Set(training.rows.map(\.text)).isDisjoint(with: validation.rows.map(\.text)))
    #expect(training.classCounts[2] == 1)
    #expect(!validation.rows.isEmpty)
  }

  @Test func tooFewRowsCannotBeParted() throws {
    #expect(throws: LabelledFailure.self) {
      _ = try data([("a", 0)], names: ["a"]).split(validationFraction: 0.2, seed: 1)
    }
  }
}
