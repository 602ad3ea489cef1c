extension Tokenizer {
  /// Which tokens begin a word: those with a space before them, or in WordPiece those that do not continue one.
  public var wordBeginnings: [Bool] {
    switch model {
    case let wordPiece as WordPieceTokenizer:
      let continuation = String(decoding: wordPiece.continuation, as: UTF8.self)
      return pieces.map { $0.kind == .normal && !$0.text.hasPrefix(continuation) }
    case is ByteLevelTokenizer:
      // The space and the newline in GPT-2's alphabet of visible bytes.
      return pieces.map { $0.kind == .normal && ($0.text.hasPrefix("\u{120}") || $0.text.hasPrefix("\u{10A}")) }
    default:
      return pieces.map { $0.text.hasPrefix("\u{2581}") }
    }
  }

  /// The token of a space alone; nil where there is none.
  public var blank: Int32? { identifier(ofPiece: model is ByteLevelTokenizer ? "\u{120}" : "\u{2581}") }

  /// Which tokens end a sentence, where a word or nothing follows them: full stops, question and exclamation marks of
  /// several scripts, quotation marks after them included, and newlines.
  public var sentenceEnds: [Bool] {
    pieces.map { piece in
      guard piece.kind != .control, piece.kind != .unknown, piece.kind != .unused else { return false }
      if piece.kind == .byte { return piece.text == "<0x0A>" }
      if piece.text.contains("\n") || piece.text.contains("\u{10A}") { return true }
      return piece.text.unicodeScalars.last { !Self.closing.contains($0) }.map(Self.stops.contains) ?? false
    }
  }

  private static let stops = Set(".!?…。！？।؟".unicodeScalars)
  private static let closing = Set("\"'”’»)]".unicodeScalars)
}
