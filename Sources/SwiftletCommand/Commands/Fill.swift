import ArgumentParser
import Swiftlet

/// `swiftlet fill`: fills the gaps of a text.
struct Fill: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fill masked words, best first.",
    discussion: """
      Examples:
        swiftlet fill --model my-masked-model "a small <mask> that sings"
        swiftlet fill --model my-masked-model --top 3 --json "the <mask> of the <mask>"
      """)

  @Option(name: .long, help: ArgumentHelp("The model's folder.", valueName: "folder"))
  var model: String

  @Option(name: .long, help: "How many ways to show.")
  var top = 5

  @Argument(help: "Texts with <mask> for each gap; without any, each line of standard input.")
  var texts: [String] = []

  @OptionGroup(title: "Shared") var shared: SharedOptions

  func validate() throws {
    if !(1...1000).contains(top) { throw ValidationError("--top \(top): a number from 1 to 1000 is expected.") }
  }

  func run() throws {
    let model = try MaskedModel(folder: model, execution: shared.execution())
    let output = Output(json: shared.json)
    try StandardInput.forEach(texts, hint: "a text a line") { text in
      for filled in try model.filler.fill(text, count: top) {
        output.result(
          [
            "text": .string(filled.text), "token": .string(filled.words.joined(separator: " ")),
            "tokens": .array(filled.words.map { .string($0) }), "score": .number(filled.score),
          ], text: "\(percent(filled.score))  \(filled.text)")
      }
      return true
    }
  }
}

/// A share as people read it, at least six characters wide, so that lines of scores are aligned.
func percent(_ share: Double) -> String {
  let tenths = Int((share * 1000).rounded())
  let text = "\(tenths / 10).\(tenths % 10)%"
  return String(repeating: " ", count: max(0, 6 - text.count)) + text
}
