extension TextGenerator {
  /// Of several texts of each prompt, drawn in the same passes, that with the highest mean logarithm of its tokens'
  /// probabilities; it is handed out when it is known.
  ///
  /// Text `i` of sample `s` is what the prompt gives as sample `s · best_of + i`, so the draws of two samples differ.
  func generateBest(
    _ prompts: [Prompt], settings: GenerationSettings, isInterrupted: () -> Bool,
    onText: (_ prompt: Int, _ text: String) -> Void
  ) throws -> [GeneratedText] {
    var single = settings
    single.bestOf = 1
    return try prompts.enumerated().map { index, prompt in
      let draws = (0..<settings.bestOf).map { draw in
        var other = prompt
        other.sample = prompt.sample * settings.bestOf + draw
        return other
      }
      let texts = try generate(draws, settings: single, measuresProbability: true, isInterrupted: isInterrupted) {
        _, _ in
      }
      func score(_ text: GeneratedText) -> Double { text.meanLogProbability ?? -.infinity }
      let best = texts.dropFirst().reduce(texts[0]) { score($1) > score($0) ? $1 : $0 }
      if !best.text.isEmpty { onText(index, best.text) }
      return best
    }
  }
}
