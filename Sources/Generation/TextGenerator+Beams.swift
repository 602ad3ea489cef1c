import Tensors

extension TextGenerator {
  /// The likeliest texts that beam search finds, prompt by prompt; a text is handed out when it is known.
  func generateByBeams(
    _ prompts: [Prompt], settings: GenerationSettings, endTokens: [Int32], pipeline: LogitsPipeline,
    isInterrupted: () -> Bool, onText: (_ prompt: Int, _ text: String) -> Void
  ) throws -> [GeneratedText] {
    guard settings.isGreedy else {
      throw GenerationFailure.badSetting(
        name: "num_beams", expected: "1 where tokens are drawn (do_sample)", found: "\(settings.numBeams)")
    }
    guard settings.constraint == nil, settings.contextEnd == .stop else {
      throw GenerationFailure.badSetting(
        name: "num_beams", expected: "1 with a constraint, or where context_end is slide",
        found: "\(settings.numBeams)")
    }
    return try prompts.enumerated().map { index, prompt in
      let start = ContinuousClock.now
      func seconds() -> Double { (ContinuousClock.now - start) / .seconds(1) }
      let tokens = try tokens(of: prompt, settings: settings)
      guard tokens.count <= contextLength else {
        throw GenerationFailure.promptTooLong(tokens: tokens.count, context: contextLength)
      }
      let mostNew = min(settings.maxNewTokens, contextLength + 1 - tokens.count)
      let memory = try scorer.makeMemory(
        sequences: settings.numBeams, capacity: min(contextLength, tokens.count + mostNew))
      let search = BeamSearch(settings: settings, endTokens: endTokens, pipeline: pipeline)
      let found = try search.search(tokens, memory, mostNew: mostNew, isInterrupted: isInterrupted)
      var text = try GeneratingSequence(
        index: index, prompt: tokens, sample: prompt.sample, settings: settings, endTokens: endTokens,
        tokenizer: tokenizer, vocabularySize: scorer.vocabularySize, contextLength: contextLength)
      for token in found where text.finishReason == nil {
        let new = text.append(token, seconds: seconds())
        if !new.isEmpty { onText(index, new) }
      }
      let rest = text.finish(isInterrupted() ? .interrupted : .context)
      if !rest.isEmpty { onText(index, rest) }
      return text.result(seconds: seconds())
    }
  }
}
