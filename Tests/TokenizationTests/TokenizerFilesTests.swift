import Files
import Tensors
import TestSupport
import Testing
import Tokenization

@Suite("Tokenizers of several files")
struct TokenizerFilesTests {
  /// See `Fixtures/make_family_fixtures.py`.
  private static let families = [
    ("xlm-roberta", "sentencepiece.bpe.model"), ("camembert", "sentencepiece.bpe.model"), ("t5", "spiece.model"),
    ("albert", "spiece.model"),
  ]

  private func withFolder(_ files: [String: [UInt8]], _ body: (String) throws -> Void) throws {
    try withScratchFolder { folder in
      for (name, bytes) in files { try AtomicFile.write(bytes, to: Files.path(folder, name)) }
      try body(folder)
    }
  }

  private func resolving(_ folder: String) -> (String) throws -> String? {
    { name in Files.isFile(Files.path(folder, name)) ? Files.path(folder, name) : nil }
  }

  @Test("SentencePiece models have the identifiers of their class in transformers", arguments: families)
  func conventions(family: String, file: String) throws {
    let folder = Files.path(Fixture.folder, "families/\(family)")
    let tokenizer = try Tokenizer(contentsOf: Files.path(folder, file))
    let marks = try Files.readJSON(Files.path(folder, "marks.json"))
    #expect(tokenizer.vocabularySize == marks["size"]?.int)
    for (name, identifier) in try #require(marks["marks"]?.object) {
      #expect(tokenizer.identifier(ofPiece: name).map(Int.init) == identifier.int, "\(name)")
    }
    for line in try Fixture.lines("families/\(family)/cases.jsonl") {
      let row = try JSONValue(parsing: line)
      let text = try #require(row["text"]?.string)
      #expect(tokenizer.encode(text).map(Int.init) == row["ids"]?.array?.compactMap(\.int), "\(text)")
    }
    // From then on it is a SentencePiece model like any other.
    let again = try Tokenizer(modelBytes: tokenizer.modelBytes)
    #expect(again.pieces == tokenizer.pieces && again.special == tokenizer.special)
    for text in HostileText.texts { #expect(again.encode(text) == tokenizer.encode(text)) }
    let found = try Tokenizer.ofFolder(folder, resolve: resolving(folder))
    #expect(found?.modelBytes == tokenizer.modelBytes)
  }

  @Test("The kind of model tells the class where the tokenizer does not")
  func modelTypes() throws {
    let folder = Files.path(Fixture.folder, "families/xlm-roberta")
    let model = try Files.read(Files.path(folder, "sentencepiece.bpe.model"))
    let configured = try Tokenizer(contentsOf: Files.path(folder, "sentencepiece.bpe.model"))
    try withFolder([
      "sentencepiece.bpe.model": model, "tokenizer_config.json": Array(#"{"model_max_length": 512}"#.utf8),
      "config.json": Array(#"{"model_type": "xlm-roberta"}"#.utf8),
    ]) { folder in
      let found = try Tokenizer.ofFolder(folder, resolve: resolving(folder))
      #expect(found?.pieces == configured.pieces)
    }
    for configuration in ["{}", #"{"tokenizer_class": "MBartTokenizer"}"#] {
      try withFolder([
        "sentencepiece.bpe.model": model, "tokenizer_config.json": Array(configuration.utf8),
      ]) { folder in
        #expect(throws: TokenizerFailure.self) { try Tokenizer.ofFolder(folder, resolve: resolving(folder)) }
      }
    }
    // The first pieces of this one are others.
    let other = try Files.read(Files.path(Fixture.folder, "families/t5/spiece.model"))
    try withFolder([
      "sentencepiece.bpe.model": other,
      "tokenizer_config.json": Array(#"{"tokenizer_class": "CamembertTokenizerFast"}"#.utf8),
    ]) { folder in
      #expect(throws: TokenizerFailure.self) { try Tokenizer.ofFolder(folder, resolve: resolving(folder)) }
    }
  }

  @Test("ALBERT's texts lose capitals and accents first")
  func preparation() throws {
    var model = ModelBuilder()
    model.characterMap = CharacterMapBuilder().bytes
    model.pieces.append(.init("~", -3))
    let configuration = Array(#"{"tokenizer_class": "AlbertTokenizer"}"#.utf8)
    try withFolder(["spiece.model": model.bytes, "tokenizer_config.json": configuration]) { folder in
      let tokenizer = try #require(try Tokenizer.ofFolder(folder, resolve: resolving(folder)))
      #expect(tokenizer.encode("A\u{301}B \u{E4}b") == tokenizer.encode("ab ab"))
      #expect(try Tokenizer(modelBytes: tokenizer.modelBytes).encode("\u{C4}") == tokenizer.encode("a"))
      // A wide tilde, which SentencePiece's own tables keep wide.
      #expect(tokenizer.encode("a\u{FF5E}") == tokenizer.encode("a~"))
      #expect(tokenizer.encode("a~") != tokenizer.encode("a\u{6F22}"))
      let written = try tokenizer.huggingFaceFiles(template: .bert, maximumLength: 8)["tokenizer.json"] ?? []
      let steps = try JSONValue(parsing: written)["normalizer"]?["normalizers"]?.array?.compactMap {
        $0["type"]?.string
      }
      #expect(steps?.prefix(5) == ["Replace", "Replace", "NFKD", "StripAccents", "Lowercase"])
    }
    model.characterMap = []
    try withFolder(["spiece.model": model.bytes, "tokenizer_config.json": configuration]) { folder in
      #expect(throws: TokenizerFailure.self) { try Tokenizer.ofFolder(folder, resolve: resolving(folder)) }
    }
  }

  @Test("A list of words is the tokenizer that tokenizer.json describes")
  func wordPieceList() throws {
    let full = try Tokenizer(modelBytes: Fixture.bytes("wordpiece.json"))
    let lines = full.pieces.map(\.text).joined(separator: "\n") + "\n"
    try withFolder(["vocab.txt": Array(lines.utf8)]) { folder in
      let tokenizer = try #require(try Tokenizer.ofFolder(folder, resolve: resolving(folder)))
      #expect(tokenizer.special == full.special && tokenizer.modelFileName == "tokenizer.json")
      for line in try Fixture.lines("wordpiece.jsonl") {
        let text = try #require(try JSONValue(parsing: line)["input"]?.string)
        #expect(tokenizer.encode(text) == full.encode(text))
        #expect(tokenizer.decode(full.encode(text)) == full.decode(full.encode(text)))
      }
      #expect(try Tokenizer(contentsOf: Files.path(folder, "vocab.txt")).modelBytes == tokenizer.modelBytes)
    }
    let configuration = Array(#"{"do_lower_case": false, "strip_accents": false}"#.utf8)
    try withFolder(["vocab.txt": Array(lines.utf8), "tokenizer_config.json": configuration]) { folder in
      let tokenizer = try #require(try Tokenizer.ofFolder(folder, resolve: resolving(folder)))
      #expect(tokenizer.encode("the") == full.encode("the") && tokenizer.encode("THE") != full.encode("THE"))
    }
    for (text, word) in [("a\nb\na\n", "repeats line 1"), ("", "pieces")] {
      try withFolder(["vocab.txt": Array(text.utf8)]) { folder in
        let failure = #expect(throws: TokenizerFailure.self) {
          try Tokenizer.ofFolder(folder, resolve: resolving(folder))
        }
        #expect(failure?.description.contains(word) == true)
      }
    }
  }

  @Test("Pieces and merges are the tokenizer that tokenizer.json describes")
  func byteLevelList() throws {
    let full = try Tokenizer(modelBytes: Fixture.bytes("bytelevel.json"))
    var identifiers = JSONObject()
    for (index, piece) in full.pieces.enumerated() { identifiers[piece.text] = .integer(index) }
    let added = try #require(full.pieces.first { $0.kind == .userDefined }).text
    let merges = try #require(full.byteLevelTraits).merges.map { $0.left + " " + $0.right }
    let files = [
      "vocab.json": JSONValue.object(identifiers).bytes(),
      "merges.txt": Array(("#version: 0.2\n" + merges.joined(separator: "\n") + "\n").utf8),
    ]
    try withFolder(files) { folder in
      let tokenizer = try #require(try Tokenizer.ofFolder(folder, resolve: resolving(folder)))
      #expect(tokenizer.special.end == full.special.end)
      for line in try Fixture.lines("bytelevel.jsonl") {
        let text = try #require(try JSONValue(parsing: line)["input"]?.string)
        // The lists know nothing of tokens that were added later.
        if text.contains(added) { continue }
        #expect(tokenizer.encode(text) == full.encode(text))
      }
    }
    try withFolder(["vocab.json": files["vocab.json"] ?? []]) { folder in
      let found = try Tokenizer.ofFolder(folder, resolve: resolving(folder))
      #expect(found == nil)
      #expect(throws: TokenizerFailure.self) { try Tokenizer(contentsOf: Files.path(folder, "vocab.json")) }
    }
    var broken = files
    broken["merges.txt"] = Array("a b c\n".utf8)
    try withFolder(broken) { folder in
      #expect(throws: TokenizerFailure.self) { try Tokenizer.ofFolder(folder, resolve: resolving(folder)) }
    }
  }
}
