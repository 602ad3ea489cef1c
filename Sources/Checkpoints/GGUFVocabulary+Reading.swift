import Tokenization

extension GGUFVocabulary {
  /// The tokenizer of a GGUF file; nil where it says that it has none.
  static func tokenizer(of content: GGUFContent) throws -> Tokenizer? {
    let reader = GGUFMetadata(content)
    let model = try reader.string("tokenizer.ggml.model") ?? "none"
    if model == "none" || model == "no_vocab" { return nil }
    guard ["llama", "t5", "gpt2"].contains(model) else {
      throw reader.refuse("tokenizer.ggml.model", model.debugDescription, "\"llama\", \"t5\" or \"gpt2\"")
    }
    let pieces = try pieces(reader)
    let special = try special(reader, model, pieces)
    do {
      if model == "gpt2" { return try byteLevel(reader, pieces) }
      return try Tokenizer(
        sentencePieces: pieces, isBPE: model == "llama", special: special,
        characterMap: try reader.bytes("tokenizer.ggml.precompiled_charsmap") ?? [],
        addsDummyPrefix: try reader.bool("tokenizer.ggml.add_space_prefix") ?? true,
        removesExtraWhitespace: try reader.bool("tokenizer.ggml.remove_extra_whitespaces") ?? false)
    } catch let failure as TokenizerFailure {
      throw GGUFFileFailure.vocabulary(path: content.file.path, reason: failure.description)
    }
  }

  private static func pieces(_ reader: GGUFMetadata) throws -> [Piece] {
    let texts = try reader.strings("tokenizer.ggml.tokens") ?? []
    let scores = try reader.numbers("tokenizer.ggml.scores") ?? [Float](repeating: 0, count: texts.count)
    let kinds = try reader.integers("tokenizer.ggml.token_type") ?? [Int](repeating: 1, count: texts.count)
    guard !texts.isEmpty, scores.count == texts.count, kinds.count == texts.count else {
      throw GGUFFileFailure.vocabulary(
        path: reader.path, reason: "it has \(texts.count) tokens, \(scores.count) scores and \(kinds.count) types")
    }
    var pieces: [Piece] = []
    for index in texts.indices {
      guard let kind = Int32(exactly: kinds[index]).flatMap(PieceKind.init(rawValue:)) else {
        throw GGUFFileFailure.vocabulary(path: reader.path, reason: "token \(index) is of the type \(kinds[index])")
      }
      pieces.append(Piece(text: texts[index], score: scores[index], kind: kind))
    }
    // Rows of embeddings behind the vocabulary.
    while pieces.last?.kind == .unused { pieces.removeLast() }
    // A newline that is in no other piece is a border between lines, as when it was a symbol.
    if let newline = pieces.firstIndex(where: { $0.text == "\n" && $0.kind == .normal }),
      !pieces.contains(where: { $0.text.utf8.count > 1 && $0.text.utf8.contains(UInt8(ascii: "\n")) })
    {
      pieces[newline].kind = .userDefined
    }
    return pieces
  }

  /// The special tokens; where the file is silent, those of llama.cpp for this kind of vocabulary.
  private static func special(
    _ reader: GGUFMetadata, _ model: String, _ pieces: [Piece]
  ) throws -> SpecialTokens {
    func identifier(_ name: String, or fallback: Int?) throws -> Int32? {
      let key = "tokenizer.ggml.\(name)_token_id"
      guard let found = try reader.integer(key) ?? fallback else { return nil }
      guard pieces.indices.contains(found) else {
        throw reader.refuse(key, "\(found)", "an identifier below \(pieces.count)")
      }
      return Int32(found)
    }
    return SpecialTokens(
      begin: try identifier("bos", or: model == "llama" ? 1 : nil),
      end: try identifier("eos", or: model == "llama" ? 2 : model == "t5" ? 1 : nil),
      padding: try identifier("padding", or: nil))
  }

  private static func byteLevel(_ reader: GGUFMetadata, _ pieces: [Piece]) throws -> Tokenizer {
    let pre = try reader.string("tokenizer.ggml.pre") ?? "default"
    guard pre == "gpt-2" else {
      throw reader.refuse("tokenizer.ggml.pre", pre.debugDescription, "\"gpt-2\"")
    }
    let merges = try (try reader.strings("tokenizer.ggml.merges") ?? []).enumerated().map { index, merge in
      let parts = merge.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
      guard parts.count == 2 else {
        throw GGUFFileFailure.vocabulary(path: reader.path, reason: "merge \(index) is not two pieces")
      }
      return (parts[0], parts[1])
    }
    return try Tokenizer(
      byteLevelPieces: pieces.map(\.text), merges: merges,
      special: pieces.filter { $0.kind == .control || $0.kind == .userDefined }.map(\.text))
  }
}

/// Values of a GGUF file's metadata by their keys, of the type that is asked for.
struct GGUFMetadata {
  private let content: GGUFContent
  var path: String { content.file.path }

  init(_ content: GGUFContent) { self.content = content }

  func refuse(_ key: String, _ found: String, _ expected: String) -> GGUFFileFailure {
    .value(path: path, key: key, found: found, expected: expected)
  }

  func integer(_ key: String) throws -> Int? {
    guard let value = content[key] else { return nil }
    guard case .integer(let number) = value else { throw wrongType(key, "an integer") }
    return number
  }

  func number(_ key: String) throws -> Double? {
    switch content[key] {
    case nil: return nil
    case .number(let number)? where number.isFinite: return number
    default: throw wrongType(key, "a number")
    }
  }

  func string(_ key: String) throws -> String? {
    guard let value = content[key] else { return nil }
    guard case .string(let text) = value else { throw wrongType(key, "a string") }
    return text
  }

  func bool(_ key: String) throws -> Bool? {
    guard let value = content[key] else { return nil }
    guard case .bool(let truth) = value else { throw wrongType(key, "true or false") }
    return truth
  }

  func strings(_ key: String) throws -> [String]? {
    guard let value = content[key] else { return nil }
    guard case .strings(let texts) = value else { throw wrongType(key, "an array of strings") }
    return texts
  }

  func numbers(_ key: String) throws -> [Float]? {
    guard let value = content[key] else { return nil }
    guard case .numbers(let numbers) = value else { throw wrongType(key, "an array of numbers") }
    return numbers
  }

  func integers(_ key: String) throws -> [Int]? {
    guard let value = content[key] else { return nil }
    switch value {
    case .integers(let numbers): return numbers
    case .bytes(let numbers): return numbers.map(Int.init)
    default: throw wrongType(key, "an array of integers")
    }
  }

  /// Bytes, whether they are written signed or not.
  func bytes(_ key: String) throws -> [UInt8]? {
    guard let numbers = try integers(key) else { return nil }
    guard numbers.allSatisfy({ (-128...255).contains($0) }) else { throw wrongType(key, "an array of bytes") }
    return numbers.map { UInt8(truncatingIfNeeded: $0) }
  }

  private func wrongType(_ key: String, _ expected: String) -> GGUFFileFailure {
    refuse(key, "a value of another kind", expected)
  }
}
