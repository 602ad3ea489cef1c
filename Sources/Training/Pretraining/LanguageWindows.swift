import Corpora
import Tokenization

/// Makes the windows that an objective reads from tokens.
public struct LanguageWindows: Sendable {
  /// What is read.
  public let settings: PretrainingSettings
  private let special: SpecialTokens
  private let vocabulary: MaskingVocabulary?
  private let marks: SentenceMarks?
  private let sampling: SubwordSampling?

  /// Windows for a tokenizer.
  ///
  /// Throws `TrainingFailure.setting` where the tokenizer has no token that the objective needs.
  public init(_ settings: PretrainingSettings, tokenizer: Tokenizer) throws(TrainingFailure) {
    self.settings = settings
    special = tokenizer.special
    sampling = try SubwordSampling(tokenizer, settings.subwordSampling, seed: settings.loop.seed)
    guard settings.objective.hidesTokens else {
      (vocabulary, marks) = (nil, nil)
      return
    }
    guard let mask = special.mask else {
      throw .setting(
        name: "objective", value: settings.objective.rawValue,
        expected: "a tokenizer with a <mask> token, or the causal objective")
    }
    vocabulary = MaskingVocabulary(
      mask: mask,
      isSpecial: tokenizer.pieces.enumerated().map { index, piece in
        piece.kind == .control || piece.kind == .unknown || piece.kind == .unused || Int32(index) == mask
      },
      beginsWord: settings.masking.wholeWords ? tokenizer.wordBeginnings : [])
    marks =
      settings.predictsNextSentence || settings.keepsSentences
      ? SentenceMarks(endsSentence: tokenizer.sentenceEnds, beginsWord: tokenizer.wordBeginnings) : nil
  }

  /// Windows in an order of each epoch's own.
  public func training(_ shard: TokenShard) throws -> any LanguageBatchMaker {
    let seed = settings.loop.seed
    let order = settings.drawsWindows ? WindowOrder.random(seed: seed) : .shuffled(seed: seed)
    let windows: any LanguageBatchMaker
    switch settings.objective {
    case .causal: windows = try causal(shard, order, sampling)
    case .masked:
      windows = settings.predictsNextSentence ? try pairs(shard, seed: seed) : try masked(shard, order, sampling)
    case .both:
      windows = HybridWindows(
        causal: try causal(shard, order, sampling), masked: MaskedNextTokens(try masked(shard, order, sampling)),
        batch: settings.batch, maskedShare: settings.maskedShare)
    }
    guard
      (0..<windows.sequencesPerEpoch).contains(where: { !windows.batch(sequences: $0..<$0 + 1).targets.rows.isEmpty })
    else { throw TrainingFailure.noData(set: "training", needed: "none of its windows has a token to predict") }
    return windows
  }

  /// Windows from the first to the last, with masks and pairs that are always the same; of both objectives those of the
  /// next token.
  public func validation(_ shard: TokenShard) throws -> any LanguageBatchMaker {
    guard settings.objective == .masked else { return try causal(shard, .sequential, nil) }
    return settings.predictsNextSentence ? try pairs(shard, seed: nil) : try masked(shard, .sequential, nil)
  }

  /// The masked windows of a validation set, where the objective is both.
  public func maskedValidation(_ shard: TokenShard) throws -> (any LanguageBatchMaker)? {
    guard settings.objective == .both else { return nil }
    return MaskedNextTokens(try masked(shard, .sequential, nil))
  }

  /// The bytes of text that the validation windows predict; nil where only some tokens are predicted.
  public func bytes(_ shard: TokenShard) -> Int? {
    settings.objective != .masked && shard.textByteCount > 0 ? shard.textByteCount : nil
  }

  private func causal(
    _ shard: TokenShard, _ order: WindowOrder, _ sampling: SubwordSampling?
  ) throws -> CausalWindows {
    let stream = TokenStream(
      shard, begin: settings.marksDocuments ? special.begin : nil, end: settings.marksDocuments ? special.end : nil)
    return try CausalWindows(
      stream, context: settings.context, order: order, crossesDocuments: settings.crossesDocuments, sampling: sampling)
  }

  private func masked(
    _ shard: TokenShard, _ order: WindowOrder, _ sampling: SubwordSampling?
  ) throws -> MaskedWindows {
    let (begin, end, vocabulary) = try maskedTokens()
    return try MaskedWindows(
      shard, begin: begin, end: end, vocabulary: vocabulary, context: settings.context, order: order,
      masking: settings.masking, crossesDocuments: settings.crossesDocuments,
      sentences: settings.keepsSentences
        ? marks.map { SentenceIndex(shard, marks: $0, longest: settings.context - 2) } : nil,
      copies: settings.maskCopies, sampling: sampling)
  }

  private func pairs(_ shard: TokenShard, seed: UInt64?) throws -> SentencePairs {
    let (begin, end, vocabulary) = try maskedTokens()
    guard let marks, sampling == nil else {
      throw TrainingFailure.setting(
        name: "next-sentence prediction", value: "on", expected: "no subword sampling beside it")
    }
    // A longer sentence would leave no room for a partner.
    let sentences = SentenceIndex(shard, marks: marks, longest: max(1, (settings.context - 3) / 2))
    let options =
      seed == nil
      ? SentencePairOptions(copies: 1, shortShare: 0)
      : SentencePairOptions(copies: settings.maskCopies ?? 1, shortShare: settings.shortShare)
    return try SentencePairs(
      shard, sentences: sentences, begin: begin, end: end, vocabulary: vocabulary, context: settings.context,
      masking: settings.masking, options: options, seed: seed)
  }

  private func maskedTokens() throws(TrainingFailure) -> (begin: Int32, end: Int32, vocabulary: MaskingVocabulary) {
    guard let vocabulary, let first = special.classification ?? special.begin,
      let last = special.separator ?? special.end
    else {
      throw .setting(
        name: "objective", value: settings.objective.rawValue,
        expected: "a tokenizer with tokens that begin and end a text")
    }
    return (first, last, vocabulary)
  }
}

extension SubwordSampling {
  /// What settings ask for; nil where that is nothing.
  ///
  /// Throws `TrainingFailure.setting` where the tokenizer has one segmentation only for each text.
  init?(_ tokenizer: Tokenizer, _ alpha: Double?, seed: UInt64) throws(TrainingFailure) {
    guard let alpha else { return nil }
    guard tokenizer.hasSeveralSegmentations else {
      throw .setting(
        name: "subword sampling", value: "\(alpha)", expected: "a unigram or BPE tokenizer, where it is set")
    }
    self.init(tokenizer, alpha: Float(alpha), seed: seed)
  }
}
