import Tensors

/// BERT's tokenizer: words, each cut into the longest pieces from its front.
struct WordPieceTokenizer: TokenizerModel {
  let vocabulary: Vocabulary
  let special: SpecialTokens
  let fileBytes: [UInt8]
  let words: BERTWords
  let symbols: SymbolFinder
  /// What stands in front of a piece that continues a word.
  let continuation: [UInt8]
  /// In characters; a longer word is unknown.
  let longestWord: Int
  let cleansUp: Bool

  var decoding: DecodingRules {
    .wordPiece(prefix: String(decoding: continuation, as: UTF8.self), cleansUp: cleansUp)
  }

  func encode(_ text: UnsafeRawBufferPointer, to identifiers: inout [Int32]) {
    symbols.forEachPart(of: text) { part in
      switch part {
      case .symbol(let identifier):
        identifiers.append(identifier)
      case .text(let text):
        for word in words.words(of: String(decoding: text, as: UTF8.self)) { append(word, to: &identifiers) }
      }
    }
  }

  func encodeContinuation(_ text: UnsafeRawBufferPointer, to identifiers: inout [Int32]) {
    encode(text, to: &identifiers)
  }

  /// There is one segmentation only.
  func sample(_ text: [UInt8], alpha: Float, using random: inout RandomGenerator) -> [Int32] {
    var identifiers: [Int32] = []
    text.withUnsafeBytes { encode($0, to: &identifiers) }
    return identifiers
  }

  let samples = false

  func resample(_ pieces: ArraySlice<Int32>, alpha: Float, using random: inout RandomGenerator) -> [Int32] {
    Array(pieces)
  }

  func tokenizerJSON(_ template: SequenceTemplate) -> [UInt8] { fileBytes }

  private func append(_ word: [Unicode.Scalar], to identifiers: inout [Int32]) {
    if let pieces = pieces(of: word) {
      identifiers += pieces
    } else if let unknown = special.unknown {
      identifiers.append(unknown)
    }
  }

  /// The pieces of a word; nil where it cannot be written with them.
  private func pieces(of word: [Unicode.Scalar]) -> [Int32]? {
    guard word.count <= longestWord else { return nil }
    // The bytes of the word, and where its characters end.
    var bytes: [UInt8] = []
    var ends: [Int] = []
    for scalar in word {
      bytes += String(scalar).utf8
      ends.append(bytes.count)
    }
    var pieces: [Int32] = []
    var position = 0
    while position < bytes.count {
      guard let (identifier, end) = longestPiece(in: bytes, from: position, ends) else { return nil }
      pieces.append(identifier)
      position = end
    }
    return pieces
  }

  private func longestPiece(in bytes: [UInt8], from start: Int, _ ends: [Int]) -> (identifier: Int32, end: Int)? {
    for end in ends.reversed() where end > start {
      let spelled = (start > 0 ? continuation : []) + bytes[start..<end]
      if let identifier = vocabulary.identifier(of: spelled) { return (identifier, end) }
    }
    return nil
  }
}
