extension Tokenizer {
  /// What an identifier adds to a text that has begun, as bytes; nil for those that add nothing or are not known, and for
  /// tokenizers of words, whose pieces depend on their neighbours.
  package func continuationBytes(of identifier: Int32) -> [UInt8]? {
    let piece = piece(identifier)
    switch (model.decoding, kind(identifier)) {
    case (_, .control), (_, .unknown), (_, .unused), (.wordPiece, _): return nil
    case (.sentencePiece, .byte): return BytePiece.byte(of: piece).map { [$0] }
    case (.sentencePiece, _):
      var text = ""
      for scalar in piece.unicodeScalars { text.unicodeScalars.append(scalar == "\u{2581}" ? " " : scalar) }
      return Array(text.utf8)
    case (.byteLevel, .userDefined): return Array(piece.utf8)
    case (.byteLevel, _): return piece.unicodeScalars.compactMap { ByteAlphabet.byte(of: $0) }
    }
  }

  /// What a token says where no text stands before it; nil where nothing.
  package func firstBytes(of identifier: Int32) -> [UInt8]? {
    guard let bytes = continuationBytes(of: identifier) else { return nil }
    guard case .sentencePiece(dropsFirstSpace: true, _, _) = model.decoding, kind(identifier) != .byte,
      bytes.first == UInt8(ascii: " ")
    else { return bytes }
    return bytes.count == 1 ? nil : Array(bytes.dropFirst())
  }
}
