import Tokenization

/// The tokens of a text that is given as words, and which of them speaks for each word.
public struct WordTokens: Sendable, Equatable {
  /// The tokens of all words, without marks.
  public private(set) var tokens: [Int32] = []
  /// For each word the token that answers, as an index into `tokens`; nil for a word that has no tokens.
  public private(set) var answers: [Int?] = []
  /// Where each word's tokens begin, and where the last one's end.
  public private(set) var starts: [Int] = [0]

  /// Encodes words.
  /// - Parameters:
  ///   - lastPiece: Whether a word's last token answers, which in a causal model alone has seen the whole word; otherwise
  ///     its first, as in Hugging Face's examples.
  ///   - blank: The token of a space alone, which answers for no word that has others.
  ///   - encode: A text to tokens.
  ///   - continuation: A text that goes on from one before it, to tokens.
  public init(
    _ words: [String], lastPiece: Bool, blank: Int32? = nil, encode: (String) -> [Int32],
    continuation: (String) -> [Int32]
  ) {
    for (index, word) in words.enumerated() {
      let pieces = index == 0 ? encode(word) : continuation(" " + word)
      let first = pieces.count > 1 && pieces[0] == blank ? 1 : 0
      answers.append(pieces.isEmpty ? nil : tokens.count + (lastPiece ? pieces.count - 1 : first))
      tokens += pieces
      starts.append(tokens.count)
    }
  }

  /// Encodes words with a tokenizer.
  public init(_ words: [String], lastPiece: Bool, tokenizer: Tokenizer) {
    self.init(
      words, lastPiece: lastPiece, blank: tokenizer.blank, encode: { tokenizer.encode($0) },
      continuation: { tokenizer.encodeContinuation($0) })
  }
}
