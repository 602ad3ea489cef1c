import Files

/// The files that make a tokenizer: one of several by its name, and those beside it that say more.
///
/// `resolve` gives the path under which a file of the folder is found; nil where there is none.
struct TokenizerFiles {
  let folder: String
  let resolve: (String) throws -> String?

  /// In the order in which they are looked for: SentencePiece's own, then Hugging Face's.
  static let names = [
    "tokenizer.model", "sentencepiece.bpe.model", "spiece.model", "tokenizer.json", "vocab.txt", "vocab.json",
  ]

  /// The tokenizer of the folder; nil where there is none of the files.
  func tokenizer() throws -> Tokenizer? {
    for name in Self.names {
      // A list of pieces without merges is some other tokenizer's.
      if name == "vocab.json", try resolve("merges.txt") == nil { continue }
      if let path = try resolve(name) { return try tokenizer(name, at: path) }
    }
    return nil
  }

  /// The tokenizer of one of the files.
  func tokenizer(_ name: String, at path: String) throws -> Tokenizer {
    let bytes = try Files.read(path, limit: SentencePieceModel.largestFile)
    do {
      switch name {
      case "vocab.txt":
        return try Tokenizer(modelBytes: WordPieceList(bytes).tokenizerJSON(try json("tokenizer_config.json")))
      case "vocab.json":
        guard let merges = try resolve("merges.txt") else {
          throw TokenizerFailure.wordList(file: "vocab.json", reason: "there is no merges.txt beside it")
        }
        let list = try ByteLevelList(bytes, merges: Files.read(merges, limit: SentencePieceModel.largestFile))
        return try Tokenizer(modelBytes: list.tokenizerJSON(try json("tokenizer_config.json")))
      case "tokenizer.model", "sentencepiece.bpe.model", "spiece.model":
        return Tokenizer(model: try SentencePieceTokenizer(modelBytes: bytes, convention: try convention(name)))
      default:
        return try Tokenizer(modelBytes: bytes)
      }
    } catch let failure as TokenizerFailure {
      throw TokenizerFailure.inFile(path: path, reason: failure.description)
    }
  }

  /// What `tokenizer_config.json` says of the class, or else the kind of model in `config.json`.
  private func convention(_ name: String) throws -> PieceConvention {
    let configuration = try json("tokenizer_config.json")
    var className = configuration["tokenizer_class"]?.string
    if className == nil, let type = try json("config.json")["model_type"]?.string {
      className = PieceConvention.className(modelType: type)
    }
    if let className, let convention = PieceConvention(className: className, configuration: configuration) {
      return convention
    }
    // Of these two names only the class says which numbers they stand for.
    guard name == "tokenizer.model" else {
      guard className != nil || name == "sentencepiece.bpe.model" else { return .plain }
      throw TokenizerFailure.unknownClass(className ?? "a class that nothing beside it names", file: name)
    }
    return .plain
  }

  private func json(_ name: String) throws -> JSONValue {
    guard let path = try resolve(name) else { return [:] }
    return try Files.readJSON(path, limit: 16 << 20)
  }
}

extension Tokenizer {
  /// Reads the tokenizer of a model's folder: a SentencePiece model, `tokenizer.json`, `vocab.txt`, or `vocab.json` with
  /// `merges.txt`, the first that is there.
  ///
  /// - Parameters:
  ///   - folder: the folder.
  ///   - resolve: the path under which a file of the folder is found; nil where there is none.
  /// - Returns: nil where the folder has none of them.
  package static func ofFolder(_ folder: String, resolve: (String) throws -> String?) throws -> Tokenizer? {
    try withoutActuallyEscaping(resolve) { try TokenizerFiles(folder: folder, resolve: $0).tokenizer() }
  }
}
