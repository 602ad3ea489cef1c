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
  private let sampling: SubwordSampling?

  /// Windows over a stream.
  /// - Parameters:
  ///   - context: Tokens in a window; a shorter stream makes one shorter window.
  ///   - crossesDocuments: Whether tokens may see the document before theirs in the same window. If not, windows are
  ///     parted into sequences at documents, and the token after a document's last one is not a target.
  ///   - sampling: Cuts the text into other pieces each time; nil reads the tokens as they are.
  /// - Throws: `CorpusFailure.tooFewTokens` where there is nothing to predict.
  public init(
    _ stream: TokenStream, context: Int, order: WindowOrder, crossesDocuments: Bool = true,
    sampling: SubwordSampling? = nil
  ) throws(CorpusFailure) {
    guard context > 0 else { throw .badContext(context, least: 1) }
    guard stream.count > 1 else { throw .tooFewTokens(found: stream.count, least: 2) }
    self.stream = stream
    self.context = context
    self.crossesDocuments = crossesDocuments
    self.sampling = sampling
    let width = sampling.map { max(1, Int(Double(context) / $0.growth(of: stream))) } ?? context
    if case .random = order {
      // Every start has a whole window of targets.
      windows = StreamWindows(positions: stream.count - 1, width: width, order: order)
    } else {
      windows = StreamWindows(positions: stream.count, width: width, order: order)
    }
  }

  /// Windows in an epoch.
  public var sequencesPerEpoch: Int { windows.perEpoch }

  /// The most tokens that `sequences` windows can have.
  public func maximumTokens(sequences: Int) -> Int {
    sequences * (sampling == nil ? min(context, stream.count) : context)
  }

  /// The most sequences that `sequences` windows can become.
  public func maximumSequences(sequences: Int) -> Int {
    sequences * (crossesDocuments ? 2 : max(2, min(context, stream.count)))
  }

  /// Appends one window: its tokens, and for each the next token as its target.
  public func append(_ number: Int, to batch: inout LanguageBatch) {
    let (first, second) = windows.ranges(number)
    var room = context
    append(first, of: number, to: &batch, &room)
    append(second, of: number, to: &batch, &room)
  }

  private func append(_ range: Range<Int>, of window: Int, to batch: inout LanguageBatch, _ room: inout Int) {
    // The stream's last token predicts nothing.
    let range = range.clamped(to: 0..<stream.count - 1)
    guard !range.isEmpty else { return }
    guard !crossesDocuments else { return appendSequence(range, of: window, to: &batch, &room) }
    var document = stream.document(at: range.lowerBound)
    var start = range.lowerBound
    while start < range.upperBound {
      let documentEnd = stream.start(ofDocument: document + 1)
      appendSequence(start..<min(documentEnd - 1, range.upperBound), of: window, to: &batch, &room)
      start = documentEnd
      document += 1
    }
  }

  private func appendSequence(
    _ range: Range<Int>, of window: Int, to batch: inout LanguageBatch, _ room: inout Int
  ) {
    guard !range.isEmpty else { return }
    let row = batch.batch.tokens.count
    stream.append(range.lowerBound..<range.upperBound + 1, to: &batch.batch.tokens)
    sampling?.resample(
      from: row, of: &batch.batch.tokens, room: room + 1, window: window, place: range.lowerBound)
    // Other pieces may be fewer: of a single one there is nothing to predict.
    let count = max(batch.batch.tokens.count - row - 1, 0)
    for offset in 0..<count {
      batch.targets.rows.append(Int32(row + offset))
      batch.targets.tokens.append(batch.batch.tokens[row + offset + 1])
    }
    batch.batch.tokens.removeSubrange((row + count)...)
    if count > 0 { batch.batch.lengths.append(count) }
    room -= count
  }
}
