import Tensors
import Transformers

/// Leaves tokens out of texts, others in each epoch, so that a classifier of few texts does not lean on single words.
///
/// It is the word dropout of Iyyer, Manjunatha, Boyd-Graber & Daumé (2015).
///
/// Which tokens is a function of the seed, the epoch and the row; so a run that was stopped reads what the other would
/// have read.
public struct TokenDropout: Sendable {
  /// The probability with which a token is left out.
  public let probability: Double
  /// Tokens that always stay: those that mark a text's ends.
  public let marks: Set<Int32>
  private let randomness: Randomness

  /// A dropout; its probability is in 0 ..< 1.
  public init(probability: Double, marks: Set<Int32>, seed: UInt64) {
    (self.probability, self.marks) = (probability, marks)
    randomness = Randomness(seed: seed).derive("token dropout")
  }

  /// Leaves tokens out of each sequence; one that would have nothing left but marks stays whole.
  ///
  /// Labels of words would lose their places, so such a batch stays as it is.
  public func apply(to batch: inout LabelledBatch, epoch: Int) {
    if case .tokenClasses = batch.targets { return }
    var result = TokenBatch()
    var start = 0
    for (sequence, length) in batch.batch.lengths.enumerated() {
      var random = randomness.derive("row", epoch, batch.indices[sequence]).generator
      let places = start..<start + length
      var kept = places.filter { place in
        // The draw comes first: it does not depend on which token stands there.
        random.uniform() >= probability || marks.contains(batch.batch.tokens[place])
      }
      if kept.allSatisfy({ marks.contains(batch.batch.tokens[$0]) }) { kept = Array(places) }
      for place in kept {
        result.tokens.append(batch.batch.tokens[place])
        if !batch.batch.segments.isEmpty { result.segments.append(batch.batch.segments[place]) }
      }
      result.lengths.append(kept.count)
      start += length
    }
    batch.batch = result
  }
}
