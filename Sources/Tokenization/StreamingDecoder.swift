/// How the pieces of a model become text.
enum DecodingRules: Sendable {
  /// SentencePiece: `▁` is a space; the first one is dropped if a dummy prefix was added.
  case sentencePiece(dropsFirstSpace: Bool, dropsLeadingSpaces: Bool, unknown: String)
  /// WordPiece: words are parted by spaces, `prefix` continues a word.
  case wordPiece(prefix: String, cleansUp: Bool)
  /// Byte-level BPE: each character of a piece stands for a byte.
  case byteLevel
}

/// Turns identifiers that come one by one into text, as soon as it is certain.
///
/// What it emits is always whole characters: bytes that may still become one are held back. All that it emits, one
/// behind the other and `flush` at the end, is what `Tokenizer.decode` gives for all the identifiers.
///
/// ```swift
/// var decoder = tokenizer.streamingDecoder()
/// for identifier in generated { print(decoder.append(identifier), terminator: "") }
/// print(decoder.flush())
/// ```
public struct StreamingDecoder: Sendable {
  private let model: any TokenizerModel
  private var bytes: ByteAssembler
  /// Whether nothing has been emitted yet, so that a space in front is the dummy prefix.
  private var isAtBeginning = true

  /// A decoder at the beginning of a text.
  public init(_ tokenizer: Tokenizer) {
    model = tokenizer.model
    if case .sentencePiece = model.decoding {
      bytes = ByteAssembler(replacesEachByte: true)
    } else {
      bytes = ByteAssembler(replacesEachByte: false)
    }
  }

  /// The text that is certain now that this identifier is known; often empty.
  public mutating func append(_ identifier: Int32) -> String {
    var text: [UInt8] = []
    append(identifier, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// The text that was held back.
  ///
  /// The decoder is at the beginning of a text again.
  public mutating func flush() -> String {
    var text: [UInt8] = []
    flush(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  mutating func flush(to text: inout [UInt8]) {
    bytes.flush(to: &text)
    isAtBeginning = true
  }

  mutating func append(_ identifier: Int32, to text: inout [UInt8]) {
    guard model.vocabulary.pieces.indices.contains(Int(identifier)) else {
      bytes.flush(to: &text)
      text += "\u{FFFD}".utf8
      isAtBeginning = false
      return
    }
    let start = text.count
    switch model.decoding {
    case .sentencePiece(let dropsFirst, let dropsLeading, let unknown):
      let dropped = appendSentencePiece(
        identifier, to: &text, dropsFirstSpace: dropsFirst && isAtBeginning, unknown: unknown)
      // The one dummy prefix ends the beginning, unless every space in front is to go.
      if dropped, !dropsLeading { isAtBeginning = false }
    case .wordPiece(let prefix, let cleansUp):
      appendWordPiece(identifier, to: &text, prefix: prefix, cleansUp: cleansUp)
    case .byteLevel:
      appendByteLevel(identifier, to: &text)
    }
    if text.count > start { isAtBeginning = false }
  }

  /// Returns whether a space in front was dropped.
  private mutating func appendSentencePiece(
    _ identifier: Int32, to text: inout [UInt8], dropsFirstSpace: Bool, unknown: String
  ) -> Bool {
    let piece = model.vocabulary.pieces[Int(identifier)]
    if piece.kind == .byte, let byte = BytePiece.byte(of: piece.text) {
      bytes.append(byte, to: &text)
      return false
    }
    let start = text.count
    bytes.flush(to: &text)
    switch piece.kind {
    case .control:
      return false
    case .unknown:
      text += unknown.utf8
      return false
    default:
      var characters = piece.text.unicodeScalars[...]
      // Bytes that were held back until now are text in front of this piece.
      let drops = dropsFirstSpace && text.count == start && characters.first == "\u{2581}"
      if drops { characters.removeFirst() }
      for character in characters { text += String(character == "\u{2581}" ? " " : character).utf8 }
      return drops
    }
  }

  private mutating func appendWordPiece(
    _ identifier: Int32, to text: inout [UInt8], prefix: String, cleansUp: Bool
  ) {
    let piece = model.vocabulary.pieces[Int(identifier)]
    guard piece.kind != .control else { return }
    var word = piece.text
    if !isAtBeginning {
      // By bytes: an accent behind the prefix would be one character with its end.
      word =
        word.utf8.starts(with: prefix.utf8)
        ? String(decoding: word.utf8.dropFirst(prefix.utf8.count), as: UTF8.self) : " " + word
    }
    text += (cleansUp ? WordPieceCleanup.clean(word) : word).utf8
  }

  private mutating func appendByteLevel(_ identifier: Int32, to text: inout [UInt8]) {
    let piece = model.vocabulary.pieces[Int(identifier)]
    switch piece.kind {
    case .control, .unknown:
      bytes.flush(to: &text)
    case .userDefined:
      bytes.flush(to: &text)
      text += piece.text.utf8
    default:
      for scalar in piece.text.unicodeScalars {
        if let byte = ByteAlphabet.byte(of: scalar) { bytes.append(byte, to: &text) }
      }
    }
  }
}
