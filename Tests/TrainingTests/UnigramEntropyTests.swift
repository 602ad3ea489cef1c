import Testing
import Training

@Suite struct UnigramEntropyTests {
  @Test func equalFrequenciesGiveTheLogarithmOfTheirNumber() {
    var entropy = UnigramEntropy(vocabularySize: 9)
    entropy.add([0, 3, 5, 8, 8, 5, 3, 0])
    #expect(abs(entropy.value - 1.3862943611198906) < 1e-12)
  }

  @Test func oneTokenAloneIsCertain() {
    var entropy = UnigramEntropy(vocabularySize: 2)
    entropy.add([1, 1, 1])
    #expect(entropy.value == 0)
    #expect(UnigramEntropy(vocabularySize: 2).value == 0)
  }
}
