import Testing
import Transformers

@Suite struct TargetsTests {
  @Test("The next tokens of sequences, none across their borders")
  func nextTokens() {
    let batch = TokenBatch([[1, 10, 11], [12], [13, 14]])
    #expect(LanguageTargets(nextTokensOf: batch) == LanguageTargets(rows: [0, 1, 4], tokens: [10, 11, 14]))
    var targets = LanguageTargets(rows: [9], tokens: [9], nextSentence: [1])
    targets.setNextTokens(of: batch)
    #expect(targets == LanguageTargets(rows: [0, 1, 4], tokens: [10, 11, 14]))
    #expect(LanguageTargets(nextTokensOf: TokenBatch()) == LanguageTargets())
  }

  @Test("Sums of losses are added, and their mean is exact")
  func sums() {
    var sum = LossSum(sum: 6, count: 2)
    sum += LossSum(sum: 3, count: 1, nextSentenceSum: 4, nextSentenceCount: 2)
    #expect(sum == LossSum(sum: 9, count: 3, nextSentenceSum: 4, nextSentenceCount: 2))
    #expect(sum.mean == 5)
    #expect(LossSum().mean.isNaN)
    #expect(LossSum(sum: 6, count: 2, weight: 3).mean == 2)
  }
}
