import Files
import Generation
import Testing

/// DRY against a plain program of its definition: see `Fixtures/dry.py`.
@Suite struct RepetitionGrowthTests {
  @Test("The costs of the definition")
  func agrees() throws {
    let cases = try #require(try fixture("dry.json")["cases"]?.array)
    #expect(cases.count == 34)
    for json in cases {
      func tokens(_ name: String) -> [Int32] { (json[name]?.array ?? []).compactMap { $0.int.map { Int32($0) } } }
      let rule = RepetitionGrowth(
        multiplier: Float(try #require(json["multiplier"]?.double)), base: Float(try #require(json["base"]?.double)),
        allowedLength: try #require(json["allowed_length"]?.int), breakers: Set(tokens("breakers")))
      let costs = try #require(json["costs"]?.array).compactMap(\.double)
      var scores = [Float](repeating: 0, count: costs.count)
      let history = tokens("history")
      rule.process(&scores, after: TokenHistory(tokens: history, promptCount: history.count / 2))
      for (token, (score, cost)) in zip(scores, costs).enumerated() {
        #expect(abs(Double(-score) - cost) <= 1e-5 * max(1, cost), "token \(token) of \(json.serialized())")
      }
    }
  }

  @Test("Breakers are found in the pieces, wherever they stand in them")
  func breakers() {
    var settings = GenerationSettings()
    let generator = TextGenerator(scorer: HashScorer(), tokenizer: testTokenizer)
    #expect(generator.breakers(settings).isEmpty)
    settings.dryMultiplier = 1
    settings.drySequenceBreakers = ["g"]
    let breakers = generator.breakers(settings)
    for token in 0..<Int32(testTokenizer.vocabularySize) where testTokenizer.kind(token) == .normal {
      #expect(breakers.contains(token) == testTokenizer.piece(token).contains("g"))
    }
    // Tokens that say nothing part texts, too.
    #expect(breakers.contains(2))
  }
}
