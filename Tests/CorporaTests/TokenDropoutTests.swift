import Corpora
import Testing
import Transformers

@Suite struct TokenDropoutTests {
  private func batch() -> LabelledBatch {
    var batch = LabelledBatch()
    let sequences = (0..<40).map { row in [1] + (0..<20).map { Int32(10 + (row + $0) % 30) } + [2] }
    batch.batch = TokenBatch(sequences)
    batch.indices = Array(0..<40)
    return batch
  }

  @Test func leavesOutAboutAsManyAsItShould() {
    var dropped = batch()
    TokenDropout(probability: 0.25, marks: [1, 2], seed: 1).apply(to: &dropped, epoch: 0)
    #expect(dropped.batch.lengths.reduce(0, +) == dropped.batch.tokens.count)
    #expect(dropped.batch.lengths.count == 40)
    #expect(dropped.batch.tokens.count { $0 == 1 } == 40 && dropped.batch.tokens.count { $0 == 2 } == 40)
    // 800 draws: four deviations are 49.
    #expect(abs(dropped.batch.tokens.count - 80 - 600) < 49)
  }

  @Test func isAFunctionOfSeedEpochAndRow() {
    func tokens(_ seed: UInt64, _ epoch: Int) -> [Int32] {
      var dropped = batch()
      TokenDropout(probability: 0.25, marks: [1, 2], seed: seed).apply(to: &dropped, epoch: epoch)
      return dropped.batch.tokens
    }
    #expect(tokens(1, 0) == tokens(1, 0))
    #expect(tokens(1, 0) != tokens(1, 1) && tokens(1, 0) != tokens(2, 0))
  }

  @Test func nothingBecomesEmpty() {
    var dropped = LabelledBatch()
    dropped.batch = TokenBatch([[1, 7, 2], [1, 2]])
    dropped.indices = [0, 1]
    TokenDropout(probability: 0.999, marks: [1, 2], seed: 1).apply(to: &dropped, epoch: 0)
    #expect(dropped.batch.tokens == [1, 7, 2, 1, 2])
  }
}
