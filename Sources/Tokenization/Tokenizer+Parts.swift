import Files

/// What a byte-level BPE tokenizer consists of: what an export to another format has to know.
package struct ByteLevelTraits: Sendable {
  /// The pairs of pieces that become one, the first merge first.
  package let merges: [(left: String, right: String)]
  /// Whether a space is put before a text.
  package let addsSpace: Bool
  /// Whether a word that is a piece is not cut any further.
  package let takesWholeWords: Bool
  /// Whether each byte has a piece of its own.
  package let hasEveryByte: Bool
}

extension Tokenizer {
  /// What kind of byte-level BPE this is; nil for other tokenizers.
  package var byteLevelTraits: ByteLevelTraits? {
    guard let model = model as? ByteLevelTokenizer else { return nil }
    let merges = model.merges.sorted { $0.value.rank < $1.value.rank }
      .map { (left: piece($0.key.left), right: piece($0.key.right)) }
    return ByteLevelTraits(
      merges: merges, addsSpace: model.addsSpace, takesWholeWords: model.takesWholeWords,
      hasEveryByte: Set(model.bytePieces).count == 256 && !model.bytePieces.contains(ByteLevelTokenizer.dropped))
  }

  /// A SentencePiece model of pieces that come from a file of another format.
  ///
  /// - Parameters:
  ///   - pieces: in order of their identifiers.
  ///   - isBPE: whether pieces are merged by their scores; otherwise the most likely ones are taken (unigram).
  ///   - special: which pieces begin, end and fill texts.
  ///   - characterMap: the normalization table; empty where text stays as it is.
  ///   - addsDummyPrefix: whether a space is put before a text.
  ///   - removesExtraWhitespace: whether spaces in a row become one.
  package init(
    sentencePieces pieces: [Piece], isBPE: Bool, special: SpecialTokens, characterMap: [UInt8], addsDummyPrefix: Bool,
    removesExtraWhitespace: Bool
  ) throws(TokenizerFailure) {
    var model = SentencePieceModel(pieces: pieces, type: isBPE ? .bpe : .unigram)
    model.characterMap = characterMap
    model.addsDummyPrefix = addsDummyPrefix
    model.removesExtraWhitespace = removesExtraWhitespace
    func name(_ identifier: Int32?, or text: String) -> (Int, String) {
      guard let identifier, pieces.indices.contains(Int(identifier)) else { return (-1, text) }
      return (Int(identifier), pieces[Int(identifier)].text)
    }
    (model.beginIdentifier, model.beginPiece) = name(special.begin, or: model.beginPiece)
    (model.endIdentifier, model.endPiece) = name(special.end, or: model.endPiece)
    (model.paddingIdentifier, model.paddingPiece) = name(special.padding, or: model.paddingPiece)
    let unknown = pieces.firstIndex { $0.kind == .unknown }.map(Int32.init)
    (model.unknownIdentifier, model.unknownPiece) = name(unknown, or: model.unknownPiece)
    self.init(model: try SentencePieceTokenizer(modelBytes: model.serialized))
  }

  /// Byte-level BPE, as GPT-2 has it, of pieces that come from a file of another format.
  ///
  /// - Parameters:
  ///   - pieces: in order of their identifiers.
  ///   - merges: the first merge first.
  ///   - special: the pieces that are not text.
  package init(
    byteLevelPieces pieces: [String], merges: [(String, String)], special: [String]
  ) throws(TokenizerFailure) {
    try self.init(modelBytes: ByteLevelList(pieces: pieces, merges: merges, special: special).tokenizerJSON([:]))
  }
}
