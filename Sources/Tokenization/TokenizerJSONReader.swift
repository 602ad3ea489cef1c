import Files

/// Reads a `tokenizer.json` of Hugging Face: WordPiece as BERT has it, and byte-level BPE as GPT-2 and RoBERTa have it.
///
/// A part that would change the result and is not known here is refused by name.
struct TokenizerJSONReader {
  private let json: JSONValue
  private let bytes: [UInt8]
  private var pieces: [Piece] = []
  private var symbols: [(text: String, identifier: Int32)] = []

  init(_ bytes: [UInt8]) throws(TokenizerFailure) {
    guard bytes.count <= SentencePieceModel.largestFile else {
      throw .fileSize(bytes: bytes.count, limit: SentencePieceModel.largestFile)
    }
    do throws(JSONFailure) {
      json = try JSONValue(parsing: bytes)
    } catch {
      throw .tokenizerJSON("it is not sound JSON: \(error.description)")
    }
    self.bytes = bytes
    try readPieces()
  }

  /// The tokenizer that the file describes.
  func tokenizer() throws(TokenizerFailure) -> any TokenizerModel {
    let type = json["model"]?["type"]?.string ?? "BPE"
    switch type {
    case "WordPiece": return try wordPiece()
    case "BPE": return try byteLevel()
    default:
      throw .unsupportedPart("model", found: type, supported: "WordPiece and byte-level BPE")
    }
  }

  // MARK: Pieces

  private mutating func readPieces() throws(TokenizerFailure) {
    guard let entries = json["model"]?["vocab"]?.object else { throw .tokenizerJSON("the model has no vocab") }
    var texts: [Int: String] = [:]
    func add(_ text: String, _ identifier: Int?) throws(TokenizerFailure) {
      guard let identifier, (0..<SentencePieceModel.mostPieces).contains(identifier) else {
        throw .tokenizerJSON("the token \(text.debugDescription) has no possible identifier")
      }
      if let other = texts[identifier], !other.isExactly(text) {
        throw .tokenizerJSON("the identifier \(identifier) is given to two tokens")
      }
      texts[identifier] = text
    }
    for (text, identifier) in entries { try add(text, identifier.int) }
    var kinds: [Int: PieceKind] = [:]
    for token in json["added_tokens"]?.array ?? [] {
      guard let text = token["content"]?.string, let identifier = token["id"]?.int else {
        throw .tokenizerJSON("an added token has no content or no id")
      }
      try add(text, identifier)
      let isSpecial = token["special"]?.bool == true
      kinds[identifier] = isSpecial ? .control : .userDefined
      guard !isSpecial else { continue }
      for option in ["single_word", "lstrip", "rstrip"] where token[option]?.bool == true {
        throw .unsupportedPart("added token \(text.debugDescription)", found: option, supported: "none of that")
      }
      symbols.append((text, Int32(identifier)))
    }
    guard let highest = texts.keys.max() else { throw .pieceCount(0, limit: SentencePieceModel.mostPieces) }
    guard texts.count == highest + 1 else {
      throw .tokenizerJSON("the identifiers up to \(highest) are given to only \(texts.count) tokens")
    }
    let unknown = json["model"]?["unk_token"]?.string
    pieces = (0...highest).map { identifier in
      let text = texts[identifier] ?? ""
      let kind = unknown.map { text.isExactly($0) } == true ? .unknown : kinds[identifier] ?? .normal
      return Piece(text: text, score: 0, kind: kind)
    }
  }

  private func specialTokens(_ vocabulary: Vocabulary) -> SpecialTokens {
    func mark(_ names: String...) -> Int32? {
      for name in names {
        if let identifier = vocabulary.identifier(of: name.utf8), pieces[Int(identifier)].kind != .normal {
          return identifier
        }
      }
      return nil
    }
    let begin = mark("<s>", "<|endoftext|>")
    let end = mark("</s>", "<|endoftext|>")
    return SpecialTokens(
      unknown: mark("[UNK]", "<unk>", "<|endoftext|>"), begin: begin, end: end, padding: mark("[PAD]", "<pad>"),
      mask: mark("[MASK]", "<mask>"), classification: mark("[CLS]") ?? begin, separator: mark("[SEP]") ?? end)
  }

  // MARK: Models

  private func wordPiece() throws(TokenizerFailure) -> any TokenizerModel {
    let normalizer = json["normalizer"]
    try expect("normalizer", normalizer, ["BertNormalizer"])
    try expect("pre_tokenizer", json["pre_tokenizer"], ["BertPreTokenizer"])
    try expect("decoder", json["decoder"], ["WordPiece", nil])
    let lowercases = normalizer?["lowercase"]?.bool ?? true
    let words = BERTWords(
      cleans: normalizer?["clean_text"]?.bool ?? true,
      separatesIdeographs: normalizer?["handle_chinese_chars"]?.bool ?? true,
      // Where it is not said, accents go with the capitals.
      stripsAccents: normalizer?["strip_accents"]?.bool ?? lowercases, lowercases: lowercases)
    let vocabulary = Vocabulary(pieces)
    let special = specialTokens(vocabulary)
    guard special.unknown != nil else { throw .tokenizerJSON("there is no token for unknown words") }
    return WordPieceTokenizer(
      vocabulary: vocabulary, special: special, fileBytes: bytes, words: words, symbols: SymbolFinder(symbols),
      continuation: Array((json["model"]?["continuing_subword_prefix"]?.string ?? "##").utf8),
      longestWord: json["model"]?["max_input_chars_per_word"]?.int ?? 100,
      cleansUp: json["decoder"]?["cleanup"]?.bool ?? true)
  }

  private func byteLevel() throws(TokenizerFailure) -> any TokenizerModel {
    try expect("normalizer", json["normalizer"], [nil])
    try expect("pre_tokenizer", json["pre_tokenizer"], ["ByteLevel"])
    try expect("decoder", json["decoder"], ["ByteLevel", nil])
    let model = json["model"]
    if model?["fuse_unk"]?.bool == true {
      throw .unsupportedPart("fuse_unk", found: "true", supported: "false")
    }
    for part in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let found = model?[part]?.string, !found.isEmpty {
        throw .unsupportedPart(part, found: found.debugDescription, supported: "none")
      }
    }
    if json["pre_tokenizer"]?["use_regex"]?.bool == false {
      throw .unsupportedPart("pre_tokenizer", found: "ByteLevel without its pattern", supported: "ByteLevel with it")
    }
    let vocabulary = Vocabulary(pieces)
    var bytePieces: [Int32] = []
    let unknown = model?["unk_token"]?.string.flatMap { vocabulary.identifier(of: $0.utf8) }
    for character in ByteAlphabet.characters {
      bytePieces.append(
        vocabulary.identifier(of: String(character).utf8) ?? unknown ?? ByteLevelTokenizer.dropped)
    }
    guard bytePieces.contains(where: { $0 != unknown && $0 != ByteLevelTokenizer.dropped }) else {
      throw .tokenizerJSON("no token stands for a byte, so this is no byte-level vocabulary")
    }
    return ByteLevelTokenizer(
      vocabulary: vocabulary, special: specialTokens(vocabulary), fileBytes: bytes, symbols: SymbolFinder(symbols),
      merges: try merges(vocabulary), bytePieces: bytePieces,
      addsSpace: json["pre_tokenizer"]?["add_prefix_space"]?.bool ?? true,
      takesWholeWords: model?["ignore_merges"]?.bool ?? false)
  }

  private func merges(
    _ vocabulary: Vocabulary
  ) throws(TokenizerFailure) -> [ByteLevelTokenizer.Pair: (rank: Int, piece: Int32)] {
    var merges: [ByteLevelTokenizer.Pair: (rank: Int, piece: Int32)] = [:]
    for (rank, merge) in (json["model"]?["merges"]?.array ?? []).enumerated() {
      // Either "a b" or ["a", "b"].
      let parts =
        merge.array?.compactMap(\.string) ?? merge.string?.split(separator: " ", maxSplits: 1).map(String.init) ?? []
      guard parts.count == 2, let left = vocabulary.identifier(of: parts[0].utf8),
        let right = vocabulary.identifier(of: parts[1].utf8),
        let piece = vocabulary.identifier(of: (parts[0] + parts[1]).utf8)
      else { throw .tokenizerJSON("merge \(rank) names a token that is not in the vocabulary") }
      let pair = ByteLevelTokenizer.Pair(left: left, right: right)
      if merges[pair] == nil { merges[pair] = (rank, piece) }
    }
    return merges
  }

  private func expect(_ part: String, _ found: JSONValue?, _ supported: [String?]) throws(TokenizerFailure) {
    let type = found?["type"]?.string
    guard !supported.contains(type) else { return }
    throw .unsupportedPart(
      part, found: type ?? "nothing", supported: supported.map { $0 ?? "nothing" }.joined(separator: ", "))
  }
}
