/// The rules that a model keeps before libsentencepiece sees it. Version 0.1.97 trusts what it loads: each rule
/// stands for a file that it crashes on or silently misreads.
extension SentencePieceModel {
  static let mostPieces = 1_000_000
  /// In bytes.
  ///
  /// The library overflows its stack somewhere between 100 and 200 KB.
  static let longestPiece = 1_024
  static let mostNestedSymbols = 64
  static let largestSelfTest = 1 << 20

  package func validate() throws(TokenizerFailure) {
    // A file that is cut exactly between two parts is still a valid protobuf.
    guard hasTrainerPart else { throw .missingPart("trainer_spec") }
    guard hasNormalizerPart else { throw .missingPart("normalizer_spec") }
    guard ModelType(rawValue: modelType) != nil else { throw .unknownModelType(modelType) }
    guard !hasDenormalizerMap else { throw .denormalizer }
    guard selfTestBytes <= Self.largestSelfTest else {
      throw .selfTestTooLarge(bytes: selfTestBytes, limit: Self.largestSelfTest)
    }
    try validatePieces()
    try validateBytePieces()
    try validateSpecialIdentifiers()
    try validateNesting()
    if let fault = CharacterMap.fault(in: characterMap) { throw .characterMap(fault) }
  }

  private func validatePieces() throws(TokenizerFailure) {
    guard !pieces.isEmpty else { throw .pieceCount(0, limit: Self.mostPieces) }
    let vocabulary = Vocabulary(pieces)
    for (identifier, piece) in pieces.enumerated() {
      guard !piece.text.isEmpty else { throw .pieceLength(identifier: identifier, bytes: 0, limit: Self.longestPiece) }
      guard !piece.text.utf8.contains(0) else { throw .pieceHoldsNUL(identifier: identifier) }
      guard piece.score.isFinite else { throw .scoreNotFinite(identifier: identifier) }
      if let first = vocabulary.identifier(of: piece.text.utf8), Int(first) != identifier {
        throw .duplicatePiece(piece.text, first: min(Int(first), identifier), second: max(Int(first), identifier))
      }
    }
    let unknownCount = pieces.count { $0.kind == .unknown }
    guard unknownCount == 1 else { throw .unknownPieceCount(unknownCount) }
  }

  private func validateBytePieces() throws(TokenizerFailure) {
    let bytes = pieces.filter { $0.kind == .byte }
    guard hasByteFallback else {
      if bytes.isEmpty { return }
      throw .bytePieces("there are \(bytes.count) of them, but byte_fallback is off")
    }
    let values = Set(bytes.compactMap { BytePiece.byte(of: $0.text) })
    guard bytes.count == 256, values.count == 256 else {
      throw .bytePieces("byte_fallback needs <0x00> to <0xFF>, and \(values.count) of them are there")
    }
  }

  private func validateSpecialIdentifiers() throws(TokenizerFailure) {
    let named = [
      ("unk_id", unknownIdentifier), ("bos_id", beginIdentifier), ("eos_id", endIdentifier),
      ("pad_id", paddingIdentifier),
    ]
    for (name, identifier) in named where !(-1..<pieces.count).contains(identifier) {
      throw .specialOutOfRange(name, identifier: identifier, pieces: pieces.count)
    }
  }

  /// The library notes the matches of a text with the symbols in a list of fixed length.
  private func validateNesting() throws(TokenizerFailure) {
    let symbols = pieces.filter { $0.kind == .userDefined }
    let vocabulary = Vocabulary(symbols)
    for symbol in symbols {
      var hash = PieceHash()
      var count = 0
      for (index, byte) in symbol.text.utf8.enumerated() {
        hash.add(byte)
        if vocabulary.identifier(of: symbol.text.utf8.prefix(index + 1), hash: hash) != nil { count += 1 }
      }
      guard count <= Self.mostNestedSymbols else {
        throw .nestedSymbols(symbol.text, count: count, limit: Self.mostNestedSymbols)
      }
    }
  }
}

/// The names of byte pieces.
enum BytePiece {
  /// The byte that a name like `<0x0A>` stands for; nil for anything else.
  static func byte(of name: String) -> UInt8? {
    let characters = Array(name.utf8)
    guard characters.count == 6, name.hasPrefix("<0x"), name.hasSuffix(">") else { return nil }
    let digits = name.dropFirst(3).dropLast()
    return digits == digits.uppercased() ? UInt8(digits, radix: 16) : nil
  }
}
