import ArgumentParser
import Console
import Swiftlet

/// `swiftlet generate`: continues a prompt.
struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Continue a prompt.",
    discussion: """
      Examples:
        swiftlet generate --model my-model --prompt "Once upon a time"
        swiftlet generate --model my-model --prompt "The answer is" --choice " yes" --choice " no"
        swiftlet generate --model my-model --prompt "In the" --novelty training-text.txt
        echo "In the beginning" | swiftlet generate --model my-model --max-tokens 50 --temperature 0 --json
      """)

  @Option(name: .long, help: ArgumentHelp("The model's folder.", valueName: "folder"))
  var model: String

  @Option(name: .long, help: ArgumentHelp("The folder of an adapter to put on the model.", valueName: "folder"))
  var adapter: String?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("What the text begins with; without it, each line of standard input.", valueName: "text"))
  var prompt: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A smaller model's folder, which guesses tokens ahead: the same greedy text, faster where it guesses well.",
      valueName: "folder"))
  var draft: String?

  @Option(
    name: .long, parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Training text; the longest run copied from it is told.", valueName: "path"))
  var novelty: [String] = []

  @Flag(name: .long, help: "Print the prompt before its continuation.")
  var echo = false

  @OptionGroup(title: "Generation") var generation: GenerationOptions
  @OptionGroup(title: "Shared") var shared: SharedOptions

  func run() throws {
    let execution = try shared.execution()
    let model = try LanguageModel(folder: model, adapter: adapter, execution: execution)
    let settings = try generation.settings(from: model.settings, seed: shared.seed)
    let draft = try draft.map { try LanguageModel(folder: $0, execution: execution).generator }
    let corpus = novelty.isEmpty ? nil : try TextSource(novelty)
    for ignored in settings.ignoredSettings {
      note("swiftlet: the model's generation_config.json sets \(ignored), which has no effect here.")
    }
    Interrupts.install()
    if let prompt {
      try generate(prompt, model, settings, draft, corpus)
    } else {
      try StandardInput.forEachLine(hint: "a prompt a line") { line in
        try generate(line, model, settings, draft, corpus)
        return !Interrupts.isPending
      }
    }
    if Interrupts.isPending { throw ExitCode(Interrupts.exitCode) }
  }

  private func generate(
    _ prompt: String, _ model: LanguageModel, _ settings: GenerationSettings, _ draft: TextGenerator?,
    _ corpus: TextSource?
  ) throws {
    let output = Output(json: shared.json)
    if echo { output.piece(prompt) }
    var texts: [GeneratedText]
    var extra = JSONObject()
    if let draft {
      let result = try model.generator.generate(
        Prompt(prompt), settings: settings, draft: draft, isInterrupted: { Interrupts.isPending },
        onText: { output.piece($0) })
      texts = [result.text]
      (extra["draft_guessed"], extra["draft_kept"]) = (.integer(result.guessed), .integer(result.kept))
    } else {
      texts = try model.generator.generate(
        [Prompt(prompt)], settings: settings, isInterrupted: { Interrupts.isPending },
        onText: { _, text in output.piece(text) })
    }
    for text in texts {
      var object: JSONObject = [
        "text": .string(text.text), "tokens": .integer(text.tokens.count),
        "tokens_per_second": .number(text.statistics.tokensPerSecond),
        "finish_reason": .string(text.finishReason.rawValue), "prompt_tokens": .integer(text.promptTokens.count),
        "forgotten_tokens": .integer(text.forgottenTokens),
      ]
      if let mean = text.meanLogProbability { object["mean_log_probability"] = .number(mean) }
      for (name, value) in extra { object[name] = value }
      let copied = try corpus.map { try CopiedRun.longest(of: text.text, in: $0) }
      if let copied {
        object["longest_copy"] = .string(copied.text)
        object["longest_copy_bytes"] = .integer(copied.bytes)
        object["longest_copy_share"] = .number(copied.share)
      }
      output.result(.object(object), text: "")
      if let copied {
        let percent = HumanFormat.fixed(copied.share * 100, 0)
        note(
          "swiftlet: the longest run copied from the training text has \(copied.bytes) of \(copied.bytesOfText) bytes "
            + "(\(percent) %): \(copied.text.quotedForMessage)")
      }
      if text.forgottenTokens > 0 {
        note(
          "swiftlet: the model sees \(model.generator.contextLength) tokens at once; \(text.forgottenTokens) of the "
            + "beginning were forgotten (context_end is slide).")
      }
      if text.finishReason == .context {
        note(
          "swiftlet: the model's context of \(model.generator.contextLength) tokens is full; --context-end slide goes on."
        )
      }
    }
  }
}
