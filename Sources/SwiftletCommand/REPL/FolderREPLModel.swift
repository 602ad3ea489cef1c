import Console
import Swiftlet

/// A model folder, of any task, as the prompt needs it.
final class FolderREPLModel: REPLModel {
  /// What does the work.
  private enum Engine {
    case generator(TextGenerator)
    case filler(MaskFiller)
    case classifier(TextClassifier)
    case tagger(WordClassifier)
  }

  private let engine: Engine
  /// What fills gaps, of a model that continues texts and has learned both.
  private let filler: MaskFiller?
  private let folder: ModelFolder
  private let path: String
  private let tokenizer: Tokenizer
  /// The settings, and those that the session began with.
  private var generation: GenerationSettings, own: GenerationSettings

  /// Reads a model folder.
  ///
  /// - Parameter change: makes the settings that are wanted of those in the folder.
  init(
    folder path: String, execution: Execution,
    changing change: (GenerationSettings) throws -> GenerationSettings = { $0 }
  ) throws {
    let folder = try ModelFolder(reading: path, as: .asStored)
    guard let tokenizer = folder.tokenizer else { throw SwiftletFailure.noTokenizer(folder: path) }
    let model = try Transformer(folder.configuration)
    func makeFiller() throws -> MaskFiller {
      try MaskFiller(model: model, weights: folder.weights, tokenizer: tokenizer, execution: execution)
    }
    engine =
      switch folder.configuration.head {
      case .maskedLanguage, .maskedLanguageAndNextSentence:
        .filler(try makeFiller())
      case .sequenceClassification:
        .classifier(try TextClassifier(folder, path: path, execution: execution))
      case .tokenClassification:
        .tagger(try WordClassifier(model: model, weights: folder.weights, tokenizer: tokenizer, execution: execution))
      default:
        .generator(
          try TextGenerator(
            model: model, weights: folder.weights, stored: folder.stored, tokenizer: tokenizer, execution: execution))
      }
    filler = folder.configuration.canFillMasks ? try makeFiller() : nil
    (self.folder, self.path, self.tokenizer) = (folder, path, tokenizer)
    let settings = try folder.generation.map { json throws(GenerationFailure) in try GenerationSettings(json: json) }
    own = try change(settings ?? GenerationSettings())
    generation = own
  }

  var task: REPLTask {
    switch engine {
    case .generator: .generation
    case .filler(let filler): .filling(mask: filler.maskSpelling)
    case .classifier(let classifier): .classification(labels: classifier.labels)
    case .tagger(let tagger): .tagging(labels: tagger.labels)
    }
  }

  var mask: String? { filler?.maskSpelling }

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

  func set(_ name: String, to value: String?) throws {
    try change { settings in
      if let value { try settings.set(name, to: value) } else { try settings.reset(name, to: own) }
    }
  }

  func request(_ name: String, as value: String) throws { try change { try $0.request(name, as: value) } }

  /// Changes the settings, unless what comes of it cannot be.
  private func change(_ body: (inout GenerationSettings) throws -> Void) throws {
    guard case .generator = engine else {
      throw GenerationFailure.wrongHead(
        needed: "a model that generates", found: "one with \(folder.configuration.head.name)")
    }
    var changed = generation
    try body(&changed)
    try changed.validate(vocabulary: folder.configuration.vocabularySize)
    generation = changed
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
    guard let filler else {
      throw GenerationFailure.wrongHead(
        needed: "a masked language model", found: "one with \(folder.configuration.head.name)")
    }
    return try filler.fill(text, count: count).map { REPLChoice(text: $0.text, score: $0.score) }
  }

  func classify(_ text: String) throws -> [REPLChoice] {
    switch engine {
    case .classifier(let classifier):
      return try classifier.classify(text).ranked.map { REPLChoice(text: $0.label, score: $0.score) }
    case .tagger(let tagger):
      return try tagger.classify(WordClassifier.words(of: text)).map {
        REPLChoice(text: "\($0.word)/\($0.label)", score: $0.score)
      }
    default:
      throw GenerationFailure.wrongHead(needed: "a classifier", found: "one with \(folder.configuration.head.name)")
    }
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
