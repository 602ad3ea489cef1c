import Files
import Generation
import Testing

/// Each rule against what transformers makes of the same scores: see `Fixtures/logits_processors.py`.
@Suite struct LogitsProcessorTests {
  struct Case: Sendable, CustomStringConvertible {
    var history: TokenHistory
    var settings: GenerationSettings
    var endTokens: [Int32]
    var scores: [Float]
    var expected: [Float?]
    var description: String
  }

  static let cases: [Case] = {
    guard let cases = try? fixture("logits_processors.json")["cases"]?.array else { return [] }
    return cases.compactMap { json in
      guard let prompt = json["prompt"]?.array, let generated = json["generated"]?.array, let wished = json["settings"],
        let scores = json["scores"]?.array, let expected = json["expected"]?.array,
        let settings = try? GenerationSettings(json: wished)
      else { return nil }
      let tokens = (prompt + generated).compactMap { $0.int.map { Int32($0) } }
      return Case(
        history: TokenHistory(tokens: tokens, promptCount: prompt.count), settings: settings,
        endTokens: settings.endTokens, scores: scores.compactMap { $0.double.map { Float($0) } },
        expected: expected.map { $0.double.map { Float($0) } }, description: wished.serialized())
    }
  }()

  @Test("All cases are there") func count() { #expect(Self.cases.count == 32) }

  @Test("The same scores as transformers", arguments: cases)
  func agrees(_ example: Case) {
    var scores = example.scores
    LogitsPipeline(example.settings, endTokens: example.endTokens).process(&scores, after: example.history)
    #expect(scores.count == example.expected.count)
    for (index, (score, expected)) in zip(scores, example.expected).enumerated() {
      if let expected {
        #expect(abs(score - expected) <= 1e-5 * max(1, abs(expected)), "token \(index)")
      } else {
        #expect(score == -.infinity, "token \(index)")
      }
    }
  }

  @Test("Penalties count the new text, not the prompt")
  func penalties() {
    var scores: [Float] = [1, 1, 1, 1]
    let history = TokenHistory(tokens: [0, 0, 1, 2, 2], promptCount: 2)
    FrequencyPenalty(presence: 0.5, frequency: 0.25).process(&scores, after: history)
    #expect(scores == [1, 0.25, 0, 1])
  }

  @Test("The likeliest token always stays")
  func oneStays() {
    for rule in [TopK(count: 1), TopP(probability: 1e-6), MinP(share: 1), TypicalP(probability: 1e-6)]
      as [any LogitsProcessor]
    {
      var scores: [Float] = [0.5, 4, -1, 2]
      rule.process(&scores, after: TokenHistory(tokens: [0], promptCount: 1))
      #expect(scores.filter { $0 > -.infinity }.count >= 1)
    }
  }
}
