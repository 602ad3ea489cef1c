/// What a language head is to predict: a token for each of some rows of a batch.
public struct LanguageTargets: Sendable, Equatable {
  /// The rows of the batch that have targets, counted over all of its tokens; strictly ascending.
  public var rows: [Int32]
  /// The token to be predicted from each of the rows.
  public var tokens: [Int32]
  /// For BERT's second task: 0 for each sequence whose second sentence follows its first, 1 for the others; or empty.
  public var nextSentence: [Int32]
  /// What the gradients of the next-sentence losses are multiplied by.
  ///
  /// The masked losses are summed, and divided by their count later; so count of masked tokens / count of sequences
  /// makes it a sum of two means, as in the paper.
  public var nextSentenceWeight: Float

  /// Targets.
  public init(
    rows: [Int32] = [], tokens: [Int32] = [], nextSentence: [Int32] = [], nextSentenceWeight: Float = 1
  ) {
    (self.rows, self.tokens) = (rows, tokens)
    (self.nextSentence, self.nextSentenceWeight) = (nextSentence, nextSentenceWeight)
  }

  /// The causal objective: each token of a sequence but its first, from those before it.
  public init(nextTokensOf batch: TokenBatch) {
    self.init()
    setNextTokens(of: batch)
  }

  /// Forgets the targets, and keeps the memory for the next ones.
  public mutating func removeAll() {
    rows.removeAll(keepingCapacity: true)
    tokens.removeAll(keepingCapacity: true)
    nextSentence.removeAll(keepingCapacity: true)
    nextSentenceWeight = 1
  }

  /// The causal objective of a batch, in the memory of the one before.
  public mutating func setNextTokens(of batch: TokenBatch) {
    removeAll()
    var first = 0
    for length in batch.lengths {
      for row in first..<max(first, min(first + length, batch.tokens.count) - 1) {
        rows.append(Int32(row))
        tokens.append(batch.tokens[row + 1])
      }
      first += length
    }
  }
}

/// What a classification head is to answer.
public enum ClassTargets: Sendable, Equatable {
  /// The label of each sequence.
  case classes([Int32])
  /// 0 or 1 (or a probability) for each label of each sequence: [sequences, labels], row by row.
  case multiLabel([Float])
  /// The values of each sequence: [sequences, labels], row by row.
  case values([Float])
  /// The label of each of some rows of the batch.
  case tokenClasses(rows: [Int32], classes: [Int32])
}

/// A sum of losses, and of how many: sums of batches can be added, and their mean is exact.
public struct LossSum: Sendable, Equatable {
  /// The losses, in nats (of a regression: squared errors).
  public var sum: Double
  /// How many losses were added.
  public var count: Int
  /// What the sum and its gradients are divided by for the mean: the count, or with class weights the weights' sum.
  public var weight: Double
  /// The losses of BERT's second task, not contained in `sum`.
  public var nextSentenceSum: Double
  /// How many sequences they belong to.
  public var nextSentenceCount: Int
  /// How many of them were answered rightly.
  public var nextSentenceHits: Int

  /// A sum.
  public init(
    sum: Double = 0, count: Int = 0, weight: Double? = nil, nextSentenceSum: Double = 0, nextSentenceCount: Int = 0,
    nextSentenceHits: Int = 0
  ) {
    (self.sum, self.count, self.weight) = (sum, count, weight ?? Double(count))
    (self.nextSentenceSum, self.nextSentenceCount) = (nextSentenceSum, nextSentenceCount)
    self.nextSentenceHits = nextSentenceHits
  }

  /// The mean loss, that of the second task added; not a number where nothing was counted.
  public var mean: Double {
    sum / weight + (nextSentenceCount == 0 ? 0 : nextSentenceSum / Double(nextSentenceCount))
  }

  /// Adds the losses of another batch.
  public static func += (left: inout LossSum, right: LossSum) {
    left.sum += right.sum
    left.count += right.count
    left.weight += right.weight
    left.nextSentenceSum += right.nextSentenceSum
    left.nextSentenceCount += right.nextSentenceCount
    left.nextSentenceHits += right.nextSentenceHits
  }
}
