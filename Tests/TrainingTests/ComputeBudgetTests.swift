import Testing
import Training
import Transformers

@Suite struct ComputeBudgetTests {
  private typealias Size = TransformerConfiguration.Size

  @Test("More time never makes a smaller model, and the smallest and the largest are reached")
  func sizesGrowWithTime() {
    var sizes: [Size] = []
    for minutes in [0.005, 0.5, 2, 15, 60, 600, 10_000, 1e6] {
      sizes.append(
        ComputeBudget(minutes: minutes, speed: 2e11).size(vocabularySize: 70, corpusTokens: 1_000_000))
    }
    let order = Size.allCases
    let places = sizes.compactMap { order.firstIndex(of: $0) }
    #expect(places == places.sorted())
    #expect(sizes.first == .nano && sizes.last == .base && sizes[3] == .mini)
  }

  @Test(
    "The sizes that were measured to be the best for characters",
    arguments: [
      (0.06, Size.nano), (0.1, .nano), (0.3, .tiny), (0.5, .tiny), (2, .micro), (14, .mini),
    ])
  private func sizesOfCharacters(minutes: Double, size: Size) {
    let budget = ComputeBudget(minutes: minutes, speed: 2.36e11)
    #expect(budget.size(vocabularySize: 69, corpusTokens: 1_000_000) == size)
  }

  @Test("Text that would be read too often wants a larger model; a large vocabulary leaves less for the blocks")
  func sizesKnowTheText() throws {
    let budget = ComputeBudget(minutes: 60, speed: 2e11)
    let order = Size.allCases
    func place(_ vocabularySize: Int, _ corpusTokens: Int) throws -> Int {
      try #require(order.firstIndex(of: budget.size(vocabularySize: vocabularySize, corpusTokens: corpusTokens)))
    }
    #expect(try place(70, 200_000) > place(70, 100_000_000))
    #expect(try place(50_000, 100_000_000) < place(70, 100_000_000))
    // Nothing is divided by nothing.
    #expect(try place(1, 0) == order.count - 1)
  }

  @Test("A run has about as many steps as a step has tokens, eight sequences or more")
  func steps() {
    for tokens in [1e3, 3e5, 1e6, 1.4e7, 1e8, 1e12] {
      let perStep = ComputeBudget.tokensPerStep(tokens: tokens)
      #expect((512...16_384).contains(perStep))
      if (600_000..<200_000_000).contains(tokens) {
        #expect(max(Double(perStep) * Double(perStep) / tokens, tokens / Double(perStep * perStep)) <= 2.001)
      }
      let context = ComputeBudget.context(tokensPerStep: perStep)
      #expect((64...256).contains(context) && perStep / context >= 8)
    }
  }

  @Test("Twice the time or twice the speed is twice the tokens")
  func tokens() {
    let model = TransformerConfiguration.preset(.micro, family: .llama, vocabularySize: 100, context: 64)
    let one = ComputeBudget(minutes: 1, speed: 1e11).tokens(for: model)
    // 60 s × 1e11 operations, 6 for each of 4 × 12 × 128² + 100 × 128 weights; 128 of 178 go into products.
    #expect(abs(one - 6e12 * 128 / 178 / (6 * 799_232)) < 1)
    #expect(ComputeBudget(minutes: 2, speed: 1e11).tokens(for: model) == 2 * one)
    #expect(ComputeBudget(minutes: 1, speed: 2e11).tokens(for: model) == 2 * one)
    #expect(ComputeBudget(minutes: 1, speed: 0).speed == 1)
  }
}
