import ArgumentParser
import Console
import Swiftlet

/// `swiftlet corpus check`: what is wrong with texts, before a model learns from them.
struct CorpusCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Find copies, near copies, and what is in training and validation alike.",
    discussion: """
      Examples:
        swiftlet corpus check --corpus my-text/ --validation held-out.txt
        swiftlet corpus check --data train.tsv --validation test.tsv --json
      """)

  @Option(
    name: .long, parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Text: a file or a folder (.gz too); may be given several times.", valueName: "path"))
  var corpus: [String] = []
  @Option(name: .long, help: ArgumentHelp("Labelled texts, instead of a corpus.", valueName: "file")) var data: String?
  @Option(
    name: .long, parsing: .unconditionalSingleValue,
    help: ArgumentHelp("What must not be in the corpus, or in the labelled texts, too.", valueName: "path"))
  var validation: [String] = []
  @Option(name: .long, help: ArgumentHelp("What is a document: paragraphs, lines or files.", valueName: "unit"))
  var documents: DocumentBoundary = .paragraphs
  @Flag(name: .long, help: "Put U+FFFD in place of bytes that are not UTF-8, instead of refusing them.")
  var repair = false
  @Option(
    name: .long, help: ArgumentHelp("Count the tokens of labelled texts with it, for --max-length.", valueName: "file"))
  var tokenizer: String?
  @Option(name: .long, help: ArgumentHelp("What the model reads at most, in tokens, marks included.", valueName: "n"))
  var maxLength: Int?
  @OptionGroup(title: "Labels") var labels: LabelOptions
  @OptionGroup(title: "Shared") var shared: SharedOptions

  func validate() throws {
    if corpus.isEmpty == (data == nil) {
      throw ValidationError("Give either --corpus, for text, or --data, for labelled texts.")
    }
    if maxLength != nil, tokenizer == nil {
      throw ValidationError("--max-length counts tokens; give --tokenizer, too.")
    }
    if corpus.isEmpty == false, tokenizer != nil { throw ValidationError("--tokenizer is of --data.") }
    if data != nil, validation.count > 1 {
      throw ValidationError(
        "--validation: labelled texts are compared with one file, and \(validation.count) are given.")
    }
  }

  func run() throws {
    if let data { try check(labelled: data) } else { try checkText() }
  }

  // MARK: Text

  private func checkText() throws {
    let source = try TextSource(corpus, documents: documents, repairs: repair)
    let held = try validation.isEmpty ? nil : TextSource(validation, documents: documents, repairs: repair)
    for file in source.skipped + (held?.skipped ?? []) { note("Left out \(file.path): \(file.reason).") }
    let survey = try CorpusSurvey(source)
    let near = try NearDuplicateReport(within: source)
    var leaks: Int?
    var leaked: NearDuplicateReport?
    if let held {
      let report = try NearDuplicateReport(of: held, in: source)
      // Only so many documents can be compared word by word, but all of them byte by byte.
      leaks = max(report.count, survey.documentsShared(with: try CorpusSurvey(held)))
      leaked = report
    }
    if near.isPartial || leaked?.isPartial == true {
      note(
        "Near copies were looked for among the first \(HumanFormat.grouped(NearDuplicates.capacity)) documents only.")
    }

    let output = Output(json: shared.json)
    guard !shared.json else {
      return output.result(
        [
          "documents": .integer(survey.documents), "bytes": .integer(survey.bytes),
          "duplicates": .integer(survey.exactDuplicates), "near_duplicates": .integer(near.count),
          "leaks": leaks.map { .integer($0) } ?? .null,
        ], text: "")
    }
    var table = TextTable([], alignments: [.left, .right])
    table.add(["documents", HumanFormat.grouped(survey.documents)])
    table.add(["bytes", HumanFormat.grouped(survey.bytes)])
    table.add(["copies of an earlier document", HumanFormat.grouped(survey.exactDuplicates)])
    table.add(["near copies of an earlier document", HumanFormat.grouped(near.count)])
    if let leaks { table.add(["validation documents in the corpus, too", HumanFormat.grouped(leaks)]) }
    output.text(table.text)
    try show(near, "Near copies:", first: source, second: source)
    if let held, let leaked {
      try show(leaked, "In the corpus and in the validation text:", first: source, second: held)
    }
    if survey.exactDuplicates + near.count > 0 {
      output.text("\nWith --deduplicate, corpus build and pretrain leave copies out; --deduplicate-near, near ones.")
    }
  }

  /// Shows the first pairs of documents that are alike: their numbers, and how they begin.
  private func show(
    _ report: NearDuplicateReport, _ title: String, first: TextSource, second: TextSource
  ) throws {
    let pairs = report.examples.prefix(5)
    guard !pairs.isEmpty else { return }
    let firsts = try first.beginnings(of: Set(pairs.map(\.first)))
    let seconds = try second.beginnings(of: Set(pairs.map(\.second)))
    var table = TextTable([], alignments: [.right, .left])
    for pair in pairs {
      table.add(["document \(pair.first + 1)", firsts[pair.first] ?? ""])
      table.add(["\(HumanFormat.fixed(pair.similarity * 100, 0)) % as \(pair.second + 1)", seconds[pair.second] ?? ""])
    }
    Output(json: false).text("\n\(title)\n\(table.text)\(report.count > pairs.count ? "\n…" : "")")
  }

  // MARK: Labels

  private func check(labelled path: String) throws {
    let data = try labels.read(path, findsFaults: true)
    let held = try validation.first.map { try labels.read($0, findsFaults: true) }
    for line in data.notes + (held?.notes ?? []) { note(line) }
    let vocabulary = try tokenizer.map { try Tokenizer(contentsOf: $0) }
    let report =
      vocabulary.map { vocabulary in
        // Two or three marks stand around the texts.
        LabelledReport(data, validation: held, maximumTokens: maxLength.map { max(1, $0 - 2) }) {
          vocabulary.encode($0).count
        }
      } ?? LabelledReport(data, validation: held)
    let output = Output(json: shared.json)
    guard !shared.json else {
      return output.result(
        json(data, report), text: "")
    }
    var table = TextTable([], alignments: [.left, .right])
    table.add(["rows", HumanFormat.grouped(data.rows.count)])
    table.add([
      "\(vocabulary == nil ? "bytes" : "tokens") of the longest row", HumanFormat.grouped(report.longestRow),
    ])
    let most = report.classCounts.sorted { $0.count > $1.count }
    for (name, count) in most.prefix(Self.shownLabels) { table.add(["label \(name)", HumanFormat.grouped(count)]) }
    if most.count > Self.shownLabels { table.add(["and more labels", "\(most.count - Self.shownLabels)"]) }
    output.text(table.text)
    output.text("")
    for finding in report.findings { output.text(finding) }
    if report.findings.isEmpty { output.text("Nothing was found to be wrong.") }
  }

  private func json(_ data: LabelledData, _ report: LabelledReport) -> JSONValue {
    func twins(_ list: Listing<LabelledReport.Twins>) -> JSONValue {
      .array(list.kept.map { .array([.integer($0.first), .integer($0.second)]) })
    }
    func lines(_ list: [Int]) -> JSONValue { .array(list.map { .integer($0) }) }
    var counts: JSONValue = .object([:])
    for (name, count) in report.classCounts { counts[name] = .integer(count) }
    return [
      "rows": .integer(data.rows.count), "classes": counts,
      "bad_rows": .array(
        report.badRows.kept.map { ["line": .integer($0.line), "problem": .string($0.problem)] }),
      "duplicates": twins(report.duplicates), "contradictions": twins(report.contradictions),
      "shared": twins(report.shared), "long_rows": lines(report.longRows.kept),
      "damaged_rows": lines(Set(report.damaged.values.flatMap(\.kept)).sorted()),
      "similar_labels": .array(report.similarNames.map { .array([.string($0.0), .string($0.1)]) }),
      "findings": .array(report.findings.map { .string($0) }),
    ]
  }

  private static let shownLabels = 12
}

extension TextSource {
  /// How documents begin, by their numbers from 0.
  fileprivate func beginnings(of numbers: Set<Int>) throws -> [Int: String] {
    let reader = reader()
    var result: [Int: String] = [:]
    var number = -1
    while result.count < numbers.count, let part = try reader.next() {
      guard part.begins else { continue }
      number += 1
      guard numbers.contains(number) else { continue }
      let line = part.utf8.prefix(240).prefix { $0 != 0x0A }
      result[number] = String(String(decoding: line, as: UTF8.self).prefix(60))
    }
    return result
  }
}
