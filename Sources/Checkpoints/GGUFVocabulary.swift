import Files
import Tokenization

/// A vocabulary as metadata of a GGUF file.
///
/// llama.cpp reads BPE of SentencePiece as "llama", unigram as "t5", and byte-level BPE as "gpt2". What it would cut
/// otherwise than this package is refused; `Tests/Oracle` compares the rest with it.
enum GGUFVocabulary {
  typealias Metadata = [(key: String, value: GGUFFile.Value)]

  /// The metadata of a tokenizer for a model with so many rows of embeddings.
  static func metadata(_ tokenizer: Tokenizer, rows: Int) throws(GGUFFailure) -> Metadata {
    var pairs: Metadata
    var pieces = tokenizer.pieces
    if let traits = tokenizer.sentencePieceTraits {
      try check(traits, pieces)
      // A user-defined symbol is a border for llama.cpp, after which it adds a space; as an ordinary piece a single
      // character is found alike by both.
      for index in pieces.indices where pieces[index].kind == .userDefined { pieces[index].kind = .normal }
      pairs = [
        ("tokenizer.ggml.model", .string(traits.kind == .bpe ? "llama" : "t5")),
        ("tokenizer.ggml.pre", .string("default")),
        ("tokenizer.ggml.add_space_prefix", .bool(traits.addsDummyPrefix)),
        ("tokenizer.ggml.remove_extra_whitespaces", .bool(traits.removesExtraWhitespace)),
        ("tokenizer.ggml.add_bos_token", .bool(tokenizer.special.begin != nil)),
      ]
      if traits.hasCharacterMap {
        pairs.append(("tokenizer.ggml.precompiled_charsmap", .bytes(traits.characterMap)))
      }
    } else if let traits = tokenizer.byteLevelTraits {
      guard !traits.addsSpace else { throw .vocabulary(reason: "it puts a space before a text") }
      guard !traits.takesWholeWords else { throw .vocabulary(reason: "it takes words that are pieces without merging") }
      guard traits.hasEveryByte else { throw .vocabulary(reason: "it has no pieces for some bytes") }
      pairs = [
        ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string("gpt-2")),
        ("tokenizer.ggml.merges", .strings(traits.merges.map { $0.left + " " + $0.right })),
        ("tokenizer.ggml.add_bos_token", .bool(false)),
      ]
    } else {
      throw .vocabulary(reason: "it is neither SentencePiece's nor byte-level BPE")
    }
    // The model may have more rows than the tokenizer has pieces.
    for number in 0..<max(0, rows - pieces.count) {
      pieces.append(Piece(text: "[unused\(number)]", score: 0, kind: .unused))
    }
    pairs += [
      ("tokenizer.ggml.tokens", .strings(pieces.map(\.text))),
      ("tokenizer.ggml.scores", .floats(pieces.map(\.score))),
      ("tokenizer.ggml.token_type", .int32s(pieces.map(\.kind.rawValue))),
      ("tokenizer.ggml.add_eos_token", .bool(false)),
    ]
    return pairs + identifiers(tokenizer.special)
  }

  private static func identifiers(_ special: SpecialTokens) -> Metadata {
    let named = [
      ("bos", special.begin), ("eos", special.end), ("unknown", special.unknown), ("padding", special.padding),
      ("mask", special.mask),
    ]
    return named.compactMap { name, identifier in
      identifier.map { ("tokenizer.ggml.\(name)_token_id", .uint32(UInt32($0))) }
    }
  }

  private static func check(_ traits: SentencePieceTraits, _ pieces: [Piece]) throws(GGUFFailure) {
    func refuse(_ reason: String) -> GGUFFailure { .vocabulary(reason: reason) }
    guard !traits.isPrepared else { throw refuse("it lowercases texts or takes their accents away") }
    guard !traits.treatsWhitespaceAsSuffix else { throw refuse("it puts ▁ behind words") }
    switch traits.kind {
    case .bpe:
      guard traits.hasByteFallback else {
        throw refuse("it has no byte pieces, without which llama.cpp stops at unknown characters")
      }
      guard !traits.hasCharacterMap, !traits.removesExtraWhitespace else {
        throw refuse(
          "llama.cpp does not normalize text for BPE; train with the identity normalization and "
            + "remove_extra_whitespaces=false")
      }
    case .unigram, .character: try checkUnigram(traits, pieces)
    case .word: throw refuse("it has one piece for each word")
    }
    if let symbol = pieces.first(where: { $0.kind == .userDefined && $0.text.unicodeScalars.count > 1 }) {
      throw refuse("it has the user-defined symbol \(symbol.text.debugDescription) of several characters")
    }
  }

  private static func checkUnigram(_ traits: SentencePieceTraits, _ pieces: [Piece]) throws(GGUFFailure) {
    func refuse(_ reason: String) -> GGUFFailure { .vocabulary(reason: reason) }
    guard !traits.hasByteFallback else {
      throw refuse(
        "for unigram it has no byte fallback, and writes <unk> where this vocabulary writes bytes; train with "
          + "--model bpe, or with byte_fallback=false")
    }
    guard traits.hasCharacterMap else {
      if traits.removesExtraWhitespace {
        throw refuse("it keeps a ▁ at the end of a text; train with remove_extra_whitespaces=false")
      }
      if traits.addsDummyPrefix {
        throw refuse("it puts no space before a text of spaces; train with add_dummy_prefix=false")
      }
      return
    }
    if let symbol = pieces.first(where: { $0.kind == .userDefined }) {
      throw refuse("it normalizes the user-defined symbol \(symbol.text.debugDescription)")
    }
    guard traits.addsDummyPrefix == traits.removesExtraWhitespace else {
      throw refuse(
        "where a text is normalized it adds a space in front and removes extra ones, or does neither; train with "
          + "add_dummy_prefix and remove_extra_whitespaces both true or both false")
    }
    // Where ▁ stands for itself, it is taken for a space at the end of a text.
    guard !traits.removesExtraWhitespace || traits.normalizesSpaceMark else {
      throw refuse("it keeps a ▁ at the end of a text; train with the normalization nmt_nfkc")
    }
  }
}
