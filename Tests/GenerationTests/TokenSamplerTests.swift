import Generation
import Tensors
import Testing

@Suite struct TokenSamplerTests {
  private let history = TokenHistory(tokens: [1], promptCount: 1)

  @Test("Draws follow the distribution")
  func frequencies() throws {
    var settings = GenerationSettings()
    settings.temperature = 1
    settings.topK = 0
    let sampler = TokenSampler(settings, endTokens: [])
    let probabilities: [Double] = [0.5, 0.25, 0.2, 0.05]
    var random = RandomGenerator(seed: 1)
    var counts = [0, 0, 0, 0]
    let draws = 20_000
    for _ in 0..<draws {
      var scores = probabilities.map { Float(logarithm($0)) + 3 }
      counts[Int(try sampler.choose(&scores, after: history, using: &random))] += 1
    }
    for (count, probability) in zip(counts, probabilities) {
      // Five standard deviations of a binomial count.
      let deviation = (probability * (1 - probability) * Double(draws)).squareRoot()
      #expect(abs(Double(count) - probability * Double(draws)) < 5 * deviation)
    }
  }

  @Test("Greed takes the first of the likeliest, and no random number")
  func greedy() throws {
    var settings = GenerationSettings()
    settings.temperature = 0
    var random = RandomGenerator(seed: 1)
    var scores: [Float] = [1, 3, 3, 2]
    #expect(try TokenSampler(settings, endTokens: []).choose(&scores, after: history, using: &random) == 1)
    #expect(random == RandomGenerator(seed: 1))
  }

  @Test("Scores that are not numbers, and rules that forbid everything, are failures")
  func failures() {
    var random = RandomGenerator(seed: 1)
    for temperature: Float in [0, 1] {
      var settings = GenerationSettings()
      settings.temperature = temperature
      settings.suppressTokens = [0, 1]
      let sampler = TokenSampler(settings, endTokens: [])
      #expect(throws: GenerationFailure.nothingAllowed(token: 1)) {
        var scores: [Float] = [1, 2]
        _ = try sampler.choose(&scores, after: history, using: &random)
      }
      #expect(throws: GenerationFailure.notFinite(token: 1)) {
        var scores: [Float] = [1, 2, .nan]
        _ = try sampler.choose(&scores, after: history, using: &random)
      }
    }
  }
}
