import Foundation
import Testing

/// `swiftlet corpus check` as scripts and people meet it.
@Suite struct CorpusCheckTests {
  private static let words = (0..<60).map { "word\($0 * $0 % 997)" }

  /// A document of many words, the same for the same number, with one word in another's place.
  private func document(_ number: Int, changed: String? = nil) -> String {
    var words = Self.words.map { "\($0)n\(number)" }
    if let changed { words[30] = changed }
    return words.joined(separator: " ")
  }

  @Test func text() throws {
    let scratch = try Scratch()
    let documents = (0..<20).map { document($0) } + [document(3), document(7, changed: "other")]
    let corpus = try scratch.write(documents.joined(separator: "\n\n"), to: "a.txt")
    let held = try scratch.write([document(5), document(99)].joined(separator: "\n\n"), to: "b.txt")
    let run = try Program.run("corpus", "check", "--corpus", corpus, "--validation", held, "--json")
    #expect(run.status == 0, "\(run.errors)")
    let object = try #require(run.objects.first)
    #expect(object["documents"] as? Int == 22)
    #expect(object["bytes"] as? Int ?? 0 > 20 * 60 * 5)
    #expect(object["duplicates"] as? Int == 1)
    #expect(object["near_duplicates"] as? Int == 1)
    #expect(object["leaks"] as? Int == 1)

    let people = try Program.run("corpus", "check", "--corpus", corpus, "--validation", held)
    #expect(people.output.contains("document 8  word0n7 "))
    #expect(people.output.contains(" as 22  word0n7 "))
    #expect(people.output.split(separator: "\n").count < 24)
  }

  @Test func labels() throws {
    let scratch = try Scratch()
    let rows = (0..<12).map { "text \($0)\t\($0 % 2 == 0 ? "animal" : "plant")" }
    let training = try scratch.write(
      (["text\tlabel"] + rows + ["text 4\tanimal", "text 5\tanimal"]).joined(separator: "\r\n"), to: "a.tsv")
    let held = try scratch.write("text\tlabel\ntext 1\tplant\nnew\tanimal\n", to: "b.tsv")
    let run = try Program.run("corpus", "check", "--data", training, "--validation", held, "--json")
    #expect(run.status == 0, "\(run.errors)")
    let object = try #require(run.objects.first)
    #expect(object["rows"] as? Int == 14)
    let findings = try #require(object["findings"] as? [String])
    #expect(findings.count == 3)
    #expect(findings[0].hasSuffix(": 6 = 14"))
    #expect(findings[1].hasSuffix(": 7 = 15"))
    #expect(findings[2].hasSuffix(": 3 = 2"))
    let people = try Program.run("corpus", "check", "--data", training)
    #expect(people.output.contains("label animal  ") && people.output.contains(": 6 = 14"))
  }

  /// Faults are told with their lines; none of them ends the reading.
  @Test func faultsOfRows() throws {
    let scratch = try Scratch()
    let rows = ["text\tlabel", "fine one\ta", "\ta", "fine two\tb", "cafÃ© au lait\tb", "bell \u{7}\ta", "no label\t"]
    let path = try scratch.write(rows.joined(separator: "\n") + "\n", to: "a.tsv")
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    data += Data([0x62, 0x61, 0x64, 0xFF, 0x09, 0x61, 0x0A])
    try data.write(to: URL(fileURLWithPath: path))
    let run = try Program.run("corpus", "check", "--data", path, "--json")
    #expect(run.status == 0, "\(run.errors)")
    let object = try #require(run.objects.first)
    let bad = try #require(object["bad_rows"] as? [[String: Any]])
    #expect(bad.map { $0["line"] as? Int } == [3, 7])
    #expect(object["damaged_rows"] as? [Int] == [5, 6, 8])
    #expect((object["classes"] as? [String: Int]) == ["a": 3, "b": 2])
    #expect(try Program.run("corpus", "check", "--data", path, "--max-length", "4").status == 64)
  }

  /// Four times the file and 64 MB, as `SECURITY.md` promises, of rows that are as short as they can be: a row, what is
  /// known of it and what is wrong with it must take 16 bytes, and 144 had been taken.
  @Test(arguments: [
    ("1\ta\n0\tb\n", "tsv", "single"), ("1\ta\n0\tb\n", "tsv", "value"), ("a\n\t\n", "tsv", "single"),
    ("a O\n\nb I\n\n", "conll", "tokens"), ("__label__ b\n__label__c d\n", "fasttext", "single"),
  ])
  func shortRowsTakeLittleMemory(_ rows: String, _ format: String, _ labels: String) throws {
    let scratch = try Scratch()
    let header = format == "tsv" ? "label\ttext\n1\tc\n" : ""
    let text = header + String(repeating: rows, count: 600_000)
    let path = try scratch.write(text, to: "a")
    let program = try RunningProgram(
      ["corpus", "check", "--data", path, "--format", format, "--labels", labels], errorPath: scratch.path("errors"))
    var peak = 0
    while !program.hasEnded {
      peak = max(peak, program.peakMemory ?? 0)
      usleep(1000)
    }
    #expect(program.wait() == 0, "\(program.errors)")
    #if os(Linux)
      #expect(peak > text.utf8.count && peak <= 4 * text.utf8.count + 64 << 20, "\(peak) bytes")
    #endif
  }

  @Test func usage() throws {
    #expect(try Program.run("corpus", "check").status == 64)
    #expect(try Program.run("corpus", "check", "--corpus", "a", "--data", "b").status == 64)
    #expect(try Program.run("corpus", "check", "--data", "b", "--validation", "c", "--validation", "d").status == 64)
    #expect(try Program.run("corpus", "check", "--corpus", "/no/such/file").status == 66)
  }
}
