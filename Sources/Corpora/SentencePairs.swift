import Tensors
import Transformers

/// How BERT's pairs of segments are drawn from documents.
public struct SentencePairOptions: Sendable, Equatable {
  /// How often the text is drawn, each time with other borders, partners and masks, which then never change.
  public var copies = 10
  /// The share of documents that are drawn with a shorter length of their own, as pairs of people are short.
  public var shortShare = 0.1
  /// The share of pairs whose second segment comes from another document.
  public var randomShare = 0.5

  /// BERT's numbers.
  public init(copies: Int = 10, shortShare: Double = 0.1, randomShare: Double = 0.5) {
    (self.copies, self.shortShare, self.randomShare) = (copies, shortShare, randomShare)
  }
}

/// BERT's pairs of segments: `begin A end B end`, some tokens hidden, and the question whether B follows A.
///
/// If it does not, it comes from another document (Devlin et al. 2019).
///
/// All pairs are decided at the start, from the seed: twenty bytes each. A copy of the text has about as many pairs as
/// the text has windows, and counts as an epoch; an order through all copies is drawn whenever all have been seen.
/// Without a seed the pairs come in the order of the text: for evaluation.
public struct SentencePairs: LanguageBatchMaker {
  /// The documents.
  public let shard: TokenShard
  /// Their sentences.
  public let sentences: SentenceIndex
  /// Tokens of a pair, the three marks included, at most.
  public let context: Int
  /// How tokens are hidden.
  public let masking: TokenMasking
  /// All pairs, those of the first copy before those of the second.
  let pairs: [Pair]

  private let vocabulary: MaskingVocabulary
  private let begin: Int32
  private let end: Int32
  private let options: SentencePairOptions
  private let randomness: Randomness
  private let isShuffled: Bool

  /// Two segments, as ranges of sentences.
  struct Pair: Equatable {
    let start: Int32, middle: Int32, secondStart: Int32, secondEnd: Int32
    /// Whether the second segment follows the first.
    let follows: Bool
  }

  /// Decides the pairs.
  /// - Parameter seed: What everything is drawn from; nil for one fixed drawing in the order of the text.
  /// - Throws: `CorpusFailure.badContext` where a pair has no room, `tooFewSentences` where nothing can be paired.
  public init(
    _ shard: TokenShard, sentences: SentenceIndex, begin: Int32, end: Int32, vocabulary: MaskingVocabulary,
    context: Int, masking: TokenMasking = TokenMasking(), options: SentencePairOptions = SentencePairOptions(),
    seed: UInt64?
  ) throws(CorpusFailure) {
    guard context >= Self.leastContext else { throw .badContext(context, least: Self.leastContext) }
    guard sentences.count >= 3 else { throw .tooFewSentences(found: sentences.count, least: 3) }
    (self.shard, self.sentences, self.context, self.masking) = (shard, sentences, context, masking)
    (self.vocabulary, self.begin, self.end, self.options) = (vocabulary, begin, end, options)
    randomness = Randomness(seed: seed ?? 0).derive("sentence pairs")
    isShuffled = seed != nil
    let drawing = SentencePairDrawing(sentences, room: context - 3, options: options)
    var pairs: [Pair] = []
    for copy in 0..<max(1, options.copies) { drawing.append(to: &pairs, randomness.derive("copy", copy)) }
    self.pairs = pairs
  }

  /// Three marks, and a token for each segment.
  static let leastContext = 5

  /// Pairs of a copy of the text, on average.
  public var sequencesPerEpoch: Int { (pairs.count + max(1, options.copies) - 1) / max(1, options.copies) }
  /// The most tokens that so many pairs can have.
  public func maximumTokens(sequences: Int) -> Int { sequences * context }
  /// A pair is a sequence.
  public func maximumSequences(sequences: Int) -> Int { sequences }

  /// Appends a pair, its hidden tokens and its answer as targets.
  public func append(_ number: Int, to batch: inout LanguageBatch) {
    let (round, place) = number.quotientAndRemainder(dividingBy: pairs.count)
    let index = isShuffled ? Permutation(of: pairs.count, randomness.derive("order", round))[place] : place
    let pair = pairs[index]
    var generator = randomness.derive("pair", index).generator
    let (first, second) = cut(
      sentences.tokens(Int(pair.start)..<Int(pair.middle)),
      sentences.tokens(Int(pair.secondStart)..<Int(pair.secondEnd)), &generator)

    let row = batch.batch.tokens.count
    batch.batch.tokens.append(begin)
    shard.append(first, to: &batch.batch.tokens)
    batch.batch.tokens.append(end)
    let secondRow = batch.batch.tokens.count
    shard.append(second, to: &batch.batch.tokens)
    batch.batch.tokens.append(end)
    let length = batch.batch.tokens.count - row
    batch.batch.lengths.append(length)
    for position in 0..<length { batch.batch.segments.append(row + position < secondRow ? 0 : 1) }
    masking.hide(from: row, in: &batch, vocabulary, randomness.derive("mask", index))
    batch.targets.nextSentence.append(pair.follows ? 0 : 1)
    batch.targets.nextSentenceWeight = Float(batch.targets.rows.count) / Float(batch.targets.nextSentence.count)
  }

  /// Shortens the longer segment until both fit, token by token, at its front or its end by the toss of a coin.
  private func cut(
    _ first: Range<Int>, _ second: Range<Int>, _ generator: inout RandomGenerator
  ) -> (Range<Int>, Range<Int>) {
    func shortened(_ range: Range<Int>, atFront: Bool) -> Range<Int> {
      atFront ? range.lowerBound + 1..<range.upperBound : range.lowerBound..<range.upperBound - 1
    }
    var (first, second) = (first, second)
    while first.count + second.count > context - 3 {
      let atFront = Bool.random(using: &generator)
      if first.count > second.count {
        first = shortened(first, atFront: atFront)
      } else {
        second = shortened(second, atFront: atFront)
      }
    }
    return (first, second)
  }
}
