import Serving
import Swiftlet
import TestSupport
import Testing

/// The routes, without a socket.
@Suite struct RoutesTests {
  /// The routes of a model of random weights.
  private func routes(
    _ family: TransformerConfiguration.Family = .gpt2, labels: [String] = [], format: WeightFormat? = nil,
    fillsMasks: Bool = false
  ) throws -> Routes {
    try withScratchFolder { folder in
      let tokenizer = try Tokenizer.train(
        from: ["a small yellow bird that sings\n"], options: TokenizerTrainingOptions(vocabularySize: 280)
      ).tokenizer
      var configuration = TransformerConfiguration.preset(
        .nano, family: family, vocabularySize: tokenizer.vocabularySize, context: 32)
      if !labels.isEmpty { configuration = configuration.classifying(sequencesInto: labels) }
      configuration.fillsMasks = fillsMasks
      let weights = try Transformer(configuration).initialWeights(seed: 1)
      let path = Files.path(folder, "model")
      var model = ModelFolder(configuration: configuration, weights: weights, tokenizer: tokenizer)
      if let format { model = try model.quantized(to: format, execution: Execution()).folder }
      try model.write(to: path)
      return Routes(try Engine(folder: path, execution: Execution()))
    }
  }

  /// Asks, and returns the status and the object of an answer that is no stream.
  private func ask(
    _ routes: Routes, _ method: String, _ path: String, _ body: String = ""
  ) async throws -> (status: Int, body: JSONValue) {
    switch await routes.answer(method: method, path: path, body: Array(body.utf8)) {
    case .json(let status, let value): return (status, value)
    case .events: return (0, .null)
    }
  }

  @Test func healthAndModels() async throws {
    let routes = try routes()
    let health = try await ask(routes, "GET", "/health")
    #expect(health.status == 200 && health.body["status"]?.string == "ok")
    let models = try await ask(routes, "GET", "/v1/models")
    #expect(models.status == 200 && models.body["data"]?.array?.first?["id"]?.string == "model")
  }

  @Test func completionsStreamedAndNot() async throws {
    let routes = try routes()
    let fields = #""prompt": "a small", "max_tokens": 6, "temperature": 0"#
    let whole = try await ask(routes, "POST", "/v1/completions", "{\(fields)}")
    #expect(whole.status == 200 && whole.body["usage"]?["completion_tokens"]?.int ?? 0 > 0)
    let text = try #require(whole.body["choices"]?.array?.first?["text"]?.string)
    let answer = await routes.answer(
      method: "POST", path: "/v1/completions", body: Array("{\(fields), \"stream\": true}".utf8))
    guard case .events(let events) = answer else {
      Issue.record("no stream")
      return
    }
    var (streamed, reason) = ("", nil as String?)
    for try await event in events {
      let choice = event["choices"]?.array?.first
      streamed += choice?["text"]?.string ?? ""
      reason = choice?["finish_reason"]?.string
    }
    #expect(streamed == text && reason != nil)
  }

  @Test(arguments: [nil, WeightFormat.bf16, .q8, .q4], [false, true])
  func storedWeightsAndBothObjectives(_ format: WeightFormat?, _ fillsMasks: Bool) async throws {
    let routes = try routes(.llama, format: format, fillsMasks: fillsMasks)
    let body = #"{"prompt": "a small", "max_tokens": 5, "temperature": 0.9, "best_of": 2, "seed": 3}"#
    let answers = try await [
      ask(routes, "POST", "/v1/completions", body), ask(routes, "POST", "/v1/completions", body),
    ]
    #expect(answers.allSatisfy { $0.status == 200 && ($0.body["usage"]?["completion_tokens"]?.int ?? 0) > 0 })
    #expect(answers[0].body["choices"] == answers[1].body["choices"])
    #expect(try await ask(routes, "POST", "/v1/embeddings", #"{"input": "a bird"}"#).status == 200)
    let refused = #"{"prompt": "a", "temperature": 0, "best_of": 2}"#
    #expect(try await ask(routes, "POST", "/v1/completions", refused).status == 400)
  }

  @Test(arguments: [
    ("POST", "/v1/completions", "", 400), ("POST", "/v1/completions", "{}", 400),
    ("POST", "/v1/completions", #"{"prompt": "a", "max_tokens": 0}"#, 400),
    ("POST", "/v1/completions", #"{"prompt": "a", "temperature": -1}"#, 400),
    ("POST", "/classify", #"{"inputs": "a"}"#, 400), ("POST", "/detokenize", #"{"tokens": [1000000]}"#, 400),
    ("GET", "/nowhere", "", 404), ("GET", "/v1/completions", "", 405),
  ])
  func refusals(_ method: String, _ path: String, _ body: String, _ status: Int) async throws {
    let answer = try await ask(routes(), method, path, body)
    #expect(answer.status == status)
    #expect(answer.body["error"]?["message"]?.string?.isEmpty == false)
  }

  @Test func bodiesThatAreTooLarge() async throws {
    let body = String(repeating: "a", count: Routes.largestBody + 1)
    #expect(try await ask(routes(), "POST", "/tokenize", body).status == 413)
  }

  @Test func tokensAndBack() async throws {
    let routes = try routes()
    let text = "a small bird, \u{9CE5}\nthat sings"
    let question: JSONValue = ["content": .string(text)]
    let tokens = try await ask(routes, "POST", "/tokenize", question.serialized())
    let back = try await ask(routes, "POST", "/detokenize", tokens.body.serialized())
    #expect(tokens.status == 200 && back.body["content"]?.string == text)
  }

  @Test func labels() async throws {
    let answer = try await ask(
      routes(.bert, labels: ["animal", "plant"]), "POST", "/classify", #"{"inputs": ["a bird", "a tree"]}"#)
    #expect(answer.status == 200 && answer.body.array?.count == 2)
    let names = answer.body.array?.first?.array?.compactMap { $0["label"]?.string }
    #expect(names?.sorted() == ["animal", "plant"])
  }
}
