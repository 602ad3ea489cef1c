import Swiftlet
import Testing

/// `swiftlet generate` with its settings.
@Suite struct GenerateTests {
  private func generate(_ model: String, _ options: String..., prompt: String = "And God") throws -> Program.Run {
    try Program.run(["generate", "--model", model, "--prompt", prompt, "--threads", "1"] + options)
  }

  @Test("The best of several draws, which is refused where nothing is drawn")
  func bestOf() throws {
    let scratch = try Scratch()
    let path = try smallModel(in: scratch)
    let runs = try (0..<2).map { _ in try generate(path, "--best-of", "3", "--max-tokens", "8", "--json") }
    let mean = try #require(runs[0].objects.first?["mean_log_probability"] as? Double)
    #expect(mean < 0 && mean > -20)
    #expect(runs[0].objects[0]["text"] as? String == runs[1].objects.first?["text"] as? String)
    let refused = try generate(path, "--best-of", "3", "--temperature", "0")
    #expect(refused.status == 64 && refused.errors.contains("best_of must be 1"))
  }

  @Test("A model's own settings are greedy, unless a way of drawing is asked for")
  func drawing() throws {
    let scratch = try Scratch()
    let path = try smallModel(in: scratch, generation: ["do_sample": false])
    func texts(_ options: String...) throws -> Set<String> {
      Set(
        try ["1", "2", "3"].map { seed in
          try Program.run(
            ["generate", "--model", path, "--prompt", "And", "--max-tokens", "8", "--seed", seed, "--threads", "1"]
              + options
          ).output
        })
    }
    #expect(try texts().count == 1)
    for option in [
      "--min-p=0.01", "--typical-p=0.9", "--top-k=40", "--top-p=0.9", "--temperature=1", "--set=min_p=0.01",
    ] {
      #expect(try texts(option).count > 1, "\(option)")
    }
    #expect(try texts("--num-beams", "2").count == 1)
  }

  @Test("Text that is held to a form, and forms that are refused")
  func forms() throws {
    let scratch = try Scratch()
    let path = try smallModel(in: scratch, .llama, format: .q4)
    #expect(try generate(path, "--regex", "[a-z]{3}-[0-9]").output.wholeMatch(of: /[a-z]{3}-[0-9]\n?/) != nil)
    #expect(["yes\n", "no\n"].contains(try generate(path, "--choice", "yes", "--choice", "no").output))
    let schema = try scratch.write(#"{"type":"array","items":{"type":"boolean"},"maxItems":3}"#, to: "schema.json")
    let values = try JSONValue(parsing: generate(path, "--json-schema", schema, prompt: "And").output)
    #expect(values.array?.allSatisfy { $0.bool != nil } == true)
    for (option, word) in [
      ("--json-schema={\"type\":\"integer\",\"minimum\":3}", "minimum"), ("--regex=(a", "a ) is missing"),
      ("--regex=[^\\s\\S]", "no text matches"), ("--regex=[a-z]{99}", "there is room for"),
    ] {
      let run = try generate(path, option)
      #expect(run.status == 64 && run.errors.contains(word), "\(run.errors)")
    }
  }

  @Test("The end of the context is said, and what was forgotten")
  func contextEnd() throws {
    let scratch = try Scratch()
    let path = try smallModel(in: scratch)
    let stopped = try generate(
      path, "--max-tokens", "200", "--set", "eos_token_id=0", "--set", "suppress_tokens=[0]", "--json")
    #expect(stopped.objects.first?["finish_reason"] as? String == "context")
    #expect(stopped.errors.contains("context of 64 tokens is full"))
    let slid = try generate(
      path, "--max-tokens", "200", "--set", "eos_token_id=0", "--set", "suppress_tokens=[0]", "--context-end", "slide",
      "--json")
    #expect(slid.objects.first?["finish_reason"] as? String == "length")
    #expect((slid.objects.first?["forgotten_tokens"] as? Int ?? 0) > 64)
    #expect(slid.errors.contains("were forgotten"))
  }

  @Test("A draft gives the greedy text")
  func draft() throws {
    let scratch = try Scratch()
    let path = try smallModel(in: scratch, .llama, format: .q8)
    let small = try smallModel(in: scratch, name: "draft")
    let alone = try generate(path, "--temperature", "0", "--max-tokens", "30", "--json").objects
    let guessed = try generate(path, "--temperature", "0", "--max-tokens", "30", "--draft", small, "--json").objects
    #expect(alone.first?["text"] as? String != nil)
    #expect(alone.first?["text"] as? String == guessed.first?["text"] as? String)
    #expect((guessed.first?["draft_guessed"] as? Int ?? 0) > 0)
  }
}
