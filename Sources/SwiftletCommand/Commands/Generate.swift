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

  @Flag(name: .long, help: "Print the prompt before its continuation.")
  var echo = false

  @OptionGroup(title: "Generation") var generation: GenerationOptions
  @OptionGroup(title: "Shared") var shared: SharedOptions

  func run() throws {
    let model = try LanguageModel(folder: model, adapter: adapter, execution: shared.execution())
    let settings = try generation.settings(from: model.settings, seed: shared.seed)
    for ignored in settings.ignoredSettings {
      note("swiftlet: the model's generation_config.json sets \(ignored), which has no effect here.")
    }
    Interrupts.install()
    if let prompt {
      try generate(prompt, model, settings)
    } else {
      try StandardInput.forEachLine(hint: "a prompt a line") { line in
        try generate(line, model, settings)
        return !Interrupts.isPending
      }
    }
    if Interrupts.isPending { throw ExitCode(FailureKind.interrupted.exitCode) }
  }

  private func generate(_ prompt: String, _ model: LanguageModel, _ settings: GenerationSettings) throws {
    let output = Output(json: shared.json)
    if echo { output.piece(prompt) }
    let texts = try model.generator.generate(
      [Prompt(prompt)], settings: settings, isInterrupted: { Interrupts.isPending },
      onText: { _, text in output.piece(text) })
    for text in texts {
      output.result(
        [
          "text": .string(text.text), "tokens": .integer(text.tokens.count),
          "tokens_per_second": .number(text.statistics.tokensPerSecond),
          "finish_reason": .string(text.finishReason.rawValue), "prompt_tokens": .integer(text.promptTokens.count),
        ], text: "")
      if text.finishReason == .context {
        note(
          "swiftlet: the model's context of \(model.generator.contextLength) tokens is full; --context-end slide goes on."
        )
      }
    }
  }
}
