import Files
import Tokenization

/// What turns text into tokens.
public struct TextEncoder: Sendable {
  /// Every token is below this.
  public let vocabularySize: Int
  /// Different for encoders that give different tokens.
  public let identity: String
  /// The tokens of text in UTF-8; `continues` says that it goes on from text before it.
  public let encode: @Sendable (_ text: [UInt8], _ continues: Bool) -> [Int32]

  /// An encoder of one's own.
  public init(
    vocabularySize: Int, identity: String, encode: @escaping @Sendable (_ text: [UInt8], _ continues: Bool) -> [Int32]
  ) {
    self.vocabularySize = vocabularySize
    self.identity = identity
    self.encode = encode
  }

  /// A tokenizer as encoder.
  public init(_ tokenizer: Tokenizer) {
    self.init(
      vocabularySize: tokenizer.vocabularySize, identity: SHA256.digest(of: tokenizer.modelBytes).description
    ) { text, continues in
      continues
        ? tokenizer.encodeContinuation(String(decoding: text, as: UTF8.self)) : tokenizer.encode(utf8: text)
    }
  }
}
