import ArgumentParser
import Console
import Swiftlet

/// `swiftlet tokenizer`: trains and uses a SentencePiece vocabulary.
struct TokenizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer",
    abstract: "Train a SentencePiece tokenizer, or use one.",
    discussion: """
      Examples:
        swiftlet tokenizer train --corpus my-text/ --vocab-size 4096 --model unigram --out my.model
        echo "Hello, world!" | swiftlet tokenizer encode --tokenizer my.model --pieces
      """,
    subcommands: [Train.self, Encode.self, Decode.self, Inspect.self])

  struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Learn a vocabulary from text.",
      discussion: """
        Examples:
          swiftlet tokenizer train --corpus my-text/ --vocab-size 4096 --out my.model
          swiftlet tokenizer train --corpus book.txt --model char --out characters.model
        """)

    @OptionGroup(title: "Text") var text: TextOptions
    @Option(
      name: .long,
      help: ArgumentHelp("How many pieces; by default 8000, of char models all characters.", valueName: "n"))
    var vocabSize: Int?
    @Option(name: .long, help: ArgumentHelp("unigram, bpe, char or word.", valueName: "type"))
    var model: TokenizerTrainingOptions.ModelType = .unigram
    @Option(
      name: .customLong("set"), parsing: .unconditionalSingleValue,
      help: ArgumentHelp("An option by its SentencePiece name, as in --set split_digits=true.", valueName: "name=value")
    )
    var others: [String] = []
    @Option(name: .long, help: ArgumentHelp("Where the model goes.", valueName: "file.model"))
    var out: String
    @OptionGroup(title: "Shared") var shared: SharedOptions

    func run() throws {
      var options = TokenizerTrainingOptions(modelType: model)
      if let vocabSize { try options.set("vocab_size", "\(vocabSize)") }
      options.seed = shared.seed
      for pair in others {
        guard let equals = pair.firstIndex(of: "=") else {
          throw ValidationError("--set \(pair): name=value is expected, as in --set split_digits=true.")
        }
        try options.set(String(pair[..<equals]), String(pair[pair.index(after: equals)...]))
      }
      let source = try text.source()
      let result = try Tokenizer.train(on: source, options: options)
      for line in result.notes { note(line) }
      try Files.createFolder(Files.folder(of: out))
      try AtomicFile.write(result.tokenizer.modelBytes, to: out)
      let measure = try result.tokenizer.measure(on: source, mostBytes: 1 << 20)
      Output(json: shared.json).result(
        [
          "vocabulary": .integer(result.tokenizer.vocabularySize), "bytes_per_token": .number(measure.bytesPerToken),
          "out": .string(out),
        ],
        text: """
          \(out): \(result.tokenizer.vocabularySize) pieces, \(HumanFormat.fixed(measure.bytesPerToken, 2)) bytes a token
          """)
    }
  }

  /// The tokenizer that is used.
  struct Source: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("A SentencePiece model, or a model's folder.", valueName: "file"))
    var tokenizer: String

    func load() throws -> Tokenizer {
      guard Files.isFolder(tokenizer) else { return try Tokenizer(contentsOf: tokenizer) }
      guard let found = try ModelFolder.tokenizer(ofFolder: tokenizer) else {
        throw SwiftletFailure.noTokenizer(folder: tokenizer)
      }
      return found
    }
  }

  struct Encode: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the token identifiers of each line on a line.",
      discussion: """
        Examples:
          echo "Hello, world!" | swiftlet tokenizer encode --tokenizer my.model
          swiftlet tokenizer encode --tokenizer my.model --pieces "Hello, world!"
        """)

    @OptionGroup var source: Source
    @Flag(name: .long, help: "Print pieces instead of identifiers.") var pieces = false
    @Argument(help: "Texts; without any, each line of standard input.") var texts: [String] = []
    @OptionGroup(title: "Shared") var shared: SharedOptions

    func run() throws {
      let tokenizer = try source.load()
      let output = Output(json: shared.json)
      func show(_ text: String) {
        let tokens = tokenizer.encode(text)
        let names = tokens.map { tokenizer.piece($0) }
        output.result(
          [
            "tokens": .array(tokens.map { .integer(Int($0)) }), "pieces": .array(names.map { .string($0) }),
          ],
          text: pieces ? names.joined(separator: " ") : tokens.map { "\($0)" }.joined(separator: " "))
      }
      if texts.isEmpty {
        // An empty line has an empty list of tokens, so that lines stay aligned.
        while let line = readLine() { show(line) }
      } else {
        texts.forEach(show)
      }
    }
  }

  struct Decode: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the text of each line of token identifiers.",
      discussion: """
        Examples:
          echo "151 88 4 927" | swiftlet tokenizer decode --tokenizer my.model
          swiftlet tokenizer decode --tokenizer my.model 151 88 4 927
        """)

    @OptionGroup var source: Source
    @Argument(help: "Identifiers; without any, each line of standard input.") var identifiers: [Int32] = []
    @OptionGroup(title: "Shared") var shared: SharedOptions

    func run() throws {
      let tokenizer = try source.load()
      let output = Output(json: shared.json)
      func show(_ tokens: [Int32], where place: String) throws {
        if let bad = tokens.first(where: { !(0..<tokenizer.vocabularySize).contains(Int($0)) }) {
          throw ValidationError(
            "\(place): \(bad) is not an identifier of this vocabulary; 0 to \(tokenizer.vocabularySize - 1) are.")
        }
        let text = tokenizer.decode(tokens)
        output.result(["text": .string(text)], text: text)
      }
      guard identifiers.isEmpty else { return try show(identifiers, where: "the arguments") }
      var number = 0
      while let line = readLine() {
        number += 1
        let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
        let tokens = words.compactMap { Int32($0) }
        guard tokens.count == words.count else {
          throw ValidationError("standard input, line \(number): identifiers parted by spaces are expected.")
        }
        try show(tokens, where: "standard input, line \(number)")
      }
    }
  }

  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a vocabulary.",
      discussion: """
        Examples:
          swiftlet tokenizer inspect --tokenizer my.model
          swiftlet tokenizer inspect --tokenizer my.model --all --json
        """)

    @OptionGroup var source: Source
    @Flag(name: .long, help: "Show every piece, a line each.") var all = false
    @OptionGroup(title: "Shared") var shared: SharedOptions

    func run() throws {
      let tokenizer = try source.load()
      let output = Output(json: shared.json)
      let special = tokenizer.special
      if all {
        for (identifier, piece) in tokenizer.pieces.enumerated() {
          output.result(
            [
              "id": .integer(identifier), "piece": .string(piece.text), "score": .number(Double(piece.score)),
              "kind": .string("\(piece.kind)"),
            ], text: "\(identifier)\t\(piece.text)\t\(piece.score)\t\(piece.kind)")
        }
        return
      }
      var counts = JSONObject()
      for kind in PieceKind.allCases {
        let count = tokenizer.pieces.count { $0.kind == kind }
        if count > 0 { counts["\(kind)"] = .integer(count) }
      }
      let named: [(String, Int32?)] = [
        ("unknown", special.unknown), ("begin", special.begin), ("end", special.end), ("padding", special.padding),
        ("mask", special.mask),
      ]
      var specials = JSONObject()
      for case (let name, let identifier?) in named { specials[name] = .integer(Int(identifier)) }
      output.result(
        [
          "vocabulary": .integer(tokenizer.vocabularySize), "pieces": .object(counts), "special": .object(specials),
          "sha256": .string(SHA256.digest(of: tokenizer.modelBytes).description),
        ],
        text: """
          \(tokenizer.vocabularySize) pieces: \
          \(counts.map { "\($0.1.int ?? 0) \($0.0)" }.joined(separator: ", "))
          \(specials.map { "\($0.0) \($0.1.int ?? 0) \(tokenizer.piece(Int32($0.1.int ?? 0)))" }.joined(separator: ", "))
          """)
    }
  }
}

extension TokenizerTrainingOptions.ModelType: ExpressibleByArgument {}
