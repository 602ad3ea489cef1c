import Corpora
import Files
import Testing

struct LabelledDataReadingTests {
  private func read(
    _ text: String, _ name: String, _ options: LabelledOptions = .init()
  ) throws -> LabelledData {
    let scratch = try Scratch()
    return try LabelledData(contentsOf: scratch.write(text, name), options: options)
  }

  /// Text and label names of each row.
  private func rows(_ data: LabelledData) -> [[String]] {
    data.rows.map { row in [row.text] + row.labels.map { data.labelNames[Int($0)] } }
  }

  private func problems(_ failure: LabelledFailure?) -> [[String]] {
    guard case .badRows(_, let rows, _) = failure else { return [["\(String(describing: failure))"]] }
    return rows.map { ["\($0.line)", $0.problem] }
  }

  @Test func tsvHasNoQuoting() throws {
    let data = try read("label\ttext\npos\tsaid \"yes\", twice\nneg\t\"open\r\npos\tlast", "a.tsv")
    #expect(rows(data) == [["said \"yes\", twice", "pos"], ["\"open", "neg"], ["last", "pos"]])
    #expect(data.labelNames == ["neg", "pos"])
    #expect(data.classCounts == [1, 2])
    #expect(data.majority?.label == 1)
    #expect(data.rows.map(\.line) == [2, 3, 4])
  }

  @Test func csvIsQuotedAsInRFC4180() throws {
    let text = "\u{FEFF}Text,Label\r\n\"a, b\",\"x, \"\"y\"\"\"\r\n\"two\r\nlines\",z\r\n\r\nplain,z"
    let data = try read(text, "a.csv")
    #expect(rows(data) == [["a, b", "x, \"y\""], ["two\nlines", "z"], ["plain", "z"]])
    #expect(data.rows.map(\.line) == [2, 3, 6])
  }

  @Test func csvWithSemicolons() throws {
    #expect(rows(try read("sentence;label\n\"a; b\";x\nc, d;y\n", "a.csv")) == [["a; b", "x"], ["c, d", "y"]])
  }

  /// What is written with quotes around every cell is read again, whatever is in it.
  @Test func csvRoundTrip() throws {
    let pieces = ["a", ",", "\"", "\n", "é", "\"\"", ";", " ", "\t", "😀", "__label__"]
    var texts: [String] = []
    for first in pieces { for second in pieces { for third in pieces { texts.append("x" + first + second + third) } } }
    var csv = "text,label\n"
    for text in texts {
      csv += "\"\(text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\",x\n"
    }
    #expect(try read(csv, "a.csv").rows.map(\.text) == texts)
  }

  /// All of it is held in memory, so there is an end to it, also of what is packed.
  @Test func longTextsAndManyRows() throws {
    var options = LabelledOptions()
    let text = "text\tlabel\n" + String(repeating: "a\tx\nb\ty\n", count: 100)
    let scratch = try Scratch()
    let path = try scratch.write(text, "a.tsv")
    options.longestText = text.utf8.count
    options.mostRows = 201
    #expect(try LabelledData(contentsOf: path, options: options).rows.count == 200)
    options.mostRows = 200
    #expect(throws: LabelledFailure.tooLong(path: path, limit: 200, unit: "lines")) {
      try LabelledData(contentsOf: path, options: options)
    }
    options.longestText -= 1
    #expect(throws: LabelledFailure.tooLong(path: path, limit: text.utf8.count - 1, unit: "bytes of text")) {
      try LabelledData(contentsOf: path, options: options)
    }
  }

  @Test func manyLabelsColumnsAndWords() throws {
    var options = LabelledOptions()
    options.mostNames = 3
    let text = "text\tlabel\na\tx\nb\ty\nc\tz\nd\tx\n"
    #expect(try read(text, "a.tsv", options).labelNames == ["x", "y", "z"])
    let failure = #expect(throws: LabelledFailure.self) { _ = try read(text + "e\tw\n", "a.tsv", options) }
    #expect(failure?.description.contains("more than 3 different labels") == true)
    options.kind = .value
    #expect(try read("text\tlabel\na\t1\nb\t2\nc\t3\nd\t4\n", "a.tsv", options).rows.count == 4)

    let header = "text\tlabel" + String(repeating: "\tx", count: 1 << 16)
    let columns = #expect(throws: LabelledFailure.self) { _ = try read(header + "\na\tx\n", "a.tsv") }
    #expect(columns?.description.contains("more than 65536 columns") == true)
    let wide = "text\tlabel\na\tx" + String(repeating: "\tx", count: 1 << 17)
    let cells = #expect(throws: LabelledFailure.self) { _ = try read(wide, "a.tsv") }
    #expect(problems(cells) == [["2", "131074 columns where the header has 2"]])

    let most = String(repeating: "a O\n", count: 1 << 20)
    #expect(try read(most, "a.conll").rows.first?.words.count == 1 << 20)
    let words = #expect(throws: LabelledFailure.self) { _ = try read("b O\n\na O\n" + most + "\nc I\n", "a.conll") }
    #expect(problems(words) == [["3", "the text has more than 1048576 words; there is a blank line between texts"]])
  }

  @Test func jsonLines() throws {
    let text = """
      {"text": "one \\u00e9", "label": "b", "extra": 1}

      {"label": 3, "text": "two"}
      {"label": true, "text": "three"}
      """
    #expect(rows(try read(text, "a.jsonl")) == [["one é", "b"], ["two", "3"], ["three", "true"]])
    let lists = try read("{\"text\": \"a\", \"labels\": [\"x\", \"y\"]}\n{\"text\": \"b\", \"labels\": []}", "a.jsonl")
    #expect(lists.kind == .multiple)
    #expect(rows(lists) == [["a", "x", "y"], ["b"]])
  }

  @Test func jsonLinesNamesBadRows() throws {
    let text = """
      {"text": "a", "label": "x"}
      {"text": "a"
      {"text": 5, "label": "x"}
      {"text": "a", "text": "b", "label": "x"}
      [1]
      {"text": "a"}
      {"text": "a", "label": {"b": 1}}
      """
    let failure = #expect(throws: LabelledFailure.self) { _ = try read(text, "a.jsonl") }
    #expect(problems(failure).map { $0[0] } == ["2", "3", "4", "5", "6", "7"])
    #expect(problems(failure)[1] == ["3", "\"text\" is an integer, not a string"])
  }

  @Test func fastText() throws {
    let one = try read("__label__pos good, good\n\n__label__neg  bad \n", "train.txt")
    #expect(one.kind == .single)
    #expect(rows(one) == [["good, good", "pos"], ["bad", "neg"]])
    let several = try read("__label__a __label__b text\n__label__a other", "train.txt")
    #expect(several.kind == .multiple)
    #expect(rows(several) == [["text", "a", "b"], ["other", "a"]])
    let failure = #expect(throws: LabelledFailure.self) {
      _ = try read("__label__a x\nno label\n__label__b\n", "a.txt")
    }
    #expect(problems(failure) == [["2", "the line does not begin with __label__"], ["3", "the text is empty"]])
  }

  @Test func badRowsAreNamedAllTogether() throws {
    let text = "text\tlabel\n\nfine\tx\nno label\n\tx\ntext\t \na\tb\tc\n"
    let failure = #expect(throws: LabelledFailure.self) { _ = try read(text, "a.tsv") }
    #expect(
      problems(failure) == [
        ["4", "1 column where the header has 2"], ["5", "the text is empty"], ["6", "the label is empty"],
        ["7", "3 columns where the header has 2"],
      ])
    #expect(failure?.description.contains("a.tsv:7: 3 columns where the header has 2") == true)
    var options = LabelledOptions()
    options.skipsBadRows = true
    let data = try read(text, "a.tsv", options)
    #expect(data.rows.count == 1)
    #expect(data.notes.contains { $0.contains("left out 4 bad rows, the first on line 4") })
  }

  @Test func manyBadRowsAreCounted() throws {
    let text = "text\tlabel\n" + String(repeating: "x\n", count: 100)
    let failure = #expect(throws: LabelledFailure.self) { _ = try read(text, "a.tsv") }
    guard case .badRows(_, let rows, 100) = failure else { return #expect(Bool(false)) }
    #expect(rows.count == 20)
    #expect(failure?.description.hasSuffix("and 80 more") == true)
  }

  /// Where bad rows are left out and no other is there, it is said what is wrong with them.
  @Test func noRowCanBeUsed() throws {
    var options = LabelledOptions()
    options.skipsBadRows = true
    let failure = #expect(throws: LabelledFailure.self) { _ = try read("text\tlabel\n\nx\ny\n", "a.tsv", options) }
    #expect(failure?.description.hasSuffix("can be used; line 3: 1 column where the header has 2.") == true)
    #expect(failure?.kind == .badData)
  }

  @Test func quotesThatGoWrongAreNamed() throws {
    let failure = #expect(throws: LabelledFailure.self) {
      _ = try read("text,label\n\"a\" b,x\nc,y\n\"open,z\nd,x\n", "a.csv")
    }
    #expect(problems(failure).map { $0[0] } == ["2", "4"])
    #expect(problems(failure)[1][1] == "a quotation mark is opened and never closed")
    let comma = #expect(throws: LabelledFailure.self) { _ = try read("text,label\na, b,x\n", "a.csv") }
    #expect(problems(comma)[0][1].contains("quote texts that have a comma"))
  }

  @Test func columnsAreFoundAndNamed() throws {
    let text = "idx\tSentence1\tsentence2\tGold_Label\n0\ta\tb\tx\n"
    let pair = try read(text, "a.tsv")
    #expect(pair.rows[0] == LabelledRow(text: "a", pair: "b", labels: [0], line: 2))
    #expect(pair.hasPairs)
    #expect(pair.notes.contains { $0.contains("not used: `idx`") })
    var options = LabelledOptions()
    options.textColumn = "sentence2"
    options.labelColumn = "idx"
    let named = try read(text, "a.tsv", options)
    #expect(rows(named) == [["b", "0"]])
    options.labelColumn = "nothing"
    let failure = #expect(throws: LabelledFailure.self) { _ = try read(text, "a.tsv", options) }
    guard case .missingColumn(_, "nothing", ["idx", "Sentence1", "sentence2", "Gold_Label"]) = failure else {
      return #expect(Bool(false), "\(String(describing: failure))")
    }
    let none = #expect(throws: LabelledFailure.self) { _ = try read("good movie\t1\nbad\t0\n", "a.tsv") }
    guard case .noHeader(_, ["good movie", "1"], _) = none else { return #expect(Bool(false)) }
    let twice = #expect(throws: LabelledFailure.self) { _ = try read("text\ttext\tlabel\na\tb\tc\n", "a.tsv") }
    guard case .repeatedColumn(_, "text") = twice else { return #expect(Bool(false)) }
  }

  @Test func severalLabelsInACell() throws {
    var options = LabelledOptions()
    options.kind = .multiple
    let data = try read("text\tlabel\na\tx | y\nb\t\nc\ty|y\n", "a.tsv", options)
    #expect(rows(data) == [["a", "x", "y"], ["b"], ["c", "y"]])
    options.labelSeparator = ","
    #expect(rows(try read("text\tlabel\na\tx,y\n", "a.tsv", options)) == [["a", "x", "y"]])
  }

  @Test func values() throws {
    var options = LabelledOptions()
    options.kind = .value
    let data = try read("text\tscore\na\t1.5\nb\t-2e1\n", "a.tsv", options)
    #expect(data.rows.map(\.value) == [1.5, -20])
    #expect(data.labelNames.isEmpty && data.majority == nil)
    let failure = #expect(throws: LabelledFailure.self) {
      _ = try read("text\tscore\na\tmuch\nb\tnan\nc\t1\n", "a.tsv", options)
    }
    #expect(
      problems(failure) == [["2", "the label \"much\" is not a number"], ["3", "the label \"nan\" is not a number"]])
  }

  @Test func textsWithoutLabels() throws {
    var options = LabelledOptions()
    options.allowsNoLabels = true
    let data = try read("text\na\nb\n", "a.tsv", options)
    #expect(data.rows.map(\.text) == ["a", "b"])
    #expect(data.labelNames.isEmpty)
  }

  @Test func aPackedFileAndOneWithoutAnEnding() throws {
    let scratch = try Scratch()
    let packed = GzipStreamTests.packed(Array("text\tlabel\na\tx\nb\ty\n".utf8))
    #expect(try LabelledData(contentsOf: scratch.write(packed, "a.tsv.gz")).rows.count == 2)
    #expect(try read("text,label\na,x\n", "data").rows.count == 1)
    #expect(try read("{\"text\": \"a\", \"label\": \"x\"}", "data").rows.count == 1)
  }

  @Test(arguments: ["", "\n\n", "text\tlabel\n"]) func nothingIsAnError(_ text: String) throws {
    let failure = #expect(throws: LabelledFailure.self) { _ = try read(text, "a.tsv") }
    guard case .empty = failure else { return #expect(Bool(false), "\(String(describing: failure))") }
  }

  @Test func badTextIsNamedByItsByte() throws {
    let scratch = try Scratch()
    let path = try scratch.write(Array("text\tlabel\ncaf".utf8) + [0xE9, 0x09, 0x78], "a.tsv")
    #expect(throws: LabelledFailure.corpus(.invalidUTF8(path: path, offset: 14))) {
      _ = try LabelledData(contentsOf: path)
    }
    #expect(throws: LabelledFailure.self) { _ = try LabelledData(contentsOf: scratch.path) }
    var options = LabelledOptions()
    options.repairs = true
    #expect(try LabelledData(contentsOf: path, options: options).rows[0].text == "caf\u{FFFD}")
  }

  /// Whatever is cut off or flipped, there is an answer or a typed error.
  @Test(arguments: [
    ("a.csv", "text,label\n\"a, \"\"b\"\"\",x\nc,\"y\"\n"), ("a.tsv", "text\tlabel\na\tx\nb\ty\n"),
    ("a.jsonl", "{\"text\": \"a\\u00e9\", \"label\": [\"x\"]}\n{\"text\": \"b\", \"label\": [\"y\"]}\n"),
    ("a.txt", "__label__x a b\n__label__y __label__x c\n"),
  ])
  func damagedFiles(_ name: String, _ text: String) throws {
    let scratch = try Scratch()
    let bytes = Array(text.utf8)
    func attempt(_ bytes: [UInt8]) throws {
      let path = try scratch.write(bytes, name)
      do throws(LabelledFailure) { _ = try LabelledData(contentsOf: path) } catch {}
    }
    for length in 0...bytes.count { try attempt(Array(bytes.prefix(length))) }
    for bit in 0..<bytes.count * 8 {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << (bit % 8)
      try attempt(flipped)
    }
  }
}
