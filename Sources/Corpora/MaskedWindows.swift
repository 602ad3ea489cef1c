import Tensors
import Transformers

/// Windows for a masked model: some tokens are hidden and to be predicted.
///
/// The objective is BERT's (Devlin et al. 2019), the windows are RoBERTa's (Liu et al. 2019).
///
/// The masks are new in each epoch, a function of seed, epoch and window; in sequential order they are always the
/// same, so that evaluations can be compared.
public struct MaskedWindows: LanguageBatchMaker {
  /// The text: documents, each followed by the end token.
  public let stream: TokenStream
  /// Tokens in a window, those before and after it included, at most.
  public let context: Int
  /// The share of tokens that is hidden, and how.
  public let masking: TokenMasking
  /// Whether a window may hold several documents that see each other.
  public let crossesDocuments: Bool

  private let vocabulary: MaskingVocabulary
  private let begin: Int32
  private let end: Int32
  private let windows: StreamWindows
  private let maskSeed: UInt64
  private let repeatsMasks: Bool
  private let sampling: SubwordSampling?

  /// Windows over a shard, each `begin … end`.
  /// - Parameters:
  ///   - crossesDocuments: Whether a window is filled with several documents, with `end` between them ("full
  ///     sentences"). If not, it is parted into one sequence a document.
  ///   - sampling: Cuts the text into other pieces each time; nil reads the tokens as they are.
  /// - Throws: `CorpusFailure.tooFewTokens` where there is no text, `badContext` where a window has no room.
  public init(
    _ shard: TokenShard, begin: Int32, end: Int32, vocabulary: MaskingVocabulary, context: Int, order: WindowOrder,
    masking: TokenMasking = TokenMasking(), crossesDocuments: Bool = true, sampling: SubwordSampling? = nil
  ) throws(CorpusFailure) {
    guard context > 2 else { throw .badContext(context, least: 3) }
    guard shard.tokenCount > 0 else { throw .tooFewTokens(found: 0, least: 1) }
    self.stream = TokenStream(shard, begin: nil, end: end)
    self.context = context
    self.masking = masking
    self.crossesDocuments = crossesDocuments
    self.vocabulary = vocabulary
    self.begin = begin
    self.end = end
    self.sampling = sampling
    let (room, stream) = (context - 2, stream)
    let width = sampling.map { max(1, Int(Double(room) / $0.growth(of: stream))) } ?? room
    self.windows = StreamWindows(positions: stream.count, width: width, order: order)
    switch order {
    case .sequential: (maskSeed, repeatsMasks) = (0, true)
    case .shuffled(let seed), .random(let seed): (maskSeed, repeatsMasks) = (seed, false)
    }
  }

  /// Windows in an epoch.
  public var sequencesPerEpoch: Int { windows.perEpoch }

  /// The most tokens that `sequences` windows can have.
  public func maximumTokens(sequences: Int) -> Int {
    let contents = sampling == nil ? min(context - 2, stream.count) : context - 2
    // Parted at documents, each token but one in two may become a document with a token before and after it; the
    // end tokens of the stream are among them.
    // Of other pieces there are up to `contents`, however few of the stream's they stand for.
    let marks = crossesDocuments ? 4 : (sampling == nil ? contents / 2 : contents) + 4
    return sequences * (contents + marks)
  }

  /// The most sequences that `sequences` windows can become.
  public func maximumSequences(sequences: Int) -> Int {
    sequences * (crossesDocuments ? 2 : min(context - 2, stream.count) / 2 + 2)
  }

  /// Appends one window: its tokens, some of them hidden, and the hidden ones as targets.
  public func append(_ number: Int, to batch: inout LanguageBatch) {
    let (first, second) = windows.ranges(number)
    let drawn = repeatsMasks ? number % sequencesPerEpoch : number
    let randomness = Randomness(seed: maskSeed).derive("mask", drawn)
    var room = context - 2
    append(first, of: number, to: &batch, &room, randomness.derive("first"))
    append(second, of: number, to: &batch, &room, randomness.derive("second"))
  }

  private func append(
    _ range: Range<Int>, of window: Int, to batch: inout LanguageBatch, _ room: inout Int, _ randomness: Randomness
  ) {
    guard !range.isEmpty else { return }
    guard !crossesDocuments else { return appendSequence(range, of: window, to: &batch, &room, randomness) }
    var document = stream.document(at: range.lowerBound)
    var start = range.lowerBound
    while start < range.upperBound {
      let next = stream.start(ofDocument: document + 1)
      appendSequence(
        start..<min(next, range.upperBound), of: window, to: &batch, &room, randomness.derive("document", start))
      start = next
      document += 1
    }
  }

  private func appendSequence(
    _ range: Range<Int>, of window: Int, to batch: inout LanguageBatch, _ room: inout Int, _ randomness: Randomness
  ) {
    let row = batch.batch.tokens.count
    batch.batch.tokens.append(begin)
    stream.append(range, to: &batch.batch.tokens)
    if batch.batch.tokens.last == end { batch.batch.tokens.removeLast() }
    sampling?.resample(
      from: row + 1, of: &batch.batch.tokens, room: room, window: window, place: range.lowerBound)
    room -= batch.batch.tokens.count - row - 1
    guard batch.batch.tokens.count > row + 1 else {
      // A window of nothing but the end of a document.
      batch.batch.tokens.removeSubrange(row...)
      return
    }
    batch.batch.tokens.append(end)
    batch.batch.lengths.append(batch.batch.tokens.count - row)
    masking.hide(from: row, in: &batch, vocabulary, randomness)
  }
}
