/// A shard read as one stream of tokens, with what stands before and after each document.
///
/// A causal model reads `<s> document </s>`, a masked one `document </s>`, and a character model in the manner of
/// nanoGPT the document alone; the shard holds documents only, so one shard serves all three.
public struct TokenStream: Sendable {
  /// The documents.
  public let shard: TokenShard
  /// The token before each document.
  public let begin: Int32?
  /// The token after each document.
  public let end: Int32?
  /// Tokens, with those before and after documents.
  public let count: Int

  private var extra: Int { (begin == nil ? 0 : 1) + (end == nil ? 0 : 1) }

  /// A stream over a shard.
  public init(_ shard: TokenShard, begin: Int32?, end: Int32?) {
    self.shard = shard
    self.begin = begin
    self.end = end
    self.count = shard.tokenCount + shard.documentCount * ((begin == nil ? 0 : 1) + (end == nil ? 0 : 1))
  }

  /// Where a document starts in the stream; `documentCount` gives the end of the stream.
  public func start(ofDocument document: Int) -> Int { shard.start(ofDocument: document) + document * extra }

  /// The document that holds a position.
  public func document(at position: Int) -> Int {
    precondition((0..<count).contains(position), "position \(position) outside a stream of \(count) tokens")
    var low = 0
    var high = shard.documentCount
    while high - low > 1 {
      let middle = (low + high) / 2
      if start(ofDocument: middle) <= position { low = middle } else { high = middle }
    }
    return low
  }

  /// Appends the tokens at `range` to `tokens`.
  public func append(_ range: Range<Int>, to tokens: inout [Int32]) {
    guard !range.isEmpty else { return }
    var position = range.lowerBound
    var document = document(at: position)
    while position < range.upperBound {
      let first = start(ofDocument: document)
      let next = start(ofDocument: document + 1)
      let contents = first + (begin == nil ? 0 : 1)
      let length = shard.start(ofDocument: document + 1) - shard.start(ofDocument: document)
      if let begin, position == first {
        tokens.append(begin)
        position += 1
      }
      let taken = max(position, contents)..<min(contents + length, range.upperBound)
      if !taken.isEmpty, position >= contents {
        let offset = shard.start(ofDocument: document) - contents
        shard.append(taken.lowerBound + offset..<taken.upperBound + offset, to: &tokens)
        position = taken.upperBound
      }
      if let end, position == contents + length, position < range.upperBound {
        tokens.append(end)
        position += 1
      }
      if position == next { document += 1 }
    }
  }

  /// The tokens at `range`.
  public subscript(range: Range<Int>) -> [Int32] {
    var tokens: [Int32] = []
    tokens.reserveCapacity(range.count)
    append(range, to: &tokens)
    return tokens
  }
}
