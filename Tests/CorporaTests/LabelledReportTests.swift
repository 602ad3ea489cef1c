import Corpora
import Testing

struct LabelledReportTests {
  private func data(_ rows: [(String, Int32)], names: [String]) -> LabelledData {
    LabelledData(
      rows: rows.enumerated().map { LabelledRow(text: $1.0, labels: [$1.1], line: $0 + 2) }, labelNames: names)
  }

  @Test func everythingIsFound() {
    let training = data(
      [("a", 0), ("b", 1), ("a ", 0), ("b", 0), ("a long text", 1)], names: ["positive", "Positive "])
    let validation = data([("c", 0), ("b", 1)], names: ["positive", "new"])
    let report = LabelledReport(training, validation: validation, maximumTokens: 5)
    #expect(report.classCounts.map(\.count) == [3, 2])
    #expect(report.duplicates.kept == [.init(first: 2, second: 4)])
    #expect(report.contradictions.kept == [.init(first: 3, second: 5)])
    #expect(report.shared.kept == [.init(first: 3, second: 3)])
    #expect(report.longRows.kept == [6])
    #expect(report.longestRow == 11)
    #expect(report.unknownNames == ["new"])
    #expect(report.similarNames.count == 1)
    #expect(report.findings.count == 7)
    #expect(report.findings[0] == "1 rows are copies (line = line): 2 = 4")
  }

  @Test(arguments: [
    (["positive", "postive"], true), (["negative", "negetive"], true), (["cats", "cat"], false),
    (["class 1", "class 2"], false), (["location", "locations"], true), (["food", "Food"], true),
    (["animal", "artifact"], false), (["!", "?"], false),
  ])
  func slipsOfThePen(_ names: [String], _ isSlip: Bool) {
    #expect(LabelledReport(data([], names: names)).similarNames.isEmpty == !isSlip)
  }

  @Test func goodDataHasNoFindings() {
    let rows = (0..<100).map { ("text \($0)", Int32($0 % 2)) }
    #expect(LabelledReport(data(rows, names: ["animal", "plant"])).findings.isEmpty)
  }

  /// Of many things the first are kept; all are counted, and told.
  @Test func longListsAreCounted() {
    let count = Listing<Int>.limit + 3
    let report = LabelledReport(data([("same", 0)] + (0..<count).map { _ in ("same", 0) }, names: ["a"]))
    #expect(report.duplicates.count == count && report.duplicates.kept.count == count - 3)
    let shown = (3...10).map { "2 = \($0)" }.joined(separator: ", ")
    #expect(report.findings == ["\(count) rows are copies (line = line): \(shown) …"])
  }

  /// A hundred thousand texts and as many copies, so that the table of the first ones grows.
  @Test func manyTexts() {
    let rows = (0..<100_000).map { ("text \($0 * 7919 % 1_000_003)", Int32($0 % 2)) }
    let report = LabelledReport(data(rows + rows, names: ["a", "b"]))
    #expect(report.duplicates.count == rows.count && report.contradictions.count == 0)
    #expect(report.duplicates.kept == (0..<rows.count).map { .init(first: $0 + 2, second: $0 + 2 + rows.count) })
  }
}
