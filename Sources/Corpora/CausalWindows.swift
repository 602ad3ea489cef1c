import Transformers

/// Windows for a causal model: each token is to predict the next.
public struct CausalWindows: LanguageBatchMaker {
  /// The text.
  public let stream: TokenStream
  /// Tokens in a window, at most.
  public let context: Int
  /// Whether a window may hold several documents that see each other.
  public let crossesDocuments: Bool
  /// Bytes of text behind the tokens of an epoch: for bits per byte.
  public var byteCount: Int { stream.shard.textByteCount }

  private let windows: StreamWindows

  /// Windows over a stream.
  /// - Parameters:
  ///   - context: Tokens in a window; a shorter stream makes one shorter window.
  ///   - crossesDocuments: Whether tokens may see the document before theirs in the same window. If not, windows are
  ///     parted into sequences at documents, and the token after a document's last one is not a target.
  /// - Throws: `CorpusFailure.tooFewTokens` where there is nothing to predict.
  public init(
    _ stream: TokenStream, context: Int, order: WindowOrder, crossesDocuments: Bool = true
  ) throws(CorpusFailure) {
    guard context > 0 else { throw .badContext(context, least: 1) }
    guard stream.count > 1 else { throw .tooFewTokens(found: stream.count, least: 2) }
    self.stream = stream
    self.context = context
    self.crossesDocuments = crossesDocuments
    if case .random = order {
      // Every start has a whole window of targets.
      windows = StreamWindows(positions: stream.count - 1, width: context, order: order)
    } else {
      windows = StreamWindows(positions: stream.count, width: context, order: order)
    }
  }

  /// Windows in an epoch.
  public var sequencesPerEpoch: Int { windows.perEpoch }

  /// The most tokens that `sequences` windows can have.
  public func maximumTokens(sequences: Int) -> Int { sequences * min(context, stream.count) }

  /// The most sequences that `sequences` windows can become.
  public func maximumSequences(sequences: Int) -> Int {
    sequences * (crossesDocuments ? 2 : max(2, min(context, stream.count)))
  }

  /// Appends one window: its tokens, and for each the next token as its target.
  public func append(_ number: Int, to batch: inout LanguageBatch) {
    let (first, second) = windows.ranges(number)
    append(first, to: &batch)
    append(second, to: &batch)
  }

  private func append(_ range: Range<Int>, to batch: inout LanguageBatch) {
    // The stream's last token predicts nothing.
    let range = range.clamped(to: 0..<stream.count - 1)
    guard !range.isEmpty else { return }
    guard !crossesDocuments else { return appendSequence(range, to: &batch) }
    var document = stream.document(at: range.lowerBound)
    var start = range.lowerBound
    while start < range.upperBound {
      let documentEnd = stream.start(ofDocument: document + 1)
      appendSequence(start..<min(documentEnd - 1, range.upperBound), to: &batch)
      start = documentEnd
      document += 1
    }
  }

  private func appendSequence(_ range: Range<Int>, to batch: inout LanguageBatch) {
    guard !range.isEmpty else { return }
    let row = batch.batch.tokens.count
    stream.append(range.lowerBound..<range.upperBound + 1, to: &batch.batch.tokens)
    for offset in 0..<range.count {
      batch.targets.rows.append(Int32(row + offset))
      batch.targets.tokens.append(batch.batch.tokens[row + offset + 1])
    }
    batch.batch.tokens.removeLast()
    batch.batch.lengths.append(range.count)
  }
}
