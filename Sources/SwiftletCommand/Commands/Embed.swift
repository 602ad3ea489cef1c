import ArgumentParser
import Swiftlet

/// `swiftlet embed`: texts as vectors.
struct Embed: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turn texts into vectors of length 1.",
    discussion: """
      Examples:
        swiftlet embed --model my-model "a small bird" "a large fish"
        swiftlet embed --model my-model --json < sentences.txt
      """)

  @Option(name: .long, help: ArgumentHelp("The model's folder.", valueName: "folder"))
  var model: String

  @Option(
    name: .long, help: "How tokens become one vector: mean, first or last; by default the folder's own way, or mean.")
  var pooling: Pooling?

  @Argument(help: "Texts; without any, each line of standard input.")
  var texts: [String] = []

  @OptionGroup(title: "Shared") var shared: SharedOptions

  func run() throws {
    let embedder = try TextEmbedder(folder: model, pooling: pooling, execution: shared.execution())
    let output = Output(json: shared.json)
    try StandardInput.forEach(texts, hint: "a text a line") { text in
      let vector = try embedder.embed(text)
      output.result(
        ["text": .string(text), "embedding": .array(vector.map { .number(Double($0)) })],
        text: vector.map { "\($0)" }.joined(separator: " "))
      return true
    }
  }
}

extension Pooling: ExpressibleByArgument {}
