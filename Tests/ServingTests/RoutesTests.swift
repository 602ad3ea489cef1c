import Serving
import Swiftlet
import TestSupport
import Testing

/// The routes without a socket, on models of random weights.
@Suite struct RoutesTests {
  static let texts = (0..<60).map { "text number \($0) speaks of birds and of the sea\n" }

  /// Makes a model folder with a head, and serves it.
  static func withRoutes(
    _ family: TransformerConfiguration.Family, labels: [String] = [], _ body: (Routes) async throws -> Void
  ) async throws {
    let folder = try Files.temporaryFolder()
    defer { try? Files.removeFolder(folder) }
    let tokenizer = try Tokenizer.train(from: texts, options: .init(vocabularySize: 300)).tokenizer
    var configuration = TransformerConfiguration.preset(
      .nano, family: family, vocabularySize: tokenizer.vocabularySize, context: 64)
    if !labels.isEmpty { configuration = configuration.classifying(sequencesInto: labels) }
    let weights = try Transformer(configuration).initialWeights(seed: 1)
    try ModelFolder(configuration: configuration, weights: weights, tokenizer: tokenizer).write(to: folder)
    try await body(Routes(try Engine(folder: folder, execution: Execution(threads: 1))))
  }

  static func json(_ answer: Answer) throws -> (status: Int, value: JSONValue) {
    guard case .json(let status, let value) = answer else { throw WrongAnswer() }
    return (status, value)
  }

  struct WrongAnswer: Error {}

  static func post(_ routes: Routes, _ path: String, _ body: JSONValue) async -> Answer {
    await routes.answer(method: "POST", path: path, body: body.bytes())
  }

  @Test func aGeneratorAnswers() async throws {
    try await Self.withRoutes(.llama) { routes in
      let health = try Self.json(await routes.answer(method: "GET", path: "/health", body: []))
      #expect(health.status == 200 && health.value["status"]?.string == "ok")
      let models = try Self.json(await routes.answer(method: "GET", path: "/v1/models", body: []))
      #expect(models.value["data"]?.array?.count == 1)

      let request: JSONValue = ["prompt": "birds", "max_tokens": 5, "seed": 3, "temperature": 1.0]
      let first = try Self.json(await Self.post(routes, "/v1/completions", request))
      let second = try Self.json(await Self.post(routes, "/v1/completions", request))
      #expect(first.status == 200)
      let text = first.value["choices"]?.array?.first?["text"]?.string
      #expect(text != nil && text == second.value["choices"]?.array?.first?["text"]?.string)
      #expect((first.value["usage"]?["completion_tokens"]?.int ?? 0) <= 5)
      let bad = try Self.json(await Self.post(routes, "/classify", ["inputs": "birds"]))
      #expect(bad.status == 400)
    }
  }

  @Test func aStreamHasTheTextOfTheAnswer() async throws {
    try await Self.withRoutes(.gpt2) { routes in
      var request: JSONValue = ["prompt": "the sea", "max_tokens": 12, "seed": 5]
      let whole = try Self.json(await Self.post(routes, "/v1/completions", request))
      request["stream"] = true
      guard case .events(let events) = await Self.post(routes, "/v1/completions", request) else { throw WrongAnswer() }
      var (text, reasons) = ("", [String]())
      for try await event in events {
        text += event["choices"]?.array?.first?["text"]?.string ?? ""
        if let reason = event["choices"]?.array?.first?["finish_reason"]?.string { reasons.append(reason) }
      }
      #expect(text == whole.value["choices"]?.array?.first?["text"]?.string)
      #expect(reasons.count == 1)
    }
  }

  @Test func textAndTokensGoBothWays() async throws {
    try await Self.withRoutes(.llama) { routes in
      let text = "birds\nand the sea 🌊"
      let tokens = try Self.json(await Self.post(routes, "/tokenize", ["content": .string(text)]))
      guard let list = tokens.value["tokens"] else { throw WrongAnswer() }
      let back = try Self.json(await Self.post(routes, "/detokenize", ["tokens": list]))
      #expect(back.value["content"]?.string == text)
      let vectors = try Self.json(await Self.post(routes, "/v1/embeddings", ["input": ["birds", "sea"]]))
      #expect(vectors.value["data"]?.array?.count == 2)
      #expect(vectors.value["data"]?.array?.first?["embedding"]?.array?.count == 48)
    }
  }

  @Test func aClassifierRanksItsLabels() async throws {
    try await Self.withRoutes(.bert, labels: ["air", "water"]) { routes in
      let answer = try Self.json(await Self.post(routes, "/classify", ["inputs": ["birds", "sea"]]))
      let rows = answer.value.array ?? []
      #expect(rows.count == 2)
      for row in rows {
        let scores = (row.array ?? []).compactMap { $0["score"]?.double }
        #expect(scores.count == 2 && abs(scores.reduce(0, +) - 1) < 1e-6 && scores[0] >= scores[1])
      }
      let completion = try Self.json(await Self.post(routes, "/v1/completions", ["prompt": "x"]))
      #expect(completion.status == 400)
    }
  }

  @Test func whatMakesNoSenseIsRefused() async throws {
    try await Self.withRoutes(.gpt2) { routes in
      func status(_ method: String, _ path: String, _ body: [UInt8]) async throws -> Int {
        let answer = try Self.json(await routes.answer(method: method, path: path, body: body))
        #expect(answer.value["error"]?["message"]?.string?.isEmpty == false)
        return answer.status
      }
      #expect(try await status("GET", "/nothing", []) == 404)
      #expect(try await status("GET", "/v1/completions", []) == 405)
      #expect(try await status("POST", "/tokenize", Array("{".utf8)) == 400)
      #expect(try await status("POST", "/tokenize", Array("[]".utf8)) == 400)
      #expect(try await status("POST", "/tokenize", [UInt8](repeating: 32, count: Routes.largestBody + 1)) == 413)
      #expect(try await status("POST", "/detokenize", Array(#"{"tokens":[-1]}"#.utf8)) == 400)
      let bodies = [
        #"{}"#, #"{"prompt":5}"#, #"{"prompt":"a","max_tokens":0}"#, #"{"prompt":"a","temperature":-1}"#,
        #"{"prompt":"a","top_p":2}"#, #"{"prompt":"a","stream":"yes"}"#, #"{"prompt":"a","max_tokens":1e999}"#,
        #"{"prompt":"a","prompt":"b"}"#,
      ]
      for body in bodies { #expect(try await status("POST", "/v1/completions", Array(body.utf8)) == 400, "\(body)") }
    }
  }
}
