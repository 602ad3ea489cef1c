import Corpora
import Tokenization

/// Makes the windows that an objective reads from tokens.
public struct LanguageWindows: Sendable {
  /// What is read.
  public let settings: PretrainingSettings
  private let special: SpecialTokens
  private let vocabulary: MaskingVocabulary?
  private let sampling: SubwordSampling?

  /// Windows for a tokenizer.
  ///
  /// Throws `TrainingFailure.setting` where the tokenizer has no token that the objective needs.
  public init(_ settings: PretrainingSettings, tokenizer: Tokenizer) throws(TrainingFailure) {
    self.settings = settings
    special = tokenizer.special
    sampling = try SubwordSampling(tokenizer, settings.subwordSampling, seed: settings.loop.seed)
    guard settings.objective == .masked else {
      vocabulary = nil
      return
    }
    guard let mask = special.mask else {
      throw .setting(
        name: "objective", value: "masked", expected: "a tokenizer with a <mask> token, or the causal objective")
    }
    vocabulary = MaskingVocabulary(
      mask: mask,
      isSpecial: tokenizer.pieces.enumerated().map { index, piece in
        piece.kind == .control || piece.kind == .unknown || piece.kind == .unused || Int32(index) == mask
      },
      beginsWord: settings.masking.wholeWords ? tokenizer.pieces.map { $0.text.hasPrefix("\u{2581}") } : [])
  }

  /// Windows in an order of each epoch's own.
  public func training(_ shard: TokenShard) throws -> any LanguageBatchMaker {
    let seed = settings.loop.seed
    let windows = try windows(shard, settings.drawsWindows ? .random(seed: seed) : .shuffled(seed: seed), sampling)
    guard
      (0..<windows.sequencesPerEpoch).contains(where: { !windows.batch(sequences: $0..<$0 + 1).targets.rows.isEmpty })
    else { throw TrainingFailure.noData(set: "training", needed: "none of its windows has a token to predict") }
    return windows
  }

  /// Windows from the first to the last, with masks that are always the same.
  public func validation(_ shard: TokenShard) throws -> any LanguageBatchMaker {
    try windows(shard, .sequential, nil)
  }

  /// The bytes of text that the validation windows predict; nil where only some tokens are predicted.
  public func bytes(_ shard: TokenShard) -> Int? {
    settings.objective == .causal && shard.textByteCount > 0 ? shard.textByteCount : nil
  }

  private func windows(_ shard: TokenShard, _ order: WindowOrder, _ sampling: SubwordSampling?) throws
    -> any LanguageBatchMaker
  {
    guard let vocabulary else {
      let stream = TokenStream(
        shard, begin: settings.marksDocuments ? special.begin : nil, end: settings.marksDocuments ? special.end : nil)
      return try CausalWindows(
        stream, context: settings.context, order: order, crossesDocuments: settings.crossesDocuments,
        sampling: sampling)
    }
    guard let begin = special.classification ?? special.begin, let end = special.separator ?? special.end else {
      throw TrainingFailure.setting(
        name: "objective", value: "masked", expected: "a tokenizer with tokens that begin and end a text")
    }
    return try MaskedWindows(
      shard, begin: begin, end: end, vocabulary: vocabulary, context: settings.context, order: order,
      masking: settings.masking, crossesDocuments: settings.crossesDocuments, sampling: sampling)
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
