import Console
import Swiftlet

/// A model folder, of any task, as the prompt needs it.
final class FolderREPLModel: REPLModel {
  /// What does the work.
  private enum Engine {
    case generator(TextGenerator)
    case filler(MaskFiller)
    case classifier(TextClassifier)
  }

  private let engine: Engine
  private let folder: ModelFolder
  private let path: String
  private let tokenizer: Tokenizer
  private var generation: GenerationSettings

  /// Reads a model folder.
  ///
  /// - Parameter change: makes the settings that are wanted of those in the folder.
  init(
    folder path: String, execution: Execution,
    changing change: (GenerationSettings) throws -> GenerationSettings = { $0 }
  ) throws {
    let folder = try ModelFolder(reading: path)
    guard let tokenizer = folder.tokenizer else { throw SwiftletFailure.noTokenizer(folder: path) }
    let model = try Transformer(folder.configuration)
    engine =
      switch folder.configuration.head {
      case .maskedLanguage, .maskedLanguageAndNextSentence:
        .filler(try MaskFiller(model: model, weights: folder.weights, tokenizer: tokenizer, execution: execution))
      case .sequenceClassification:
        .classifier(
          try TextClassifier(model: model, weights: folder.weights, tokenizer: tokenizer, execution: execution))
      default:
        .generator(
          try TextGenerator(
            model: model, weights: folder.weights, stored: folder.stored, tokenizer: tokenizer, execution: execution))
      }
    (self.folder, self.path, self.tokenizer) = (folder, path, tokenizer)
    let own = try folder.generation.map { json throws(GenerationFailure) in try GenerationSettings(json: json) }
    generation = try change(own ?? GenerationSettings())
  }

  var task: REPLTask {
    switch engine {
    case .generator: .generation
    case .filler(let filler): .filling(mask: filler.maskSpelling)
    case .classifier(let classifier): .classification(labels: classifier.labels)
    }
  }

  var facts: [(name: String, value: String)] {
    let configuration = folder.configuration
    var facts = [
      ("model", path), ("family", configuration.family.rawValue), ("head", configuration.head.name),
      ("parameters", HumanFormat.grouped(folder.weights.layout.parameterCount)),
      (
        "shape",
        "\(configuration.layers) layers, width \(configuration.width), \(configuration.heads) heads, "
          + "context \(configuration.maximumLength)"
      ), ("vocabulary", HumanFormat.grouped(configuration.vocabularySize)),
    ]
    if !configuration.labels.isEmpty { facts.append(("labels", configuration.labels.joined(separator: ", "))) }
    return facts.map { (name: $0.0, value: $0.1) }
  }

  var settings: [REPLSetting] {
    guard case .generator = engine else { return [] }
    return generation.described.map { REPLSetting(name: $0.name, value: $0.value, summary: $0.summary) }
  }

  func set(_ name: String, to value: String) throws {
    guard case .generator = engine else {
      throw GenerationFailure.wrongHead(
        needed: "a model that generates", found: "one with \(folder.configuration.head.name)")
    }
    try generation.set(name, to: value)
    try generation.validate(vocabulary: folder.configuration.vocabularySize)
  }

  func tokens(of text: String) -> [(identifier: Int32, piece: String)] {
    tokenizer.encode(text).map { ($0, tokenizer.piece($0)) }
  }

  func complete(
    _ prompt: REPLPrompt, sample: Int, onText: (String) -> Void, isInterrupted: () -> Bool
  ) throws -> REPLCompletion {
    let texts = try generator().generate(
      [self.prompt(prompt, sample: sample)], settings: generation, isInterrupted: isInterrupted
    ) { _, text in onText(text) }
    guard let text = texts.first else { throw GenerationFailure.emptyPrompt }
    return REPLCompletion(
      text: text.text, tokens: text.continuation, finishReason: text.finishReason.rawValue,
      promptTokens: text.statistics.promptTokens, newTokens: text.statistics.newTokens,
      secondsToFirstToken: text.statistics.secondsToFirstToken, seconds: text.statistics.seconds,
      tokensPerSecond: text.statistics.tokensPerSecond, forgottenTokens: text.forgottenTokens)
  }

  func nextTokens(after prompt: REPLPrompt, count: Int) throws -> [REPLChoice] {
    try generator().nextTokens(after: self.prompt(prompt, sample: 0), count: count).map {
      REPLChoice(text: $0.piece, score: $0.probability)
    }
  }

  func fill(_ text: String, count: Int) throws -> [REPLChoice] {
    guard case .filler(let filler) = engine else {
      throw GenerationFailure.wrongHead(
        needed: "a masked language model", found: "one with \(folder.configuration.head.name)")
    }
    return try filler.fill(text, count: count).map { REPLChoice(text: $0.text, score: $0.score) }
  }

  func classify(_ text: String) throws -> [REPLChoice] {
    guard case .classifier(let classifier) = engine else {
      throw GenerationFailure.wrongHead(needed: "a classifier", found: "one with \(folder.configuration.head.name)")
    }
    return try classifier.classify(text).ranked.map { REPLChoice(text: $0.label, score: $0.score) }
  }

  private func generator() throws -> TextGenerator {
    guard case .generator(let generator) = engine else {
      throw GenerationFailure.wrongHead(
        needed: "a causal language model", found: "one with \(folder.configuration.head.name)")
    }
    return generator
  }

  private func prompt(_ prompt: REPLPrompt, sample: Int) -> Prompt {
    switch prompt {
    case .text(let text): Prompt(text, sample: sample)
    case .tokens(let tokens): Prompt(tokens: tokens, sample: sample)
    }
  }
}
