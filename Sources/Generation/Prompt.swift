/// What a text begins with.
public struct Prompt: Sendable, Hashable, ExpressibleByStringInterpolation {
  /// A prompt is text, or what the tokenizer has made of it already.
  public enum Content: Sendable, Hashable {
    /// Text; the token that begins a document is put before it.
    case text(String)
    /// Tokens, as they stand: to go on with a text from where it was left.
    case tokens([Int32])
  }

  /// The content.
  public var content: Content
  /// Which of several texts of one prompt and one seed is wanted: each number gives another.
  public var sample: Int

  /// A prompt of text.
  public init(_ text: String, sample: Int = 0) {
    self.content = .text(text)
    self.sample = sample
  }

  /// A prompt of tokens.
  public init(tokens: [Int32], sample: Int = 0) {
    self.content = .tokens(tokens)
    self.sample = sample
  }

  /// A prompt of text.
  public init(stringLiteral text: String) { self.init(text) }
}
