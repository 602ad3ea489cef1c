/// How a SentencePiece model treats text: what an export to another format has to know.
package struct SentencePieceTraits: Sendable {
  /// How text is cut.
  package enum Kind: Sendable { case unigram, bpe, word, character }

  package let kind: Kind
  package let hasByteFallback: Bool
  /// The compiled normalization rules; empty where text stays as it is.
  package let characterMap: [UInt8]
  package var hasCharacterMap: Bool { !characterMap.isEmpty }
  package let addsDummyPrefix: Bool
  package let removesExtraWhitespace: Bool
  package let treatsWhitespaceAsSuffix: Bool
  /// Whether a ▁ in a text becomes something else when it is normalized.
  package let normalizesSpaceMark: Bool
  /// Whether text is changed before SentencePiece sees it.
  package let isPrepared: Bool
}

extension Tokenizer {
  /// What kind of SentencePiece model this is; nil for other tokenizers.
  package var sentencePieceTraits: SentencePieceTraits? {
    guard let settings = (model as? SentencePieceTokenizer)?.settings else { return nil }
    let kind: SentencePieceTraits.Kind =
      switch SentencePieceModel.ModelType(rawValue: settings.modelType) {
      case .unigram, nil: .unigram
      case .bpe: .bpe
      case .word: .word
      case .char: .character
      }
    let mark = Array("\u{2581}".utf8)
    return SentencePieceTraits(
      kind: kind, hasByteFallback: settings.hasByteFallback, characterMap: settings.characterMap,
      addsDummyPrefix: settings.addsDummyPrefix, removesExtraWhitespace: settings.removesExtraWhitespace,
      treatsWhitespaceAsSuffix: settings.treatsWhitespaceAsSuffix,
      normalizesSpaceMark: CharacterMap.replacing(in: mark, by: settings.characterMap) != mark,
      isPrepared: !settings.preparation.isEmpty)
  }
}
