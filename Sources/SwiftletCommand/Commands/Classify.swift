import ArgumentParser
import Console
import Swiftlet

/// `swiftlet classify`: puts labels on texts.
struct Classify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Label texts with a fine-tuned classifier.",
    discussion: """
      Examples:
        swiftlet classify --model my-classifier "a small yellow bird that sings"
        swiftlet classify --model my-classifier --json < texts.txt
      """)

  @Option(name: .long, help: ArgumentHelp("The model's folder.", valueName: "folder")) var model: String
  @Option(
    name: .long, help: ArgumentHelp("A file of texts: columns as for finetune, or a text a line.", valueName: "file"))
  var file: String?
  @Option(name: .long, help: ArgumentHelp("The second text, for models of pairs.", valueName: "text")) var pair: String?
  @Option(name: .long, help: "How many labels to show; all in JSON.") var top = 1
  @Argument(help: "Texts; without any, each line of standard input.") var texts: [String] = []
  @OptionGroup(title: "Labels") var labels: LabelOptions
  @OptionGroup(title: "Shared") var shared: SharedOptions

  func validate() throws {
    if top < 1 { throw ValidationError("--top \(top): 1 or more is expected.") }
    if file != nil, !texts.isEmpty { throw ValidationError("Give texts either as arguments or by --file.") }
  }

  func run() throws {
    let classifier = try TextClassifier(folder: model, execution: shared.execution())
    if let file {
      let data = try labels.read(file, allowsNoLabels: true)
      for rows in stride(from: 0, to: data.rows.count, by: 256).map({ data.rows[$0..<min($0 + 256, data.rows.count)] })
      {
        let results = try classifier.classify(pairs: rows.map { ($0.text, $0.pair) })
        for (row, result) in zip(rows, results) { show(row.text, result) }
      }
    } else {
      try StandardInput.forEach(texts, hint: "a text a line") { text in
        show(text, try classifier.classify(text, pair: pair))
        return true
      }
    }
  }

  private func show(_ text: String, _ result: Classification) {
    let ranked = result.ranked
    let best = ranked.first
    if result.isTruncated { note("swiftlet: a text was longer than the model can see, and lost its end.") }
    var scores = JSONObject()
    for score in ranked { scores[score.label] = .number(score.score) }
    let label: JSONValue =
      result.labels.count == 1 || result.scores.count == 1
      ? .string(result.labels.first ?? best?.label ?? "") : .array(result.labels.map { .string($0) })
    Output(json: shared.json).result(
      ["text": .string(text), "label": label, "score": .number(best?.score ?? 0), "scores": .object(scores)],
      text: ranked.prefix(top).map { "\(percent($0.score))  \($0.label)" }.joined(separator: "\n")
        + (texts.count == 1 ? "" : "  \(text)"))
  }
}
