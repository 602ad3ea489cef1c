import Corpora
import Tensors
import Testing

struct NearDuplicatesTests {
  private static let documents = (0..<300).map { index in
    var random = Randomness(seed: UInt64(index)).generator
    return (0..<60).map { _ in "w\(Int.random(in: 0..<5000, using: &random))" }
  }

  @Test func aChangedWordIsStillNearlyTheSame() throws {
    let scratch = try Scratch()
    var texts = Self.documents.map { $0.joined(separator: " ") }
    var changed = Self.documents[17]
    changed[30] = "other"
    texts += [changed.joined(separator: " "), texts[5]]
    let source = try TextSource([scratch.write(texts.joined(separator: "\n"), "a.txt")], documents: .lines)
    let report = try NearDuplicateReport(within: source)
    #expect(report.examined == 302)
    #expect(report.count == 1)
    #expect(report.examples.first?.first == 17 && report.examples.first?.second == 300)
    // 55 runs of 61 are the same: 55 / 67.
    #expect(abs((report.examples.first?.similarity ?? 0) - 0.87) < 0.15)
    #expect(!report.isPartial)
  }

  @Test func aLeakIsFoundInTheOtherText() throws {
    let scratch = try Scratch()
    let texts = Self.documents.map { $0.joined(separator: " ") }
    let training = try TextSource([scratch.write(texts.joined(separator: "\n\n"), "a.txt")])
    let validation = try TextSource([
      scratch.write([texts[200], "something else entirely", texts[3] + " end"].joined(separator: "\n\n"), "b.txt")
    ])
    let report = try NearDuplicateReport(of: validation, in: training)
    #expect(report.examined == 3)
    #expect(report.examples.map(\.first) == [200, 3])
    #expect(report.examples.map(\.second) == [0, 2])
  }
}
