import Generation
import Testing

@Suite struct PromptReaderTests {
  @Test("Prompts longer than a pass are read whole", arguments: [1, 255, 256, 257, 700])
  func longPrompts(_ length: Int) throws {
    let generator = TextGenerator(scorer: HashScorer(contextLength: 2000), tokenizer: testTokenizer)
    var settings = GenerationSettings()
    settings.maxNewTokens = 3
    let tokens = (0..<length).map { Int32(10 + $0 % 300) }
    let prompts = [Prompt(tokens: tokens), Prompt(tokens: [5, 6]), Prompt(tokens: tokens.reversed())]
    let together = try generator.generate(prompts, settings: settings)
    for (prompt, text) in zip(prompts, together) {
      #expect(try generator.generate([prompt], settings: settings)[0].tokens == text.tokens)
      #expect(text.statistics.promptTokens == text.promptTokens.count)
    }
  }
}
