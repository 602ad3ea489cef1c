/// The identifiers of the pieces that are not text.
public struct SpecialTokens: Sendable, Hashable {
  /// What stands for text that the vocabulary cannot write.
  public var unknown: Int32?
  /// What begins a document: `<s>`.
  public var begin: Int32?
  /// What ends a document: `</s>`.
  public var end: Int32?
  /// What fills up a batch where a consumer needs that: `<pad>`.
  public var padding: Int32?
  /// What hides a word from a masked model: `<mask>`.
  public var mask: Int32?
  /// What a classifier reads its answer from: `[CLS]` where the vocabulary has it, otherwise the same as `begin`.
  public var classification: Int32?
  /// What parts two texts, and ends the last: `[SEP]` where the vocabulary has it, otherwise the same as `end`.
  public var separator: Int32?

  /// No special tokens, unless given.
  public init(
    unknown: Int32? = nil, begin: Int32? = nil, end: Int32? = nil, padding: Int32? = nil, mask: Int32? = nil,
    classification: Int32? = nil, separator: Int32? = nil
  ) {
    self.unknown = unknown
    self.begin = begin
    self.end = end
    self.padding = padding
    self.mask = mask
    self.classification = classification
    self.separator = separator
  }

  /// All that are there, each once, in order of their identifiers.
  public var all: [Int32] {
    Set([unknown, begin, end, padding, mask, classification, separator].compactMap(\.self)).sorted()
  }
}
