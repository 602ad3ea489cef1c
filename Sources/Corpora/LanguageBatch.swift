import Transformers

/// Sequences to learn a language from, and what is to be predicted where.
public struct LanguageBatch: Sendable, Equatable {
  /// The sequences, one behind the other.
  public var batch: TokenBatch
  /// Rows of the batch, and the token that each must predict.
  public var targets: LanguageTargets

  /// An empty batch, to be filled.
  public init() {
    batch = TokenBatch(tokens: [], segments: [], lengths: [])
    targets = LanguageTargets(rows: [], tokens: [])
  }

  /// Empties the batch and keeps its memory.
  public mutating func removeAll() {
    batch.removeAll()
    targets.removeAll()
  }
}

/// What makes language batches: a pure function from a sequence's number to its tokens.
///
/// Sequences are numbered 0, 1, 2 … without end: number `n` is window `n % sequencesPerEpoch` of epoch
/// `n / sequencesPerEpoch`. A step of `b` sequences takes the next `b` numbers, so where a run stands is one number,
/// and a resumed run sees exactly what the other would have seen.
public protocol LanguageBatchMaker: Sendable {
  /// Windows in an epoch.
  var sequencesPerEpoch: Int { get }
  /// The most tokens that `sequences` windows can have.
  func maximumTokens(sequences: Int) -> Int
  /// The most sequences that `sequences` windows can become, where windows are parted at documents.
  func maximumSequences(sequences: Int) -> Int
  /// Appends one window to a batch.
  func append(_ number: Int, to batch: inout LanguageBatch)
}

extension LanguageBatchMaker {
  /// Fills a batch with the windows of the given numbers; its memory is used again.
  public func fill(_ batch: inout LanguageBatch, sequences: Range<Int>) {
    batch.removeAll()
    for number in sequences { append(number, to: &batch) }
  }

  /// The windows of the given numbers.
  public func batch(sequences: Range<Int>) -> LanguageBatch {
    var batch = LanguageBatch()
    fill(&batch, sequences: sequences)
    return batch
  }
}
