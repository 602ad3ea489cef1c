import Foundation
import Swiftlet

/// The routes: requests to answers, without a socket.
///
/// The shapes are those of OpenAI's API (`/v1/…`), of llama.cpp (`/health`, `/tokenize`, `/detokenize`) and of Hugging
/// Face's text classification (`/classify`).
package struct Routes: Sendable {
  /// The model.
  package let engine: Engine
  /// The largest body, in bytes.
  package static let largestBody = 1 << 20

  private static let paths = [
    "/health", "/v1/health", "/v1/models", "/v1/completions", "/v1/embeddings", "/classify", "/tokenize", "/detokenize",
  ]

  private let created = Int(Date().timeIntervalSince1970)

  package init(_ engine: Engine) { self.engine = engine }

  /// Answers a request.
  package func answer(method: String, path: String, body: [UInt8]) async -> Answer {
    guard body.count <= Self.largestBody else {
      return .error(status: 413, "The body has \(body.count) bytes, and at most \(Self.largestBody) are read.")
    }
    do {
      switch (method, path) {
      case ("GET", "/health"), ("GET", "/v1/health"): return .json(status: 200, ["status": "ok"])
      case ("GET", "/v1/models"): return .json(status: 200, ["object": "list", "data": [model]])
      case ("POST", "/v1/completions"): return try await complete(Fields(body))
      case ("POST", "/v1/embeddings"): return try await embed(Fields(body))
      case ("POST", "/classify"): return try await classify(Fields(body))
      case ("POST", "/tokenize"): return try tokenize(Fields(body))
      case ("POST", "/detokenize"): return try detokenize(Fields(body))
      default:
        if Self.paths.contains(path) { return .error(status: 405, "\(method) is not for \(path).") }
        return .error(status: 404, "There is no \(path); there are \(Self.paths.joined(separator: ", ")).")
      }
    } catch let failure as RequestFailure {
      return .error(status: failure.status, failure.message, param: failure.param)
    } catch let failure as any Failure where failure.kind == .usage || failure.kind == .badData {
      return .error(status: 400, failure.description)
    } catch {
      return .error(status: 500, "\(error)")
    }
  }

  private var model: JSONValue {
    [
      "id": .string(engine.name), "object": "model", "created": .integer(created), "owned_by": "swiftlet",
      "meta": [
        "vocabulary": .integer(engine.configuration.vocabularySize),
        "context": .integer(engine.configuration.maximumLength),
      ],
    ]
  }

  // MARK: Completions

  private func complete(_ fields: Fields) async throws -> Answer {
    guard let model = engine.generator else { throw RequestFailure(message: "This model does not continue texts.") }
    let prompt = try fields.text("prompt")
    var settings = model.settings
    settings.maxNewTokens = try fields.integer("max_tokens", 1...100_000) ?? 16
    let names = [
      "temperature", "top_p", "top_k", "min_p", "typical_p", "presence_penalty", "frequency_penalty",
      "repetition_penalty", "best_of", "seed", "stop",
    ]
    for name in names {
      guard let value = fields[name], !value.isNull else { continue }
      try settings.request(name, as: value.serialized())
    }
    let identifier = "cmpl-" + UUID().uuidString.lowercased()
    let (final, name, created) = (settings, engine.name, Int(Date().timeIntervalSince1970))
    @Sendable func object(_ text: String, _ reason: JSONValue) -> JSONValue {
      [
        "id": .string(identifier), "object": "text_completion", "created": .integer(created), "model": .string(name),
        "choices": [["text": .string(text), "index": 0, "logprobs": .null, "finish_reason": reason]],
      ]
    }
    if try fields.flag("stream") ?? false {
      let pieces = engine.stream(Prompt(prompt), final, model)
      return .events(
        AsyncThrowingStream { continuation in
          let task = Task {
            do {
              for try await piece in pieces {
                switch piece {
                case .text(let text): continuation.yield(object(text, .null))
                case .end(let text): continuation.yield(object("", .string(Self.reason(text))))
                }
              }
              continuation.finish()
            } catch {
              continuation.finish(throwing: error)
            }
          }
          continuation.onTermination = { _ in task.cancel() }
        })
    }
    let text = try await engine.use { try model.generate(prompt, settings: final) }
    var result = object(text.text, .string(Self.reason(text)))
    result["usage"] = [
      "prompt_tokens": .integer(text.promptTokens.count), "completion_tokens": .integer(text.tokens.count),
      "total_tokens": .integer(text.promptTokens.count + text.tokens.count),
    ]
    return .json(status: 200, result)
  }

  /// OpenAI knows two reasons only.
  private static func reason(_ text: GeneratedText) -> String { text.finishReason == .stop ? "stop" : "length" }

  // MARK: Other uses

  private func embed(_ fields: Fields) async throws -> Answer {
    let texts = try fields.texts("input")
    let engine = engine
    let vectors = try await engine.use { try engine.embedder.embed(texts) }
    let tokens = texts.reduce(0) { $0 + engine.tokenizer.encode($1).count }
    return .json(
      status: 200,
      [
        "object": "list", "model": .string(engine.name),
        "data": .array(
          vectors.enumerated().map { index, vector in
            [
              "object": "embedding", "index": .integer(index),
              "embedding": .array(vector.map { .number(Double($0)) }),
            ]
          }),
        "usage": ["prompt_tokens": .integer(tokens), "total_tokens": .integer(tokens)],
      ])
  }

  private func classify(_ fields: Fields) async throws -> Answer {
    guard let classifier = engine.classifier else { throw RequestFailure(message: "This model is not a classifier.") }
    let texts = try fields.texts("inputs")
    let results = try await engine.use { try classifier.classify(texts) }
    return .json(
      status: 200,
      .array(
        results.map { result in
          .array(result.ranked.map { ["label": .string($0.label), "score": .number($0.score)] })
        }))
  }

  private func tokenize(_ fields: Fields) throws -> Answer {
    let tokens = engine.tokenizer.encode(try fields.text("content"))
    return .json(status: 200, ["tokens": .array(tokens.map { .integer(Int($0)) })])
  }

  private func detokenize(_ fields: Fields) throws -> Answer {
    guard let values = fields["tokens"]?.array else {
      throw RequestFailure(message: "tokens: a list of identifiers is expected.", param: "tokens")
    }
    let tokens = try values.map { value in
      guard let token = value.int, (0..<engine.tokenizer.vocabularySize).contains(token) else {
        throw RequestFailure(
          message:
            "tokens: identifiers from 0 to \(engine.tokenizer.vocabularySize - 1) are expected, and \(value.serialized()) is there.",
          param: "tokens")
      }
      return Int32(token)
    }
    return .json(status: 200, ["content": .string(engine.tokenizer.decode(tokens))])
  }
}

/// The fields of a request's body, each checked as it is read.
struct Fields {
  private let object: JSONObject

  init(_ body: [UInt8]) throws {
    do {
      guard let object = try JSONValue(parsing: body).object else {
        throw RequestFailure(message: "The body should be a JSON object.")
      }
      self.object = object
    } catch let failure as JSONFailure {
      throw RequestFailure(message: "The body is not JSON: \(failure.description)")
    }
  }

  subscript(name: String) -> JSONValue? { object[name] }

  /// The most texts of one request.
  static let mostTexts = 64

  func text(_ name: String) throws -> String {
    guard let text = object[name]?.string else { throw refuse(name, "a string") }
    return text
  }

  func texts(_ name: String) throws -> [String] {
    if let text = object[name]?.string { return [text] }
    guard let array = object[name]?.array, (1...Self.mostTexts).contains(array.count) else {
      throw refuse(name, "a string, or a list of 1 to \(Self.mostTexts) strings")
    }
    return try array.map { value in
      guard let text = value.string else { throw refuse(name, "a list of strings") }
      return text
    }
  }

  func integer(_ name: String, _ range: ClosedRange<Int>) throws -> Int? {
    guard let value = object[name], !value.isNull else { return nil }
    guard let number = value.int, range.contains(number) else {
      throw refuse(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func flag(_ name: String) throws -> Bool? {
    guard let value = object[name], !value.isNull else { return nil }
    guard let flag = value.bool else { throw refuse(name, "true or false") }
    return flag
  }

  private func refuse(_ name: String, _ expected: String) -> RequestFailure {
    RequestFailure(
      message: "\(name): \(expected) is expected, and \(object[name]?.kindName ?? "nothing") is there.", param: name)
  }
}
