import Foundation
import Generation
import Testing

@Suite struct BestOfTests {
  private let generator = TextGenerator(scorer: HashScorer(spread: 1.5), tokenizer: testTokenizer)

  private var settings: GenerationSettings {
    var settings = GenerationSettings()
    (settings.temperature, settings.maxNewTokens, settings.topK) = (1.3, 9, 40)
    return settings
  }

  /// The mean logarithm of the probabilities of a text's tokens, token by token from the scores.
  private func meanLogProbability(_ text: GeneratedText) -> Double {
    let memory = HashScorer(spread: 1.5).makeMemory(sequences: 1, capacity: 100)
    var scores: [Float] = []
    var sum = 0.0
    for count in text.tokens.indices {
      memory.truncate(0, to: 0)
      try? memory.extend([(0, text.promptTokens + text.tokens[..<count])])
      memory.copyScores(of: 0, to: &scores)
      sum += Double(scores[Int(text.tokens[count])]) - log(scores.reduce(0) { $0 + exp(Double($1)) })
    }
    return sum / Double(text.tokens.count)
  }

  @Test("Of the texts that single draws give, the one with the likeliest tokens is kept")
  func best() throws {
    var settings = settings
    for sample in 0..<3 {
      settings.bestOf = 1
      let draws = try (0..<5).map {
        try generator.generate([Prompt("And God", sample: 5 * sample + $0)], settings: settings)[0]
      }
      let scores = draws.map { meanLogProbability($0) }
      let place = try #require(scores.indices.max { scores[$0] < scores[$1] })
      #expect(Set(draws.map(\.text)).count > 1)
      #expect(draws.allSatisfy { $0.meanLogProbability == nil })
      settings.bestOf = 5
      var streamed: [String] = []
      let text = try generator.generate([Prompt("And God", sample: sample)], settings: settings) {
        streamed.append($1)
      }[0]
      #expect(text.tokens == draws[place].tokens && streamed.joined() == text.text && streamed.count <= 1)
      #expect(abs((text.meanLogProbability ?? 0) - scores[place]) < 1e-5)
    }
  }

  @Test("Several prompts are answered as each alone; where nothing is drawn it is refused")
  func prompts() throws {
    var settings = settings
    settings.bestOf = 3
    let prompts: [Prompt] = ["And God", "In the beginning", ""]
    let together = try generator.generate(prompts, settings: settings)
    for (prompt, text) in zip(prompts, together) {
      #expect(try generator.generate([prompt], settings: settings)[0].tokens == text.tokens)
    }
    settings.temperature = 0
    #expect(throws: GenerationFailure.self) { try generator.generate(prompts, settings: settings) }
  }

  @Test("Whoever asks for a way of drawing wants tokens to be drawn, whoever asks for beams does not")
  func requests() throws {
    for (name, value, draws) in [
      ("temperature", "0.7", true), ("top_k", "5", true), ("top_p", "0.9", true), ("min_p", "0.1", true),
      ("typical-p", "0.5", true), ("best_of", "2", true), ("top_p", "1", false), ("min_p", "0", false),
      ("best_of", "1", false), ("repetition_penalty", "1.2", false), ("max_tokens", "7", false),
    ] {
      var settings = GenerationSettings()
      settings.doSample = false
      try settings.request(name, as: value)
      #expect(settings.doSample == draws, "\(name) \(value)")
    }
    var settings = GenerationSettings()
    try settings.request("num_beams", as: "2")
    #expect(!settings.doSample)
  }
}
