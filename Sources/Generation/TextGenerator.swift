import Tensors
import Tokenization
import Transformers

/// Continues prompts, one or several at once.
///
/// The text of a prompt depends on the prompt, the settings with their seed, and the weights; not on the other
/// prompts, nor on the number of threads.
///
/// ```swift
/// let generator = try TextGenerator(model: model, weights: weights, tokenizer: tokenizer, execution: Execution())
/// let texts = try generator.generate(["In the beginning"], settings: GenerationSettings()) { _, text in
///   print(text, terminator: "")
/// }
/// ```
public struct TextGenerator: Sendable {
  /// The tokenizer.
  public let tokenizer: Tokenizer
  /// How many tokens the model sees at once.
  public var contextLength: Int { scorer.contextLength }

  let scorer: any CausalScorer
  private let configuredEnds: [Int32]
  private let configuredBegin: Int32?

  /// A generator of a causal model, which decodes from `stored` where it is given.
  public init(
    model: Transformer, weights: ParameterBuffer, stored: StoredWeights? = nil, tokenizer: Tokenizer,
    execution: Execution
  ) throws(GenerationFailure) {
    self.init(
      scorer: try TransformerScorer(model: model, weights: weights, stored: stored, execution: execution),
      tokenizer: tokenizer,
      endTokens: model.configuration.endTokens.compactMap { Int32(exactly: $0) })
  }

  /// A generator of anything that scores tokens.
  package init(scorer: any CausalScorer, tokenizer: Tokenizer, endTokens: [Int32] = []) {
    self.scorer = scorer
    self.tokenizer = tokenizer
    let special = tokenizer.special
    let ends = endTokens.filter { Int($0) < scorer.vocabularySize }
    configuredEnds = ends.isEmpty ? special.end.map { [$0] } ?? [] : ends
    configuredBegin = special.begin
  }

  /// The tokens of a prompt.
  ///
  /// Text gets the token that begins a document before it, unless the vocabulary has one token for begin and end, as
  /// GPT-2's has: then only an empty prompt gets it.
  public func tokens(of prompt: Prompt, settings: GenerationSettings = .init()) throws(GenerationFailure) -> [Int32] {
    let tokens: [Int32]
    switch prompt.content {
    case .tokens(let given): tokens = given
    case .text(let text):
      let content = tokenizer.encode(text)
      let begin = settings.beginToken ?? configuredBegin
      let isAlsoEnd = begin.map { configuredEnds.contains($0) } ?? true
      if let begin, settings.beginToken != nil || !isAlsoEnd || content.isEmpty {
        tokens = [begin] + content
      } else {
        tokens = content
      }
    }
    guard !tokens.isEmpty else { throw .emptyPrompt }
    return tokens
  }

  /// The tokens that end a text.
  func ends(_ settings: GenerationSettings) -> [Int32] {
    settings.endTokens.isEmpty ? configuredEnds : settings.endTokens
  }

  /// The tokens that say one of the texts over which no repetition reaches.
  package func breakers(_ settings: GenerationSettings) -> Set<Int32> {
    guard settings.dryMultiplier > 0 else { return [] }
    return Set(
      (0..<Int32(scorer.vocabularySize)).filter { token in
        guard let bytes = tokenizer.continuationBytes(of: token) else { return true }
        let text = String(decoding: bytes, as: UTF8.self)
        return settings.drySequenceBreakers.contains { text.contains($0) }
      })
  }

  /// Continues prompts, all in the same passes through the model.
  ///
  /// - Parameters:
  ///   - prompts: What the texts begin with.
  ///   - settings: How to generate.
  ///   - isInterrupted: Asked before each token; when true, the texts end as they are.
  ///   - onText: Receives the number of a prompt and new text of it: whole characters, and nothing that belongs to a
  ///     stop string. All that it receives of one prompt is the `text` of the result.
  /// - Returns: The texts, in the order of the prompts.
  /// - Throws: `GenerationFailure` for settings or prompts that cannot be, `ModelFailure` for tokens that are not the
  ///   model's.
  public func generate(
    _ prompts: [Prompt], settings: GenerationSettings, isInterrupted: () -> Bool = { false },
    onText: (_ prompt: Int, _ text: String) -> Void
  ) throws -> [GeneratedText] {
    try generate(
      prompts, settings: settings, measuresProbability: false, isInterrupted: isInterrupted, onText: onText)
  }

  /// The same, where the probabilities of the tokens may be measured.
  func generate(
    _ prompts: [Prompt], settings: GenerationSettings, measuresProbability: Bool, isInterrupted: () -> Bool,
    onText: (_ prompt: Int, _ text: String) -> Void
  ) throws -> [GeneratedText] {
    guard !prompts.isEmpty else { return [] }
    let start = ContinuousClock.now
    func seconds() -> Double { (ContinuousClock.now - start) / .seconds(1) }
    try settings.validate(vocabulary: scorer.vocabularySize)
    let endTokens = ends(settings)
    if settings.bestOf > 1 {
      return try generateBest(prompts, settings: settings, isInterrupted: isInterrupted, onText: onText)
    }
    if settings.numBeams > 1 {
      return try generateByBeams(
        prompts, settings: settings, endTokens: endTokens,
        pipeline: LogitsPipeline(settings, endTokens: endTokens, breakers: breakers(settings)),
        isInterrupted: isInterrupted, onText: onText)
    }
    let sampler = TokenSampler(settings, endTokens: endTokens, breakers: breakers(settings))
    let beginToken = settings.beginToken ?? configuredBegin
    let context = scorer.contextLength

    var texts: [GeneratingSequence] = []
    for (index, prompt) in prompts.enumerated() {
      var text = try GeneratingSequence(
        index: index, prompt: try tokens(of: prompt, settings: settings), sample: prompt.sample, settings: settings,
        endTokens: endTokens, tokenizer: tokenizer, vocabularySize: scorer.vocabularySize, contextLength: context,
        measuresProbability: measuresProbability)
      if text.visible.count > context {
        guard settings.contextEnd == .slide, context > 2 else {
          throw GenerationFailure.promptTooLong(tokens: text.visible.count, context: context)
        }
        text.slide(context: context, beginToken: beginToken)
      }
      texts.append(text)
    }
    let longest = texts.reduce(0) { max($0, $1.visible.count) }
    let memory = try scorer.makeMemory(
      sequences: texts.count, capacity: min(context, longest + min(settings.maxNewTokens, context)))

    var scores: [Float] = []
    /// What the model has not read yet: at first the prompts, then each text's newest token.
    var pending = texts.map { (sequence: $0.index, tokens: $0.visible) }
    reading: while !pending.isEmpty {
      var reader = PromptReader(pending)
      pending = []
      while let (parts, complete) = reader.next() {
        if isInterrupted() { break reading }
        try memory.extend(parts)
        for part in parts.indices where complete[part] {
          let index = parts[part].sequence
          memory.copyScores(of: part, to: &scores)
          let new = try texts[index].advance(&scores, sampler: sampler, seconds: seconds())
          if !new.isEmpty { onText(index, new) }
          guard texts[index].finishReason == nil else { continue }
          if texts[index].visible.count <= context {
            pending.append((index, [texts[index].visible[texts[index].visible.count - 1]]))
          } else if settings.contextEnd == .slide, context > 2 {
            texts[index].slide(context: context, beginToken: beginToken)
            memory.truncate(index, to: 0)
            pending.append((index, texts[index].visible))
          } else {
            let rest = texts[index].finish(.context)
            if !rest.isEmpty { onText(index, rest) }
          }
        }
      }
    }
    for index in texts.indices where texts[index].finishReason == nil {
      let rest = texts[index].finish(.interrupted)
      if !rest.isEmpty { onText(index, rest) }
    }
    return texts.map { $0.result(seconds: seconds()) }
  }

  /// Continues prompts, and gives the texts when they are finished.
  public func generate(
    _ prompts: [Prompt], settings: GenerationSettings, isInterrupted: () -> Bool = { false }
  ) throws -> [GeneratedText] {
    try generate(prompts, settings: settings, isInterrupted: isInterrupted) { _, _ in }
  }
}
