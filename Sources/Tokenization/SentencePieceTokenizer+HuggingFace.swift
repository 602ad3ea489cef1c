import Files

/// The same model in the form of Hugging Face's `tokenizers`.
extension SentencePieceTokenizer {
  func tokenizerJSON(_ template: SequenceTemplate) throws(TokenizerFailure) -> [UInt8] {
    let pieces = vocabulary.pieces
    guard !pieces.contains(where: { $0.kind == .unused }) else {
      throw .notWritable("tokenizer.json cannot hold pieces that are never used, and this model has some")
    }
    guard settings.escapesWhitespace, !settings.treatsWhitespaceAsSuffix else {
      throw .notWritable("tokenizer.json is written only for models that put ▁ in front of words")
    }
    let model: JSONValue
    switch SentencePieceModel.ModelType(rawValue: settings.modelType) {
    case .bpe: model = mergeModel
    case .unigram, .char: model = unigramModel
    case .word, nil: throw .notWritable("tokenizer.json has no form for SentencePiece's word models")
    }
    let classification = special.classification.map { pieces[Int($0)] }
    let separator = special.separator.map { pieces[Int($0)] }
    let begin = special.begin.map { pieces[Int($0)] }
    let json: JSONValue = [
      "version": "1.0", "truncation": .null, "padding": .null, "added_tokens": .array(addedTokens),
      "normalizer": normalizer, "pre_tokenizer": preTokenizer,
      "post_processor": template.postProcessor(
        begin: template == .causal ? begin : classification, end: separator,
        identifier: { vocabulary.identifier(of: $0.text.utf8) }),
      "decoder": decoder, "model": model,
    ]
    return json.bytes()
  }

  /// Control pieces, which are found in a text there.
  ///
  /// A hidden word takes the space in front of it along.
  private var addedTokens: [JSONValue] {
    vocabulary.pieces.enumerated().filter { $1.kind == .control || $1.kind == .unknown }.map { identifier, piece in
      let isMask = special.mask == Int32(identifier)
      return [
        "id": .integer(identifier), "content": .string(piece.text), "single_word": false, "lstrip": .bool(isMask),
        // The word behind it gets its space as the dummy prefix.
        "rstrip": .bool(isMask && settings.addsDummyPrefix), "normalized": false, "special": true,
      ]
    }
  }

  private var normalizer: JSONValue {
    var steps = preparation
    // Symbols are not normalized; there they must hide behind characters that no text has.
    let hidden = settings.characterMap.isEmpty && !settings.removesExtraWhitespace ? [] : hiddenSymbols
    for (symbol, cover) in hidden { steps.append(Self.replace(["String": .string(symbol)], by: cover)) }
    if !settings.characterMap.isEmpty {
      steps.append([
        "type": "Precompiled", "precompiled_charsmap": .string(Base64.encoded(settings.characterMap)),
      ])
    }
    if settings.removesExtraWhitespace {
      // Their own stripping would take newlines along.
      steps.append(Self.replace(["Regex": "\\A +| +\\z"], by: ""))
      steps.append(Self.replace(["Regex": " {2,}"], by: " "))
    }
    for (symbol, cover) in hidden { steps.append(Self.replace(["String": .string(cover)], by: symbol)) }
    if settings.addsDummyPrefix { steps.append(["type": "Prepend", "prepend": "\u{2581}"]) }
    steps.append(Self.replace(["String": " "], by: "\u{2581}"))
    return ["type": "Sequence", "normalizers": .array(steps)]
  }

  /// What is done to a text before SentencePiece's own normalization.
  private var preparation: [JSONValue] {
    let options = settings.preparation
    var steps: [JSONValue] = []
    if options.contains(.plainQuotes) {
      for quotes in ["``", "''"] { steps.append(Self.replace(["String": .string(quotes)], by: "\"")) }
    }
    if options.contains(.stripsAccents) { steps += [["type": "NFKD"], ["type": "StripAccents"]] }
    if options.contains(.lowercases) { steps.append(["type": "Lowercase"]) }
    return steps
  }

  private static func replace(_ pattern: JSONValue, by content: String) -> JSONValue {
    ["type": "Replace", "pattern": pattern, "content": .string(content)]
  }

  /// User-defined symbols, the longest first, as the library matches them.
  private var symbols: [Piece] {
    vocabulary.pieces.filter { $0.kind == .userDefined }.sorted { $0.text.utf8.count > $1.text.utf8.count }
  }

  /// Each symbol with a character of a private plane.
  private var hiddenSymbols: [(symbol: String, cover: String)] {
    symbols.enumerated().compactMap { index, symbol in
      Unicode.Scalar(UInt32(0x10_0000 + index)).map { (symbol.text, String($0)) }
    }
  }

  /// Symbols of more than one character, which no merge makes.
  private var longSymbols: [Piece] { symbols.filter { $0.text.unicodeScalars.count > 1 } }

  private var preTokenizer: JSONValue {
    var steps: [JSONValue] = []
    let isBPE = settings.modelType == SentencePieceModel.ModelType.bpe.rawValue
    if isBPE, !longSymbols.isEmpty {
      let pattern = longSymbols.map { Self.escaped($0.text) }.joined(separator: "|")
      steps.append(Self.split(["Regex": .string(pattern)], "Isolated"))
    }
    if settings.hasByteFallback, !isBPE || !longSymbols.isEmpty {
      // There the names of byte pieces are found in a text; a cut before the bracket keeps them from it.
      steps.append(Self.split(["Regex": "(?<=<0x[0-9A-F][0-9A-F])>"], "MergedWithNext"))
    }
    guard steps.count > 1 else { return steps.first ?? .null }
    return ["type": "Sequence", "pretokenizers": .array(steps)]
  }

  private static func split(_ pattern: JSONValue, _ behavior: String) -> JSONValue {
    ["type": "Split", "pattern": pattern, "behavior": .string(behavior), "invert": false]
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      if "\\.+*?()[]{}|^$#&-~".contains(character) { result.append("\\") }
      result.append(character)
    }
  }

  private var decoder: JSONValue {
    var steps = [Self.replace(["String": "\u{2581}"], by: " ")]
    if !settings.hasByteFallback, let unknown = special.unknown {
      steps.append(Self.replace(["String": .string(vocabulary.pieces[Int(unknown)].text)], by: settings.unknownSurface))
    }
    steps += [["type": "ByteFallback"], ["type": "Fuse"]]
    if settings.addsDummyPrefix || settings.removesExtraWhitespace {
      steps.append(["type": "Strip", "content": " ", "start": 1, "stop": 0])
    }
    return ["type": "Sequence", "decoders": .array(steps)]
  }

  private var unigramModel: JSONValue {
    let best = vocabulary.pieces.lazy.filter { $0.kind == .normal }.map(\.score).max() ?? 0
    let entries = vocabulary.pieces.map { piece -> JSONValue in
      // The library scores a symbol so when it encodes; the file says 0.
      let score =
        piece.kind == .userDefined
        ? Double(Float(Double(Float(piece.text.utf8.count) * best) - 0.1)) : Double(piece.score)
      return [.string(piece.text), .number(score)]
    }
    return [
      "type": "Unigram", "unk_id": .integer(Int(special.unknown ?? 0)), "vocab": .array(entries),
      "byte_fallback": .bool(settings.hasByteFallback),
    ]
  }

  private var mergeModel: JSONValue {
    var identifiers = JSONObject()
    for (identifier, piece) in vocabulary.pieces.enumerated() { identifiers[piece.text] = .integer(identifier) }
    return [
      "type": "BPE", "dropout": .null,
      "unk_token": .string(special.unknown.map { vocabulary.pieces[Int($0)].text } ?? ""),
      "continuing_subword_prefix": .null, "end_of_word_suffix": .null, "fuse_unk": true,
      "byte_fallback": .bool(settings.hasByteFallback), "ignore_merges": .bool(!longSymbols.isEmpty),
      "vocab": .object(identifiers), "merges": .array(merges),
    ]
  }

  /// Every way in which a piece comes from two others, the best pieces first.
  private var merges: [JSONValue] {
    var merges: [JSONValue] = []
    let ranked = vocabulary.pieces.enumerated().filter { $1.kind == .normal }
      .sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }
    for (_, piece) in ranked {
      let bytes = Array(piece.text.utf8)
      var ways: [(left: Int32, right: Int32)] = []
      for middle in bytes.indices.dropFirst() where bytes[middle] & 0xC0 != 0x80 {
        if let left = normalPiece(bytes[..<middle]), let right = normalPiece(bytes[middle...]) {
          ways.append((left, right))
        }
      }
      for way in ways.sorted(by: { ($0.left, $0.right) < ($1.left, $1.right) }) {
        merges.append([
          .string(vocabulary.pieces[Int(way.left)].text), .string(vocabulary.pieces[Int(way.right)].text),
        ])
      }
    }
    return merges
  }

  private func normalPiece(_ bytes: ArraySlice<UInt8>) -> Int32? {
    vocabulary.identifier(of: bytes).flatMap { vocabulary.pieces[Int($0)].kind == .normal ? $0 : nil }
  }
}

/// Bytes as text (RFC 4648).
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encoded(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      bits &= 0xFF_FFFF
      for index in 0..<4 {
        text.append(
          index <= group.count ? alphabet[Int(bits >> UInt32(18 - 6 * index)) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
