import Tensors
import Transformers

/// Some labelled sequences.
public struct LabelledBatch: Sendable {
  /// The sequences.
  public var batch = TokenBatch()
  /// What is to be answered.
  public var targets = ClassTargets.classes([])
  /// Which rows of the set they are.
  public var indices: [Int] = []

  /// An empty batch, to be filled.
  public init() {}
}

/// How much goes into a batch of labelled sequences.
public enum LabelledBatchSize: Sendable, Equatable {
  /// So many sequences, whatever their lengths.
  case sequences(Int)
  /// As many sequences as have at most so many tokens together; at least one.
  case tokens(Int)
}

/// Batches of labelled sequences: each epoch is an order of the rows, cut into batches, a function of seed and epoch.
public struct LabelledBatches: Sendable {
  /// The sequences.
  public let examples: EncodedExamples
  /// How much goes into a batch.
  public let size: LabelledBatchSize
  /// Whether sequences of about the same length come into the same batch.
  public let bucketed: Bool

  private let randomness: Randomness?

  /// Batches in an order that a seed gives, or, without one, in the order of the rows: for evaluation.
  public init(_ examples: EncodedExamples, size: LabelledBatchSize, seed: UInt64?, bucketed: Bool = false) {
    self.examples = examples
    self.size = size
    self.bucketed = bucketed
    self.randomness = seed.map { Randomness(seed: $0).derive("labelled batches") }
  }

  private init(_ examples: EncodedExamples, _ size: LabelledBatchSize, _ bucketed: Bool, _ randomness: Randomness?) {
    (self.examples, self.size, self.bucketed, self.randomness) = (examples, size, bucketed, randomness)
  }

  /// The same batches of other sequences for the same rows.
  public func replacing(_ examples: EncodedExamples) -> LabelledBatches {
    LabelledBatches(examples, size, bucketed, randomness)
  }

  /// The rows of each batch of an epoch.
  public func plan(epoch: Int) -> [[Int]] {
    var order = Array(0..<examples.count)
    if let randomness {
      let permutation = Permutation(of: examples.count, randomness.derive("order", epoch))
      order = order.map { permutation[$0] }
    }
    guard bucketed else { return cut(order) }
    // Sorted within stretches, so that batches are even but differ from epoch to epoch.
    let stretch = max(1, order.count / max(1, cut(order).count)) * 32
    var batches: [[Int]] = []
    for start in stride(from: 0, to: order.count, by: stretch) {
      let part = order[start..<min(start + stretch, order.count)]
      batches += cut(part.sorted { (examples.length($0), $0) < (examples.length($1), $1) })
    }
    guard let randomness else { return batches }
    let permutation = Permutation(of: batches.count, randomness.derive("batches", epoch))
    return batches.indices.map { batches[permutation[$0]] }
  }

  /// Fills a batch with rows; its memory is used again.
  public func fill(_ batch: inout LabelledBatch, rows: [Int]) {
    batch.batch.removeAll()
    batch.indices = rows
    for row in rows { examples.append(row, to: &batch.batch) }
    batch.targets = examples.targets(of: rows)
  }

  /// The rows as a batch.
  public func batch(rows: [Int]) -> LabelledBatch {
    var batch = LabelledBatch()
    fill(&batch, rows: rows)
    return batch
  }

  /// The most sequences that a batch can have.
  public var maximumSequences: Int {
    switch size {
    case .sequences(let count): min(max(1, count), examples.count)
    case .tokens(let budget):
      min(examples.count, max(1, budget / max(1, (0..<examples.count).map { examples.length($0) }.min() ?? 1)))
    }
  }

  /// The most tokens that a batch can have.
  public var maximumTokens: Int {
    let lengths = (0..<examples.count).map { examples.length($0) }
    switch size {
    case .sequences(let count): return lengths.sorted(by: >).prefix(max(1, count)).reduce(0, +)
    case .tokens(let budget): return max(budget, lengths.max() ?? 0)
    }
  }

  private func cut(_ order: [Int]) -> [[Int]] {
    switch size {
    case .sequences(let count):
      let count = max(1, count)
      return stride(from: 0, to: order.count, by: count).map { Array(order[$0..<min($0 + count, order.count)]) }
    case .tokens(let budget):
      var batches: [[Int]] = []
      var tokens = 0
      for row in order {
        let length = examples.length(row)
        if batches.isEmpty || tokens + length > budget {
          batches.append([row])
          tokens = length
        } else {
          batches[batches.count - 1].append(row)
          tokens += length
        }
      }
      return batches
    }
  }
}
