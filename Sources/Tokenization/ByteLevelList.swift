import Files

/// The pieces and merges of a byte-level BPE vocabulary: GPT-2's and RoBERTa's `vocab.json` and `merges.txt`.
struct ByteLevelList {
  private let identifiers: JSONObject
  private let merges: [JSONValue]
  private let special: [String]

  /// Reads an object of pieces with their identifiers, and lines of two pieces, the first merge first.
  init(_ vocabulary: [UInt8], merges lines: [UInt8]) throws(TokenizerFailure) {
    let json: JSONValue
    do throws(JSONFailure) {
      json = try JSONValue(parsing: vocabulary)
    } catch {
      throw .wordList(file: "vocab.json", reason: "it is not sound JSON: \(error.description)")
    }
    guard let identifiers = json.object else {
      throw .wordList(file: "vocab.json", reason: "it should be an object, and is \(json.kindName)")
    }
    self.identifiers = identifiers
    guard let text = String(validating: lines, as: UTF8.self) else {
      throw .wordList(file: "merges.txt", reason: "it is not UTF-8")
    }
    var merges: [JSONValue] = []
    for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if line.isEmpty || (index == 0 && line.starts(with: "#version".utf8)) { continue }
      let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
      }
      guard parts.count == 2 else {
        throw .wordList(file: "merges.txt", reason: "line \(index + 1) should be two pieces with a space between them")
      }
      merges.append([.string(parts[0]), .string(parts[1])])
    }
    self.merges = merges
    special = []
  }

  /// A vocabulary from elsewhere.
  init(pieces: [String], merges: [(String, String)], special: [String]) {
    var identifiers = JSONObject()
    for (index, piece) in pieces.enumerated() { identifiers[piece] = .integer(index) }
    self.identifiers = identifiers
    self.merges = merges.map { [.string($0), .string($1)] }
    self.special = special
  }

  /// The same vocabulary as a `tokenizer.json`.
  ///
  /// - Parameter configuration: the content of `tokenizer_config.json`; without one the special tokens are RoBERTa's
  ///   where the vocabulary has them, and GPT-2's otherwise.
  func tokenizerJSON(_ configuration: JSONValue) -> [UInt8] {
    func mark(_ key: String) -> String? { configuration[key]?.string ?? configuration[key]?["content"]?.string }
    let named = ["bos_token", "eos_token", "unk_token", "pad_token", "cls_token", "sep_token", "mask_token"]
      .compactMap(mark)
    let marks = named + special + ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "<|endoftext|>"]
    let addsSpace = configuration["add_prefix_space"]?.bool ?? false
    var template = JSONValue.null
    if let first = TokenizerParts.piece(mark("cls_token") ?? "<s>", in: identifiers),
      let last = TokenizerParts.piece(mark("sep_token") ?? "</s>", in: identifiers)
    {
      template = SequenceTemplate.roberta.postProcessor(
        begin: first, end: last, identifier: { identifiers[$0.text]?.int.map(Int32.init) })
    }
    let json: JSONValue = [
      "version": "1.0", "truncation": .null, "padding": .null,
      "added_tokens": TokenizerParts.addedTokens(marks) { identifiers[$0]?.int },
      "normalizer": .null,
      "pre_tokenizer": [
        "type": "ByteLevel", "add_prefix_space": .bool(addsSpace), "trim_offsets": true, "use_regex": true,
      ],
      "post_processor": template,
      "decoder": ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true],
      "model": [
        // A byte without a piece is dropped: nothing stands for it.
        "type": "BPE", "dropout": .null, "unk_token": .null,
        "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false,
        "vocab": .object(identifiers), "merges": .array(merges),
      ],
    ]
    return json.bytes()
  }
}
