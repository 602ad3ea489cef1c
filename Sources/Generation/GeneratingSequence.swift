import Tensors
import Tokenization

/// One text while it is generated.
struct GeneratingSequence {
  /// Its number among the prompts, and in the model's memory.
  let index: Int
  private(set) var history: TokenHistory
  /// What the model sees; shorter than the history where the context slid.
  private(set) var visible: [Int32]
  private(set) var text = ""
  private(set) var finishReason: FinishReason?
  private(set) var forgottenTokens = 0

  private let settings: GenerationSettings
  private let endTokens: [Int32]
  private var random: RandomGenerator
  private var decoder: StreamingDecoder
  private var scanner: StopScanner
  private let constraint: ConstraintState?
  /// How many tokens may come: those that are allowed, and as many as the context has room for where it does not slide.
  private let mostNew: Int
  private var secondsToFirstToken: Double?
  private var seconds = 0.0
  /// Whether the model's own probabilities of the tokens are summed up, and their logarithms' sum.
  private let measuresProbability: Bool
  private var logProbability = 0.0

  init(
    index: Int, prompt: [Int32], sample: Int, settings: GenerationSettings, endTokens: [Int32], tokenizer: Tokenizer,
    vocabularySize: Int, contextLength: Int, measuresProbability: Bool = false
  ) throws(GenerationFailure) {
    self.index = index
    self.settings = settings
    self.endTokens = endTokens
    self.measuresProbability = measuresProbability
    history = TokenHistory(tokens: prompt, promptCount: prompt.count)
    visible = prompt
    random = Randomness(seed: settings.seed).derive("text", sample).generator
    // Having read the prompt, the decoder knows which spaces belong between it and the new text.
    decoder = tokenizer.streamingDecoder()
    for token in prompt { _ = decoder.append(token) }
    scanner = StopScanner(settings.stopStrings)
    let saysNothing = prompt.allSatisfy { tokenizer.kind($0) == .control }
    mostNew =
      settings.contextEnd == .slide
      ? settings.maxNewTokens : min(settings.maxNewTokens, max(1, contextLength + 1 - prompt.count))
    if let wanted = settings.constraint {
      func spelled(_ bytes: (Int32) -> [UInt8]?) -> [[UInt8]?] {
        (0..<Int32(vocabularySize)).map { endTokens.contains($0) ? nil : bytes($0) }
      }
      let state = try ConstraintState(
        wanted, bytes: spelled(tokenizer.continuationBytes),
        firstBytes: saysNothing ? spelled(tokenizer.firstBytes) : nil)
      guard state.distance <= mostNew else {
        throw .constraintTooLong(needed: state.distance, allowed: mostNew)
      }
      constraint = state
    } else {
      constraint = nil
    }
  }

  /// The tokens that were generated.
  var generated: [Int32] { Array(history.generated) }

  /// Chooses the next token and returns the text that is certain now.
  mutating func advance(
    _ scores: inout [Float], sampler: TokenSampler, seconds: Double
  ) throws(GenerationFailure) -> String {
    let given = measuresProbability ? scores : []
    if let constraint { try constrain(&scores, constraint) }
    let token = try sampler.choose(&scores, after: history, using: &random)
    if measuresProbability, let distribution = Distribution(given) {
      logProbability += distribution.exponent(given[Int(token)]) - logarithm(distribution.total)
    }
    if let constraint, !endTokens.contains(token) { constraint.follow(token) }
    return append(token, seconds: seconds)
  }

  /// Goes on by a token that was chosen, and returns the text that is certain now.
  mutating func append(_ token: Int32, seconds: Double) -> String {
    self.seconds = seconds
    if secondsToFirstToken == nil { secondsToFirstToken = seconds }
    history.tokens.append(token)
    visible.append(token)
    if endTokens.contains(token) { return finish(.stop) }
    var new = scanner.append(decoder.append(token))
    text += new
    if scanner.isStopped {
      finishReason = .stop
    } else if constraint?.isComplete(remaining: mostNew - history.generated.count) == true {
      new += finish(.stop)
    } else if history.generated.count >= settings.maxNewTokens {
      new += finish(.length)
    }
    return new
  }

  /// Leaves only tokens that hold the constraint; the end is one of them where the text is whole.
  private func constrain(_ scores: inout [Float], _ constraint: ConstraintState) throws(GenerationFailure) {
    let ends = endTokens.filter { scores.indices.contains(Int($0)) }.map { ($0, scores[Int($0)]) }
    constraint.mask(&scores, remaining: mostNew - history.generated.count)
    for (token, score) in ends { scores[Int(token)] = constraint.distance == 0 ? score : -.infinity }
    guard scores.contains(where: { $0 > -.infinity }) else {
      throw .constraintCannotGoOn(token: history.generated.count)
    }
  }

  /// Ends the text, and returns what of it was held back.
  mutating func finish(_ reason: FinishReason) -> String {
    guard finishReason == nil else { return "" }
    finishReason = reason
    let rest = decoder.flush()
    // The decoder marks a broken character; one that was cut off by the end is no news.
    var new = rest.unicodeScalars.allSatisfy { $0 == "\u{FFFD}" } ? "" : scanner.append(rest)
    new += scanner.flush()
    text += new
    return new
  }

  /// Forgets the older half of what the model sees, but for the token that begins it.
  mutating func slide(context: Int, beginToken: Int32?) {
    let begin = visible.first.flatMap { $0 == beginToken ? $0 : nil }
    let kept = visible.suffix(max(1, context / 2))
    forgottenTokens += visible.count - kept.count - (begin == nil ? 0 : 1)
    visible = (begin.map { [$0] } ?? []) + kept
  }

  private func withoutEnd(_ tokens: [Int32]) -> [Int32] {
    guard let last = history.generated.last, endTokens.contains(last) else { return tokens }
    return Array(tokens.dropLast())
  }

  /// The result.
  func result(seconds total: Double) -> GeneratedText {
    GeneratedText(
      promptTokens: Array(history.tokens[..<history.promptCount]), tokens: generated, text: text,
      finishReason: finishReason ?? .interrupted, forgottenTokens: forgottenTokens,
      continuation: scanner.isStopped ? nil : withoutEnd(history.tokens),
      meanLogProbability: measuresProbability && !history.generated.isEmpty
        ? logProbability / Double(history.generated.count) : nil,
      statistics: GenerationStatistics(
        promptTokens: history.promptCount, newTokens: history.generated.count,
        secondsToFirstToken: secondsToFirstToken ?? total, seconds: secondsToFirstToken == nil ? total : seconds))
  }
}
