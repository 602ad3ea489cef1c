import Files

/// The pieces of a WordPiece vocabulary, a line each: BERT's `vocab.txt`.
struct WordPieceList {
  private let pieces: [String]

  /// Reads the lines; the number of a line is the identifier.
  init(_ bytes: [UInt8]) throws(TokenizerFailure) {
    func refuse(_ reason: String) -> TokenizerFailure { .wordList(file: "vocab.txt", reason: reason) }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw refuse("it is not UTF-8") }
    var pieces: [String] = []
    var lines: [ExactString: Int] = [:]
    for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let isCarriageReturn = line.last == UInt8(ascii: "\r")
      let piece = String(decoding: isCarriageReturn ? line.dropLast() : line, as: UTF8.self)
      pieces.append(piece)
      guard pieces.count <= SentencePieceModel.mostPieces else {
        throw .pieceCount(pieces.count, limit: SentencePieceModel.mostPieces)
      }
    }
    // What is behind the last line's end is no line.
    if pieces.last?.isEmpty == true { pieces.removeLast() }
    for (index, piece) in pieces.enumerated() {
      if let first = lines.updateValue(index + 1, forKey: ExactString(piece)) {
        throw refuse("line \(index + 1) repeats line \(first), \(piece.debugDescription)")
      }
    }
    guard !pieces.isEmpty else { throw .pieceCount(0, limit: SentencePieceModel.mostPieces) }
    self.pieces = pieces
  }

  /// The same vocabulary as a `tokenizer.json`.
  ///
  /// - Parameter configuration: the content of `tokenizer_config.json`, whose defaults are those of BERT's class.
  func tokenizerJSON(_ configuration: JSONValue) -> [UInt8] {
    var identifiers = JSONObject()
    for (index, piece) in pieces.enumerated() { identifiers[piece] = .integer(index) }
    func mark(_ key: String, _ name: String) -> String {
      configuration[key]?.string ?? configuration[key]?["content"]?.string ?? name
    }
    let unknown = mark("unk_token", "[UNK]")
    let (first, last) = (mark("cls_token", "[CLS]"), mark("sep_token", "[SEP]"))
    let marks = [mark("pad_token", "[PAD]"), unknown, first, last, mark("mask_token", "[MASK]")]
    let lowercases = configuration["do_lower_case"]?.bool ?? true
    let json: JSONValue = [
      "version": "1.0", "truncation": .null, "padding": .null,
      "added_tokens": TokenizerParts.addedTokens(marks) { identifiers[$0]?.int },
      "normalizer": [
        "type": "BertNormalizer", "clean_text": true,
        "handle_chinese_chars": .bool(configuration["tokenize_chinese_chars"]?.bool ?? true),
        "strip_accents": configuration["strip_accents"]?.bool.map(JSONValue.bool) ?? .null,
        "lowercase": .bool(lowercases),
      ],
      "pre_tokenizer": ["type": "BertPreTokenizer"],
      "post_processor": SequenceTemplate.bert.postProcessor(
        begin: TokenizerParts.piece(first, in: identifiers), end: TokenizerParts.piece(last, in: identifiers),
        identifier: { identifiers[$0.text]?.int.map(Int32.init) }),
      "decoder": ["type": "WordPiece", "prefix": "##", "cleanup": true],
      "model": [
        "type": "WordPiece", "unk_token": .string(unknown), "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100, "vocab": .object(identifiers),
      ],
    ]
    return json.bytes()
  }
}

/// Parts of a `tokenizer.json` that is made of older files.
enum TokenizerParts {
  /// The special tokens that the vocabulary has, each once.
  static func addedTokens(_ names: [String], _ identifier: (String) -> Int?) -> JSONValue {
    var found: [Int: String] = [:]
    for name in names {
      if let identifier = identifier(name) { found[identifier] = name }
    }
    return .array(
      found.sorted { $0.key < $1.key }.map { identifier, name in
        [
          "id": .integer(identifier), "content": .string(name), "single_word": false, "lstrip": false,
          "rstrip": false, "normalized": false, "special": true,
        ]
      })
  }

  /// A special token, if the vocabulary has it.
  static func piece(_ name: String, in identifiers: JSONObject) -> Piece? {
    identifiers[name].map { _ in Piece(text: name, score: 0, kind: .control) }
  }
}
