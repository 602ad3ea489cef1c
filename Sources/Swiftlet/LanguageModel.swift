import Synchronization

/// A causal model from its folder: it continues texts.
///
/// ```swift
/// let model = try LanguageModel(folder: "Weights/demo-causal")
/// let text = try model.generate("a small bird", settings: model.settings).text
/// for try await piece in model.stream("a small bird") { print(piece, terminator: "") }
/// ```
///
/// A value that threads may share: its weights are never changed.
public struct LanguageModel: Sendable {
  /// The settings that the folder came with, or the defaults.
  public var settings: GenerationSettings
  /// What continues texts.
  public let generator: TextGenerator
  /// What the model is.
  public let configuration: TransformerConfiguration

  /// Reads a model folder.
  ///
  /// Throws a sentence that names the file where the folder is not one of a causal model with its tokenizer.
  /// - Parameter adapter: the folder of an adapter that is put on the model.
  public init(folder path: String, adapter: String? = nil, execution: Execution = Execution()) throws {
    try self.init(
      ModelFolder(reading: path, changing: \.speaking, adapter: adapter, as: .asStored), path: path,
      execution: execution)
  }

  /// Takes over a folder that has been read.
  public init(_ folder: ModelFolder, path: String, execution: Execution = Execution()) throws {
    guard let tokenizer = folder.tokenizer else { throw SwiftletFailure.noTokenizer(folder: path) }
    settings =
      try folder.generation.map { json throws(GenerationFailure) in try GenerationSettings(json: json) }
      ?? GenerationSettings()
    configuration = folder.configuration
    generator = try TextGenerator(
      model: Transformer(folder.configuration), weights: folder.weights, stored: folder.stored, tokenizer: tokenizer,
      execution: execution)
  }

  /// Continues a text.
  public func generate(_ prompt: String, settings: GenerationSettings? = nil) throws -> GeneratedText {
    let texts = try generator.generate([Prompt(prompt)], settings: settings ?? self.settings)
    guard let text = texts.first else { throw GenerationFailure.emptyPrompt }
    return text
  }

  /// Continues a text, and hands out whole characters as they come; whoever stops listening stops the generation.
  public func stream(
    _ prompt: String, settings: GenerationSettings? = nil
  ) -> AsyncThrowingStream<String, any Error> {
    let settings = settings ?? self.settings
    return AsyncThrowingStream { continuation in
      let isCancelled = CancellationFlag()
      continuation.onTermination = { _ in isCancelled.raise() }
      Task.detached {
        do {
          _ = try generator.generate(
            [Prompt(prompt)], settings: settings, isInterrupted: { isCancelled.isRaised },
            onText: { _, text in continuation.yield(text) })
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
    }
  }
}

/// A flag that one thread raises and another sees.
package final class CancellationFlag: Sendable {
  private let flag = Atomic<Bool>(false)

  package init() {}
  package var isRaised: Bool { flag.load(ordering: .relaxed) }
  package func raise() { flag.store(true, ordering: .relaxed) }
}
