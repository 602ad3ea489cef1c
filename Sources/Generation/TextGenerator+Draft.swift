import Tensors
import Tokenization

extension TextGenerator {
  /// Continues a prompt greedily, with a smaller model that guesses some tokens ahead: the model reads the guesses in one
  /// pass, and keeps those that it would have chosen (Leviathan and others 2023; Chen and others 2023).
  ///
  /// The text is the one that `generate` gives. Both models must have the same tokenizer, and the text must fit the
  /// context of both; then it ends.
  ///
  /// - Parameters:
  ///   - prompt: What the text begins with.
  ///   - settings: How to generate; the likeliest token must be taken always.
  ///   - draft: The smaller model.
  ///   - isInterrupted: Asked before each pass.
  ///   - onText: Receives new text, as of `generate`.
  /// - Returns: The text, and how many tokens were guessed and kept.
  public func generate(
    _ prompt: Prompt, settings: GenerationSettings, draft: TextGenerator, isInterrupted: () -> Bool = { false },
    onText: (_ text: String) -> Void = { _ in }
  ) throws -> (text: GeneratedText, guessed: Int, kept: Int) {
    guard settings.isGreedy, settings.numBeams == 1, settings.contextEnd == .stop else {
      throw GenerationFailure.badSetting(
        name: "draft", expected: "used with greedy decoding (temperature 0), one beam and context_end stop",
        found: "other settings")
    }
    guard draft.scorer.vocabularySize == scorer.vocabularySize, draft.tokenizer.modelBytes == tokenizer.modelBytes
    else { throw GenerationFailure.otherTokenizer }
    try settings.validate(vocabulary: scorer.vocabularySize)
    let start = ContinuousClock.now
    func seconds() -> Double { (ContinuousClock.now - start) / .seconds(1) }
    let endTokens = ends(settings)
    let sampler = TokenSampler(settings, endTokens: endTokens, breakers: breakers(settings))
    let tokens = try tokens(of: prompt, settings: settings)
    let context = min(contextLength, draft.contextLength)
    guard tokens.count <= context else {
      throw GenerationFailure.promptTooLong(tokens: tokens.count, context: context)
    }
    var text = try GeneratingSequence(
      index: 0, prompt: tokens, sample: prompt.sample, settings: settings, endTokens: endTokens, tokenizer: tokenizer,
      vocabularySize: scorer.vocabularySize, contextLength: context)
    let capacity = min(context, tokens.count + min(settings.maxNewTokens, context) + Self.guesses)
    let memory = try scorer.makeMemory(sequences: 1, capacity: capacity)
    let draftMemory = try draft.scorer.makeMemory(sequences: 1, capacity: capacity)
    var scores: [Float] = []
    var (guessed, kept) = (0, 0)

    /// Takes one token by the scores of a position; whether the text goes on.
    func advance(_ row: Int) throws -> Bool {
      memory.copyScores(of: row, to: &scores)
      let new = try text.advance(&scores, sampler: sampler, seconds: seconds())
      if !new.isEmpty { onText(new) }
      return text.finishReason == nil
    }
    func read(_ tokens: [Int32], _ memory: any ScorerMemory) throws {
      var reader = PromptReader([(0, tokens)])
      while let (parts, _) = reader.next() { try memory.extend(parts) }
    }

    try read(tokens, memory)
    var goesOn = try advance(0)
    // How many tokens of the text the smaller model has read; the model has always read all but the newest.
    var drafted = 0
    while goesOn {
      if isInterrupted() {
        onText(text.finish(.interrupted))
        break
      }
      let visible = text.visible
      guard visible.count <= context else {
        onText(text.finish(.context))
        break
      }
      var guesses: [Int32] = []
      let count = min(Self.guesses, context - visible.count)
      while guesses.count < count {
        try read(guesses.last.map { [$0] } ?? Array(visible[drafted...]), draftMemory)
        draftMemory.copyScores(of: 0, to: &scores)
        guesses.append(Int32(Distribution.likeliest(scores)))
      }
      try memory.extend(0, scoring: [visible[visible.count - 1]] + guesses)
      guessed += guesses.count
      var row = 0
      goesOn = try advance(row)
      while goesOn, row < guesses.count, text.visible.last == guesses[row] {
        row += 1
        kept += 1
        goesOn = try advance(row)
      }
      memory.truncate(0, to: text.visible.count - 1)
      drafted = guesses.isEmpty ? drafted : min(visible.count + guesses.count - 1, text.visible.count - 1)
      draftMemory.truncate(0, to: drafted)
    }
    return (text.result(seconds: seconds()), guessed, kept)
  }

  /// How many tokens are guessed ahead; with the newest one they fit a pass of few rows.
  static let guesses = 4
}
