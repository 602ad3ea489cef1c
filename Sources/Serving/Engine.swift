import Dispatch
import Swiftlet

/// One model folder, whatever it is for; requests use it one after the other.
///
/// Arithmetic keeps a thread busy for as long as it takes, so it has a queue of its own, and never holds up those that
/// Swift's tasks share.
package final class Engine: Sendable {
  /// What the folder is called.
  package let name: String
  /// What the model is.
  package let configuration: TransformerConfiguration
  package let tokenizer: Tokenizer
  /// Whether it continues texts, labels them, or neither.
  package let generator: LanguageModel?
  package let classifier: TextClassifier?
  package let embedder: TextEmbedder
  private let queue = DispatchQueue(label: "swiftlet.engine")

  /// Reads a model folder.
  package init(folder path: String, execution: Execution) throws {
    let folder = try ModelFolder(reading: path, as: .asStored)
    guard let tokenizer = folder.tokenizer else { throw SwiftletFailure.noTokenizer(folder: path) }
    let model = try Transformer(folder.configuration)
    self.tokenizer = tokenizer
    name = Files.name(of: path)
    configuration = folder.configuration
    generator =
      configuration.head == .causalLanguage ? try LanguageModel(folder, path: path, execution: execution) : nil
    classifier =
      configuration.head == .sequenceClassification
      ? try TextClassifier(folder, path: path, execution: execution) : nil
    embedder = TextEmbedder(model: model, weights: folder.weights, tokenizer: tokenizer, execution: execution)
  }

  /// Does something with the model, when it is free.
  func use<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Swift.Result(catching: body)) }
    }
  }

  /// Continues a text, and hands out pieces as they come; whoever stops listening stops the generation.
  func stream(
    _ prompt: Prompt, _ settings: GenerationSettings, _ model: LanguageModel
  ) -> AsyncThrowingStream<GenerationPiece, any Error> {
    AsyncThrowingStream { continuation in
      let isCancelled = CancellationFlag()
      continuation.onTermination = { _ in isCancelled.raise() }
      queue.async {
        do {
          let texts = try model.generator.generate(
            [prompt], settings: settings, isInterrupted: { isCancelled.isRaised },
            onText: { _, text in continuation.yield(.text(text)) })
          for text in texts { continuation.yield(.end(text)) }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
    }
  }
}

/// What a generation hands out.
enum GenerationPiece: Sendable {
  case text(String)
  case end(GeneratedText)
}
