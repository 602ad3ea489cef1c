import Generation
import KernelSupport
import Synchronization
import Tensors
import TestSupport
import Testing
import Tokenization
import Transformers

@Suite struct TextGeneratorTests {
  private let prompts: [Prompt] = ["In the beginning", "And God", "", "And the earth was without form, and void"]

  private func scripted(_ text: String, after prompt: String, end: Bool = true) -> TextGenerator {
    let promptTokens = [1] + testTokenizer.encode(prompt)
    let whole = [1] + testTokenizer.encode(prompt + text)
    let script = Array(whole.dropFirst(promptTokens.count)) + (end ? [2] : [])
    return TextGenerator(
      scorer: ScriptedScorer(script: script, promptCount: promptTokens.count), tokenizer: testTokenizer)
  }

  private var greedy: GenerationSettings {
    var settings = GenerationSettings()
    settings.temperature = 0
    settings.maxNewTokens = 40
    return settings
  }

  // MARK: Text

  @Test("The new text has its space, and ends where the model ends it")
  func spaces() throws {
    let result = try scripted(" the light from", after: "And God divided").generate(
      ["And God divided"], settings: greedy)[0]
    #expect(result.text == " the light from")
    #expect(result.finishReason == .stop)
    #expect(result.tokens.last == 2)
    #expect(result.continuation == result.promptTokens + result.tokens.dropLast())
    #expect(result.statistics.newTokens == result.tokens.count)
  }

  @Test("What streams is whole characters, and together is the text")
  func streaming() throws {
    let text = " said: žluťoučký 🐦‍🔥 早上好 light"
    var parts: [String] = []
    let result = try scripted(text, after: "God").generate(["God"], settings: greedy) { prompt, part in
      #expect(prompt == 0)
      parts.append(part)
    }[0]
    #expect(result.tokens.count > 40 || result.text == text)
    #expect(parts.joined() == result.text)
    #expect(!parts.contains { $0.contains("\u{FFFD}") || $0.isEmpty })
    #expect(parts.count > 10)
  }

  @Test("A character that is cut off by the length is left out")
  func cutCharacter() throws {
    var settings = greedy
    let tokens = testTokenizer.encode("God 早").count - testTokenizer.encode("God").count
    settings.maxNewTokens = tokens - 1
    let result = try scripted(" 早上好", after: "God").generate(["God"], settings: settings)[0]
    #expect(result.finishReason == .length)
    #expect(!result.text.contains("\u{FFFD}"))
    #expect(result.tokens.count == tokens - 1)
  }

  @Test("Stop strings work across tokens and are never emitted", arguments: ["\n\n", "e e", "earth", "th."])
  func stopStrings(_ stop: String) throws {
    let text = " the heaven and the earth.\n\nAnd the earth"
    let end = try #require(text.firstRange(of: stop)).lowerBound
    var settings = greedy
    settings.stopStrings = ["never", stop]
    var streamed = ""
    let result = try scripted(text, after: "God").generate(["God"], settings: settings) { streamed += $1 }[0]
    #expect(result.text == String(text[..<end]))
    #expect(streamed == result.text)
    #expect(result.continuation == nil)
    #expect(result.finishReason == .stop)
  }

  @Test("The beginning of a stop string is emitted when nothing comes of it")
  func heldBack() throws {
    var settings = greedy
    settings.stopStrings = ["light!"]
    let result = try scripted(" the light", after: "God").generate(["God"], settings: settings)[0]
    #expect(result.text == " the light")
  }

  @Test("Least and most lengths")
  func lengths() throws {
    var settings = greedy
    settings.minNewTokens = 12
    settings.maxNewTokens = 15
    let generator = scripted("", after: "God")
    let result = try generator.generate(["God"], settings: settings)[0]
    #expect(result.tokens.count == 15)
    #expect(!result.tokens.prefix(12).contains(2))
    #expect(result.finishReason == .length)
  }

  // MARK: Context

  @Test("A full context ends the text and says so")
  func contextStops() throws {
    let generator = TextGenerator(scorer: HashScorer(contextLength: 20), tokenizer: testTokenizer)
    var settings = greedy
    settings.suppressTokens = [2]
    let result = try generator.generate([Prompt(tokens: [1, 5, 6])], settings: settings)[0]
    #expect(result.finishReason == .context)
    #expect(result.promptTokens.count + result.tokens.count == 21)
    #expect(throws: GenerationFailure.promptTooLong(tokens: 21, context: 20)) {
      _ = try generator.generate([Prompt(tokens: Array(3..<24))], settings: settings)
    }
  }

  @Test("A context that slides forgets the older half and goes on")
  func contextSlides() throws {
    let seen = Mutex<[[Int32]]>([])
    let scorer = HashScorer(contextLength: 20) { tokens in seen.withLock { $0.append(tokens) } }
    var settings = greedy
    settings.suppressTokens = [2]
    settings.contextEnd = .slide
    let prompt: [Int32] = [1] + Array(10..<40)
    let result = try TextGenerator(scorer: scorer, tokenizer: testTokenizer).generate(
      [Prompt(tokens: prompt)], settings: settings)[0]
    #expect(result.finishReason == .length)
    #expect(result.tokens.count == 40)
    let all = prompt + result.tokens
    seen.withLock { seen in
      #expect(seen.count == 40)
      #expect(seen[0] == [1] + all[21..<31])
      for (step, tokens) in seen.enumerated() {
        #expect(tokens.count <= 20)
        #expect(tokens.first == 1)
        #expect(tokens.dropFirst().elementsEqual(all[..<(31 + step)].suffix(tokens.count - 1)))
      }
      #expect(result.forgottenTokens == all.count - 1 - (seen.last?.count ?? 0))
    }
  }

  // MARK: Independence

  @Test("A text is the same alone and in a batch, and another for another seed or sample")
  func batchesOfMock() throws {
    let generator = TextGenerator(scorer: HashScorer(), tokenizer: testTokenizer)
    var settings = GenerationSettings()
    settings.maxNewTokens = 30
    let together = try generator.generate(prompts, settings: settings)
    for (prompt, text) in zip(prompts, together) {
      let alone = try generator.generate([prompt], settings: settings)[0]
      #expect(alone.tokens == text.tokens)
      #expect(alone.text == text.text)
    }
    var other = settings
    other.seed = 2
    #expect(try generator.generate(prompts, settings: other).map(\.tokens) != together.map(\.tokens))
    let samples = try generator.generate((0..<3).map { Prompt("And", sample: $0) }, settings: settings)
    #expect(Set(samples.map(\.tokens)).count == 3)
  }

  @Test(
    "With a transformer: the same text alone, in a batch and on any number of threads",
    arguments: [TransformerConfiguration.Family.gpt2, .llama],
    [(KernelChoice.reference, Precision.fp32), (.active, .fp32), (.active, .bf16)])
  func batches(
    _ family: TransformerConfiguration.Family, _ choice: (kernels: KernelChoice, precision: Precision)
  ) throws {
    let tiny = try TinyModel(family)
    func execution(threads: Int) -> Execution {
      var execution = choice.kernels.execution(threads: threads)
      execution.precision = choice.precision
      return execution
    }
    var settings = GenerationSettings()
    settings.temperature = 1
    settings.maxNewTokens = 24
    let reference = try tiny.generator(execution(threads: 1)).generate(prompts, settings: settings)
    for threads in [1, 2, 3] {
      let generator = try tiny.generator(execution(threads: threads))
      #expect(try generator.generate(prompts, settings: settings).map(\.tokens) == reference.map(\.tokens))
      for (prompt, text) in zip(prompts, reference) {
        #expect(try generator.generate([prompt], settings: settings)[0].tokens == text.tokens)
      }
    }
  }

  @Test(
    "With a transformer: the cache gives the tokens that whole passes give",
    arguments: [TransformerConfiguration.Family.gpt2, .llama], KernelChoice.allCases)
  func cache(_ family: TransformerConfiguration.Family, _ kernels: KernelChoice) throws {
    let tiny = try TinyModel(family)
    let execution = kernels.execution(threads: 2)
    var settings = greedy
    settings.maxNewTokens = 20
    let result = try tiny.generator(execution).generate(["And God said"], settings: settings)[0]
    let activations = Activations(tiny.model, tokens: 48, sequences: 1, training: false)
    var tokens = result.promptTokens
    for token in result.tokens {
      let logits = try tiny.model.logits(
        of: TokenBatch([tokens]), rows: [Int32(tokens.count - 1)], weights: tiny.weights, activations: activations,
        execution: execution
      ).row(0)
      let best = logits.indices.max { logits[$0] < logits[$1] } ?? 0
      #expect(Int32(best) == token)
      tokens.append(token)
    }
  }

  // MARK: Interruption and refusal

  @Test("An interruption ends the text where it is")
  func interruption() throws {
    let generator = TextGenerator(scorer: HashScorer(), tokenizer: testTokenizer)
    var asked = 0
    let result = try generator.generate(
      ["And"], settings: greedy,
      isInterrupted: {
        asked += 1
        return asked > 4
      })[0]
    #expect(result.finishReason == .interrupted)
    #expect(result.tokens.count == 4)
  }

  @Test("A text goes on from its tokens as if it had not stopped")
  func continuation() throws {
    let generator = TextGenerator(scorer: HashScorer(), tokenizer: testTokenizer)
    var settings = greedy
    settings.suppressTokens = [2]
    let whole = try generator.generate(["And God"], settings: settings)[0]
    settings.maxNewTokens = 15
    let first = try generator.generate(["And God"], settings: settings)[0]
    settings.maxNewTokens = 25
    let second = try generator.generate(
      [Prompt(tokens: try #require(first.continuation))], settings: settings)[0]
    #expect(first.tokens + second.tokens == whole.tokens)
  }

  @Test("Another model, an empty prompt, and tokens that do not exist are refused")
  func refusals() throws {
    let masked = try TinyModel(.bert)
    #expect(throws: GenerationFailure.self) { _ = try masked.generator(Execution(kernels: ReferenceKernels.self)) }
    let generator = TextGenerator(scorer: HashScorer(), tokenizer: testTokenizer)
    #expect(throws: GenerationFailure.emptyPrompt) {
      _ = try generator.generate([Prompt(tokens: [])], settings: greedy)
    }
    let tiny = try TinyModel(.gpt2)
    #expect(throws: ModelFailure.self) {
      _ = try tiny.generator(Execution(kernels: ReferenceKernels.self)).generate(
        [Prompt(tokens: [1, 30_000])], settings: greedy)
    }
  }

  @Test("The table of next tokens")
  func nextTokens() throws {
    let generator = scripted(" light", after: "God said")
    let table = try generator.nextTokens(after: "God said", count: 3)
    #expect(table.count == 3)
    #expect(table[0].probability > 0.99)
    #expect(table[0].piece.hasPrefix("▁"))
    #expect(table[1].probability >= table[2].probability)
    let all = try TextGenerator(scorer: HashScorer(), tokenizer: testTokenizer).nextTokens(after: "God", count: 1000)
    #expect(abs(all.reduce(0) { $0 + $1.probability } - 1) < 1e-9)
  }
}
