import Files
import Generation
import Testing
import Tokenization

/// Random texts under a constraint: whatever chance takes, each beginning can be ended, and the end is whole.
///
/// Whether a text matches is asked of Swift's own regular expressions.
@Suite struct ConstraintStateTests {
  static let patterns = [
    "a", "abc|abd|x", "(?:ab)*", "a*b+c?", "[a-c]{2,5}", "(?:[a-z]+ ){1,3}[a-z]+", "\\d{1,3}-\\d{2}",
    "-?(?:0|[1-9]\\d*)",
    "[^a-z]{1,4}", ".{0,6}", "早上好|こんにちは", "[é-早]{1,3}", "[\\u0001-\\uFFFF]{2}", "🐦{1,2}|🐦x", "\\w+\\W\\w+",
    "\\s?\\S\\s",
    "(?:a|ab)(?:c|bcd)", "((x{2}){2}){1,2}", "\\[(?:[0-9](?:, [0-9])*)?\\]", "^(?:yes|no)$", "x{0}y", "(?:|a)b",
    "a{2,}",
    "the (?:light|darkness|deep)\\.", "\\x41\\.\\*\\\\", "[]a]+", "[^]a]", "[a\\-z]+", "(?:a{0,3}b){0,3}",
  ]

  /// A vocabulary in which a few characters only can be said.
  private static let poorTokenizer: Tokenizer = {
    do {
      let options = try TokenizerTrainingOptions(
        modelType: .unigram, vocabularySize: 40, settings: ["byte_fallback": "false", "character_coverage": "1"])
      return try Tokenizer.train(from: ["abba cab bad dab\n", "ab cd. ba dc\n", "1 2 12 21 早\n"], options: options)
        .tokenizer
    } catch {
      fatalError("the tests' tokenizer: \(error)")
    }
  }()

  private func settings(_ constraint: TextConstraint, _ most: Int, _ seed: Int) -> GenerationSettings {
    var settings = GenerationSettings()
    (settings.temperature, settings.topK, settings.constraint) = (3, 0, constraint)
    (settings.maxNewTokens, settings.seed) = (most, UInt64(seed))
    return settings
  }

  private func generator(_ tokenizer: Tokenizer) -> TextGenerator {
    TextGenerator(scorer: HashScorer(vocabularySize: tokenizer.vocabularySize), tokenizer: tokenizer, endTokens: [2])
  }

  /// Generates with ever more room; returns how many texts there were.
  private func check(
    _ constraint: TextConstraint, _ generator: TextGenerator, prompts: [Prompt] = ["", "God", "God "],
    holds: (String) throws -> Bool
  ) throws -> Int {
    var count = 0
    for prompt in prompts {
      for (seed, most) in [1, 2, 3, 5, 8, 13, 21, 34, 55, 200].enumerated() {
        do {
          let text = try generator.generate([prompt], settings: settings(constraint, most, seed))[0]
          count += 1
          let isWhole = try holds(text.text)
          #expect(isWhole, "\(text.text.debugDescription) for \(constraint), \(most)")
          #expect(text.tokens.count <= most)
        } catch GenerationFailure.constraintTooLong(let needed, let allowed) {
          #expect(needed > allowed && allowed == most)
        }
      }
    }
    return count
  }

  @Test("Regular expressions", arguments: patterns)
  func matches(_ pattern: String) throws {
    // Swift's own classes know more letters than those of ASCII.
    let classes = ["w": "[0-9A-Za-z_]", "W": "[^0-9A-Za-z_]", "s": "[ \\t-\\r]", "S": "[^ \\t-\\r]", "d": "[0-9]"]
    let plain = classes.reduce(pattern) { $0.replacing("\\" + $1.key, with: $1.value) }
      .replacing("[]", with: "[\\]").replacing("[^]", with: "[^\\]")
    let oracle = try Regex(plain).matchingSemantics(.unicodeScalar)
    let count = try check(.regex(pattern), generator(testTokenizer)) { try oracle.wholeMatch(in: $0) != nil }
    #expect(count >= 10)
  }

  @Test("A way that the vocabulary cannot spell is not begun")
  func poorVocabulary() throws {
    let generator = generator(Self.poorTokenizer)
    for pattern in ["a+q|b", "(?:a|早)(?:z|c)", "[a-d ]*[x1]", "(?:a|b)*(?:é|c)", "早+|[é-ü]"] {
      let oracle = try Regex(pattern).matchingSemantics(.unicodeScalar)
      let count = try check(.regex(pattern), generator, prompts: ["ab"]) { try oracle.wholeMatch(in: $0) != nil }
      #expect(count > 5, "\(pattern)")
    }
    #expect(throws: GenerationFailure.constraintCannotGoOn(token: 0)) {
      try generator.generate(["ab"], settings: settings(.regex("a*q"), 9, 1))
    }
  }

  @Test("One of some texts")
  func choices() throws {
    let choices = [" yes", " no", "a.b*", "早上", " yes and no"]
    _ = try check(.choices(choices), generator(testTokenizer), prompts: ["God"]) { choices.contains($0) }
  }

  @Test("The text is whole where the context ends, and where greed would write on for ever")
  func ends() throws {
    var scorer = HashScorer()
    scorer.contextLength = 12
    let generator = TextGenerator(scorer: scorer, tokenizer: testTokenizer)
    let oracle = try Regex("(?:[a-z]+,)+\\.")
    var long = 0
    for seed in 0..<20 {
      let text = try generator.generate(["God said"], settings: settings(.regex("(?:[a-z]+,)+\\."), 100, seed))[0]
      #expect(try oracle.wholeMatch(in: text.text) != nil, "\(text.text)")
      long += text.promptTokens.count + text.tokens.count == 13 ? 1 : 0
    }
    #expect(long > 0)
    var greedy = settings(.regex("(?:xy)+"), 31, 1)
    greedy.temperature = 0
    let text = try generator.generate([Prompt(tokens: [1])], settings: greedy)[0]
    #expect(try Regex("(?:xy)+").wholeMatch(in: text.text) != nil)
    #expect(throws: GenerationFailure.self) {
      try generator.generate(["God said, Let there be light"], settings: settings(.regex("[a-z]{40}"), 100, 1))
    }
  }

  @Test("A stop string would cut the text, and is refused")
  func stopStrings() {
    var settings = settings(.regex("[a-z]+"), 9, 1)
    settings.stopStrings = ["e"]
    #expect(throws: GenerationFailure.self) { try generator(testTokenizer).generate(["God"], settings: settings) }
  }
}
