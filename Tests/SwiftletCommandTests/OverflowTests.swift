import Swiftlet
import Testing

/// Weights that are finite, and so large that what they compute is not: a sentence, and never a figure or a trap.
@Suite struct OverflowTests {
  private static let labelled = "label\ttext\na\tIn the beginning\nb\tthe earth\na\tthe heaven\nb\tlight\n"

  /// A model whose last norms and heads are as large as numbers get.
  private func model(
    in scratch: Scratch, _ family: TransformerConfiguration.Family,
    changing change: (TransformerConfiguration) -> TransformerConfiguration = { $0 }
  ) throws -> String {
    let path = try smallModel(in: scratch, family, changing: change)
    let folder = try ModelFolder(reading: path)
    for entry in folder.weights.layout.entries {
      let names = entry.tensors.map { $0.name.lowercased() }
      guard names.contains(where: { name in ["norm", "ln_", "score", "classifier"].contains { name.contains($0) } })
      else { continue }
      let numbers = folder.weights[entry.parameter]
      for row in 0..<numbers.rows {
        for column in 0..<numbers.columns {
          numbers.pointer[row * numbers.stride + column] = (row + column) % 2 == 0 ? 3e38 : -2e38
        }
      }
    }
    try folder.write(to: path)
    return path
  }

  private func refused(_ arguments: [String]) throws {
    let run = try Program.run(arguments)
    #expect(run.status == 65 && run.errors.contains("finite"), "\(arguments): \(run.status) \(run.errors)")
    #expect(run.output.isEmpty, "\(arguments): \(run.output)")
  }

  @Test(arguments: [TransformerConfiguration.Family.gpt2, .llama])
  func causal(_ family: TransformerConfiguration.Family) throws {
    let scratch = try Scratch()
    let (model, text) = (try model(in: scratch, family), try scratch.write("In the beginning\n", to: "text.txt"))
    try refused(["evaluate", "--model", model, "--corpus", text])
    try refused(["generate", "--model", model, "--prompt", "God"])
    try refused(["generate", "--model", model, "--prompt", "God", "--num-beams", "2"])
    try refused(["embed", "--model", model, "God"])
    try refused(["convert", model, scratch.path("q"), "--to", "hf", "--quantize", "q8", "--corpus", text])
  }

  @Test(arguments: [TransformerConfiguration.Family.bert, .roberta])
  func masked(_ family: TransformerConfiguration.Family) throws {
    let scratch = try Scratch()
    let (model, text) = (try model(in: scratch, family), try scratch.write("In the beginning\n", to: "text.txt"))
    try refused(["evaluate", "--model", model, "--corpus", text])
    try refused(["evaluate", "--model", model, "--corpus", text, "--pseudo-log-likelihood"])
    try refused(["fill", "--model", model, "the <mask>"])
    try refused(["embed", "--model", model, "God"])
  }

  @Test(arguments: [TransformerConfiguration.Family.gpt2, .bert])
  func classifiers(_ family: TransformerConfiguration.Family) throws {
    let scratch = try Scratch()
    let model = try model(in: scratch, family) { $0.classifying(sequencesInto: ["a", "b"]) }
    let data = try scratch.write(Self.labelled, to: "data.tsv")
    try refused(["evaluate", "--model", model, "--data", data, "--train", data])
    try refused(["classify", "--model", model, "the earth"])
    try refused(["classify", "--model", model, "--explain", "the earth"])
    try refused([
      "finetune", "--model", model, "--train", data, "--validation", data, "--steps", "1", "--out", scratch.path("o"),
    ])
  }
}
