import Generation
import TestSupport
import Tensors
import Testing
import Transformers

/// A smaller model guesses; the text must stay the one that the model writes alone.
@Suite struct DraftTests {
  private var settings: GenerationSettings {
    var settings = GenerationSettings()
    (settings.temperature, settings.maxNewTokens) = (0, 30)
    return settings
  }

  private let prompts: [Prompt] = ["In the beginning", "And God said", "", "light"]

  /// Scores that are like another scorer's, but not always.
  private struct Blurred: CausalScorer {
    var base = HashScorer(spread: 3)
    var vocabularySize: Int { base.vocabularySize }
    var contextLength = 1000

    func makeMemory(sequences: Int, capacity: Int) -> any ScorerMemory {
      let base = base
      return MockMemory(sequences: sequences, vocabulary: vocabularySize) { tokens in
        let memory = base.makeMemory(sequences: 1, capacity: tokens.count)
        var scores: [Float] = []
        try? memory.extend([(0, tokens)])
        memory.copyScores(of: 0, to: &scores)
        if tokens.count % 3 == 0 { scores.reverse() }
        return scores
      }
    }
  }

  @Test("The text is the greedy one, however well the guesses are", arguments: [true, false])
  func sameText(guessesWell: Bool) throws {
    let model = TextGenerator(scorer: HashScorer(), tokenizer: testTokenizer)
    let draft =
      guessesWell
      ? TextGenerator(scorer: Blurred(), tokenizer: testTokenizer)
      : TextGenerator(scorer: HashScorer(spread: -3), tokenizer: testTokenizer)
    for prompt in prompts {
      var streamed = ""
      let (text, guessed, kept) = try model.generate(
        prompt, settings: settings, draft: draft, onText: { streamed += $0 })
      let alone = try model.generate([prompt], settings: settings)[0]
      #expect(text.tokens == alone.tokens && text.text == alone.text && text.finishReason == alone.finishReason)
      #expect(streamed == text.text)
      #expect(guessed > 0 && (kept > 0) == guessesWell && kept <= guessed)
    }
  }

  @Test("So it is with penalties, a constraint, a stop string, and where the context ends")
  func settingsAndEnds() throws {
    let draft = TextGenerator(scorer: Blurred(contextLength: 27), tokenizer: testTokenizer)
    var scorer = HashScorer()
    scorer.contextLength = 27
    let model = TextGenerator(scorer: scorer, tokenizer: testTokenizer)
    let changes: [(inout GenerationSettings) -> Void] = [
      { $0.repetitionPenalty = 1.5 }, { $0.dryMultiplier = 2 }, { $0.constraint = .regex("[a-z ]{4,9}") },
      { $0.stopStrings = ["e", "a"] }, { $0.minNewTokens = 20 }, { $0.maxNewTokens = 1 }, { $0.maxNewTokens = 500 },
    ]
    for change in changes {
      var settings = settings
      change(&settings)
      for prompt in prompts {
        let text = try model.generate(prompt, settings: settings, draft: draft).text
        let alone = try model.generate([prompt], settings: settings)[0]
        #expect(text.tokens == alone.tokens && text.text == alone.text && text.finishReason == alone.finishReason)
      }
    }
  }

  @Test("So it is of transformers, and one that guesses for itself is always right", arguments: [1, 2])
  func transformers(threads: Int) throws {
    let execution = Execution(threads: threads)
    let model = try TinyModel(.llama, context: 64)
    let other = try TinyModel(.gpt2, context: 64).generator(execution)
    let generator = try model.generator(execution)
    for prompt in prompts {
      let alone = try generator.generate([prompt], settings: settings)[0]
      #expect(try generator.generate(prompt, settings: settings, draft: other).text.tokens == alone.tokens)
      let (text, guessed, kept) = try generator.generate(prompt, settings: settings, draft: generator)
      #expect(text.tokens == alone.tokens)
      // Guesses behind the end of the text are not looked at.
      #expect(kept > guessed - 5)
    }
  }

  @Test("What a draft cannot be used with is refused")
  func refused() {
    let model = TextGenerator(scorer: HashScorer(), tokenizer: testTokenizer)
    var smaller = HashScorer()
    smaller.vocabularySize -= 1
    let draft = TextGenerator(scorer: smaller, tokenizer: testTokenizer)
    #expect(throws: GenerationFailure.otherTokenizer) {
      try model.generate("And", settings: settings, draft: draft)
    }
    var drawing = settings
    drawing.temperature = 1
    #expect(throws: GenerationFailure.self) { try model.generate("And", settings: drawing, draft: model) }
  }
}
