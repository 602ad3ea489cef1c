/// Cuts a long text where the pieces of both parts are the pieces of the whole.
///
/// The library needs some hundred bytes of memory for each piece and sums scores in single precision, so a document
/// of many megabytes is given to it in parts. A cut is made at a single space, which the second part gets back as
/// its dummy prefix, or before a newline that is a symbol of its own; and only if no piece reaches over such a place.
struct TextCutter: Sendable {
  /// A text that is not longer stays whole.
  static let longestPart = 16 << 10

  private let cutsAtSpace: Bool
  private let keepsSpace: Bool
  private let cutsAtNewline: Bool
  /// Without a normalization table only ASCII has spaces and nothing combines with its neighbour.
  private let hasCharacterMap: Bool

  init(_ vocabulary: Vocabulary, _ model: SentencePieceModel, newlineIsSymbol: Bool) {
    let space = Array("\u{2581}".utf8)
    let standard =
      !model.treatsWhitespaceAsSuffix && model.escapesWhitespace
      && model.modelType != SentencePieceModel.ModelType.word.rawValue && vocabulary.identifier(of: space) != nil
    keepsSpace = !model.addsDummyPrefix
    cutsAtSpace =
      standard && (model.addsDummyPrefix || !model.removesExtraWhitespace)
      && vocabulary.pieces.allSatisfy { Self.hasSpacesOnlyInFront($0) }
    cutsAtNewline =
      standard && newlineIsSymbol
      && !vocabulary.pieces.contains { $0.text.utf8.contains(UInt8(ascii: "\n")) && $0.text.utf8.count > 1 }
    hasCharacterMap = !model.characterMap.isEmpty
  }

  private static func hasSpacesOnlyInFront(_ piece: Piece) -> Bool {
    !piece.text.contains(" ") && !piece.text.drop { $0 == "\u{2581}" }.unicodeScalars.contains("\u{2581}")
  }

  /// Calls `body` with each part and whether it begins with the newline that it was cut at.
  func forEachPart(of text: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, Bool) -> Void) {
    var start = 0
    var isCutAtNewline = false
    while text.count - start > Self.longestPart, cutsAtSpace || cutsAtNewline {
      // The last good place in the part; where there is none, the first behind it.
      let limit = start + Self.longestPart
      let place =
        (start + 1..<limit).last { isCut(text, at: $0) }
        ?? (limit..<text.count - 1).first { isCut(text, at: $0) }
      guard let place else { break }
      body(UnsafeRawBufferPointer(rebasing: text[start..<place]), isCutAtNewline)
      isCutAtNewline = text[place] == UInt8(ascii: "\n")
      start = isCutAtNewline || keepsSpace ? place : place + 1
    }
    body(UnsafeRawBufferPointer(rebasing: text[start...]), isCutAtNewline)
  }

  private func isCut(_ text: UnsafeRawBufferPointer, at place: Int) -> Bool {
    let byte = text[place]
    guard byte == UInt8(ascii: " ") ? cutsAtSpace : byte == UInt8(ascii: "\n") && cutsAtNewline else { return false }
    return isPlain(text[place - 1]) && isPlain(text[place + 1])
  }

  private func isPlain(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) || (byte >= 0x80 && !hasCharacterMap)
  }
}
