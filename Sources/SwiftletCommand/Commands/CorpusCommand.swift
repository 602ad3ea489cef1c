import ArgumentParser
import Console
import Swiftlet

/// `swiftlet corpus`: what a text holds, before a model reads it.
struct CorpusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "corpus",
    abstract: "Look at a corpus, check it, or turn it into tokens.",
    discussion: """
      Examples:
        swiftlet corpus check --corpus my-text/ --validation held-out.txt
        swiftlet corpus build --corpus my-text/ --tokenizer my.model --out my-tokens
      """,
    subcommands: [CorpusCheck.self, Stats.self, Build.self])

  struct Stats: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Count documents, bytes, lines and duplicates.",
      discussion: """
        Examples:
          swiftlet corpus stats --corpus my-text/
          swiftlet corpus stats --corpus notes.txt --documents lines --tokenizer my.model --json
        """)

    @OptionGroup(title: "Text") var text: TextOptions
    @Option(name: .long, help: ArgumentHelp("Count tokens, too.", valueName: "file.model")) var tokenizer: String?
    @OptionGroup(title: "Shared") var shared: SharedOptions

    func run() throws {
      let source = try text.source()
      let survey = try CorpusSurvey(source)
      var tokens: Int?
      if let tokenizer { tokens = try Tokenizer(contentsOf: tokenizer).measure(on: source).tokens }
      var table = TextTable(["", ""], alignments: [.left, .right])
      let rows: [(String, String, Int)] = [
        ("files", "files", source.files.count), ("documents", "documents", survey.documents),
        ("bytes", "bytes", survey.bytes), ("characters", "characters", survey.characters),
        ("lines", "lines", survey.lines), ("longest document, bytes", "longest_document", survey.longestDocument),
        ("repeated documents", "duplicates", survey.exactDuplicates),
        ("bytes in them", "duplicate_bytes", survey.duplicateBytes),
      ]
      var object = JSONObject()
      for (name, key, count) in rows {
        object[key] = .integer(count)
        table.add([name, HumanFormat.grouped(count)])
      }
      if let tokens {
        object["tokens"] = .integer(tokens)
        table.add(["tokens", HumanFormat.grouped(tokens)])
      }
      Output(json: shared.json).result(.object(object), text: table.text)
    }
  }

  struct Build: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Turn text into files of tokens, one to train on and one to validate with.",
      discussion: """
        Examples:
          swiftlet corpus build --corpus my-text/ --tokenizer my.model --out my-tokens
          swiftlet corpus build --corpus my-text/ --tokenizer my.model --deduplicate --out my-tokens --json
        """)

    @OptionGroup(title: "Text") var text: TextOptions
    @Option(name: .long, help: ArgumentHelp("The tokenizer.", valueName: "file.model")) var tokenizer: String
    @Option(name: .long, help: ArgumentHelp("Text for validation; otherwise a part of the corpus.", valueName: "path"))
    var validation: [String] = []
    @Option(name: .long, help: "The share of the corpus for validation.") var validationFraction = 0.1
    @OptionGroup(title: "Copies") var copies: CopyOptions
    @Option(name: .long, help: ArgumentHelp("The folder of the tokens.", valueName: "folder")) var out: String
    @OptionGroup(title: "Shared") var shared: SharedOptions

    func run() throws {
      let tokenizer = try Tokenizer(contentsOf: tokenizer)
      let preparation = CorpusPreparation(
        try text.source(),
        validation: validation.isEmpty ? nil : try text.reading.source(validation),
        encoder: TextEncoder(tokenizer),
        options: CorpusOptions(
          validationFraction: validationFraction, seed: shared.seed, copies: copies.removal),
        cacheFolder: out, execution: try shared.execution())
      let prepared = try preparation.run()
      for line in prepared.notes { note(line) }
      let tokens = prepared.training.tokenCount + (prepared.validation?.tokenCount ?? 0)
      Output(json: shared.json).result(
        [
          "documents": .integer(prepared.survey.documents), "bytes": .integer(prepared.survey.bytes),
          "duplicates": .integer(prepared.survey.exactDuplicates), "tokens": .integer(tokens),
          "training_tokens": .integer(prepared.training.tokenCount),
          "validation_tokens": .integer(prepared.validation?.tokenCount ?? 0),
        ],
        text: """
          \(out): \(HumanFormat.grouped(prepared.training.tokenCount)) tokens to train on, \
          \(HumanFormat.grouped(prepared.validation?.tokenCount ?? 0)) to validate with\
          \(prepared.isFromCache ? " (they were there already)" : "")
          """)
    }
  }
}
