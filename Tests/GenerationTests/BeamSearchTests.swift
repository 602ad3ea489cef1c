import Files
import Generation
import Testing

/// Beam search against the texts that transformers finds: see `Fixtures/beam_search.py`.
@Suite struct BeamSearchTests {
  /// Scores of a token from the two before it.
  private struct Table: CausalScorer {
    var first: [[Float]], second: [[Float]]
    var vocabularySize: Int { first.count }
    var contextLength: Int { 64 }

    func makeMemory(sequences: Int, capacity: Int) -> any ScorerMemory {
      MockMemory(sequences: sequences, vocabulary: vocabularySize) { tokens in
        let before = tokens.count > 1 ? Int(tokens[tokens.count - 2]) : 0
        return zip(first[Int(tokens[tokens.count - 1])], second[before]).map { $0 + $1 }
      }
    }
  }

  struct Case: Sendable, CustomStringConvertible {
    var prompt: [Int32]
    var settings: GenerationSettings
    var tokens: [Int32]
    var description: String
  }

  private static func tokens(_ json: JSONValue?) -> [Int32] {
    (json?.array ?? []).compactMap { $0.int.map { Int32($0) } }
  }

  static let cases: [Case] = {
    guard let cases = try? fixture("beam_search.json")["cases"]?.array else { return [] }
    return cases.compactMap { json in
      guard let wished = json["settings"], let settings = try? GenerationSettings(json: wished) else { return nil }
      return Case(
        prompt: tokens(json["prompt"]), settings: settings, tokens: tokens(json["tokens"]),
        description: "\(json["prompt"]?.serialized() ?? "") \(wished.serialized())")
    }
  }()

  private static let table: Table = {
    func rows(_ name: String) -> [[Float]] {
      ((try? fixture("beam_search.json")[name]?.array) ?? []).map { row in
        (row.array ?? []).compactMap { $0.double.map { Float($0) } }
      }
    }
    return Table(first: rows("first"), second: rows("second"))
  }()

  @Test("All cases are there") func count() { #expect(Self.cases.count == 72 && Self.table.vocabularySize == 12) }

  @Test("The same text as transformers", arguments: cases)
  func agrees(_ example: Case) throws {
    let generator = TextGenerator(scorer: Self.table, tokenizer: testTokenizer)
    let text = try generator.generate([Prompt(tokens: example.prompt)], settings: example.settings)[0]
    #expect(text.tokens == example.tokens)
  }

  @Test("Several prompts are searched as each alone, and one beam is greed")
  func alone() throws {
    let generator = TextGenerator(scorer: HashScorer(), tokenizer: testTokenizer)
    var settings = GenerationSettings()
    (settings.temperature, settings.numBeams, settings.maxNewTokens) = (0, 3, 12)
    let prompts: [Prompt] = ["And God", "In the beginning"]
    let together = try generator.generate(prompts, settings: settings)
    for (prompt, text) in zip(prompts, together) {
      #expect(try generator.generate([prompt], settings: settings)[0].tokens == text.tokens)
    }
    settings.numBeams = 1
    let greedy = try generator.generate(prompts, settings: settings)
    #expect(greedy.map(\.tokens) != together.map(\.tokens))
  }

  @Test("What beams cannot do is refused")
  func refused() {
    let generator = TextGenerator(scorer: HashScorer(), tokenizer: testTokenizer)
    var settings = GenerationSettings()
    settings.numBeams = 2
    #expect(throws: GenerationFailure.self) { try generator.generate(["And"], settings: settings) }
    settings.temperature = 0
    settings.constraint = .regex("a")
    #expect(throws: GenerationFailure.self) { try generator.generate(["And"], settings: settings) }
  }
}
