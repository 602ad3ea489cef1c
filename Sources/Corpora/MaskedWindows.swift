import Tensors
import Transformers

/// Windows for a masked model: some tokens are hidden and to be predicted.
///
/// The objective is BERT's (Devlin et al. 2019), the windows are RoBERTa's (Liu et al. 2019).
///
/// The masks are new in each epoch, a function of seed, epoch and window; or, where `copies` says so, those of the
/// epochs before return after so many, as if the text had been written out so many times. In sequential order they are
/// always the same, so that evaluations can be compared.
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
  /// After how many epochs windows and masks return; nil for never.
  private let copies: Int?
  private let sampling: SubwordSampling?

  /// Windows over a shard, each `begin … end`.
  /// - Parameters:
  ///   - crossesDocuments: Whether a window is filled with several documents, with `end` between them ("full
  ///     sentences"). If not, it is parted into one sequence a document.
  ///   - sentences: Where windows may begin and end; nil lets them do so anywhere.
  ///   - copies: After how many epochs windows and masks return; nil for never.
  ///   - sampling: Cuts the text into other pieces each time; nil reads the tokens as they are.
  /// - Throws: `CorpusFailure.tooFewTokens` where there is no text, `badContext` where a window has no room.
  public init(
    _ shard: TokenShard, begin: Int32, end: Int32, vocabulary: MaskingVocabulary, context: Int, order: WindowOrder,
    masking: TokenMasking = TokenMasking(), crossesDocuments: Bool = true, sentences: SentenceIndex? = nil,
    copies: Int? = nil, sampling: SubwordSampling? = nil
  ) throws(CorpusFailure) {
    guard context > 2 else { throw .badContext(context, least: 3) }
    guard shard.tokenCount > 0 else { throw .tooFewTokens(found: 0, least: 1) }
    let stream = TokenStream(shard, begin: nil, end: end)
    self.stream = stream
    self.context = context
    self.masking = masking
    self.crossesDocuments = crossesDocuments
    self.vocabulary = vocabulary
    self.begin = begin
    self.end = end
    self.sampling = sampling
    let room = context - 2
    let width = sampling.map { max(1, Int(Double(room) / $0.growth(of: stream))) } ?? room
    self.windows = StreamWindows(
      positions: stream.count, width: width, order: order,
      borders: sentences.map { Self.borders($0, stream, width: width) } ?? [])
    switch order {
    case .sequential: (maskSeed, self.copies) = (0, 1)
    case .shuffled(let seed), .random(let seed): (maskSeed, self.copies) = (seed, copies)
    }
  }

  /// Packs whole sentences into windows: positions of the stream where windows begin, and where the last one ends.
  ///
  /// The end token behind a document belongs to its last sentence.
  private static func borders(_ sentences: SentenceIndex, _ stream: TokenStream, width: Int) -> [Int] {
    var borders = [0]
    for document in 0..<sentences.documentCount {
      let all = sentences.sentences(ofDocument: document)
      for sentence in all {
        let isLast = sentence + 1 == all.upperBound
        let end = sentences.tokens(sentence..<sentence + 1).upperBound + document + (isLast ? 1 : 0)
        guard end - borders[borders.count - 1] > width else { continue }
        let start = sentences.tokens(sentence..<sentence + 1).lowerBound + document
        if start > borders[borders.count - 1] { borders.append(start) }
        // A sentence longer than a window is cut.
        while end - borders[borders.count - 1] > width { borders.append(borders[borders.count - 1] + width) }
      }
    }
    if borders[borders.count - 1] < stream.count { borders.append(stream.count) }
    return borders
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
    let drawn = copies.map { number % ($0 * sequencesPerEpoch) } ?? number
    let (first, second) = windows.ranges(drawn)
    let randomness = Randomness(seed: maskSeed).derive("mask", drawn)
    var room = context - 2
    append(first, of: drawn, to: &batch, &room, randomness.derive("first"))
    append(second, of: drawn, to: &batch, &room, randomness.derive("second"))
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
