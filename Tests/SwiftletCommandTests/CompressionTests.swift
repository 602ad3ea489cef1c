import Foundation
import Testing

/// Smaller models from larger ones, as a user has them.
@Suite struct CompressionTests {
  private let scratch: Scratch
  private let corpus: String, rows: String, vocabulary: String

  private static let animals = ["bird", "fish", "horse", "beetle"], places = ["oak", "lake", "meadow", "river"]

  init() throws {
    scratch = try Scratch()
    let text = (0..<200).map { number in
      (0..<4).map { "The \(Self.animals[(number + $0) % 4]) lives by the \(Self.places[(number / 3 + $0) % 4]). " }
        .joined() + "\n\n"
    }.joined()
    corpus = try scratch.write(text, to: "text.txt")
    rows = try scratch.write(
      "text\tlabel\n"
        + (0..<60).map { "the \(Self.animals[$0 % 4]) by the \(Self.places[$0 / 4 % 4])\t\(["a", "b"][$0 % 2])\n" }
        .joined(),
      to: "rows.tsv")
    vocabulary = scratch.path("my.model")
    _ = try object("tokenizer", "train", "--corpus", corpus, "--vocab-size", "300", "--out", vocabulary)
  }

  private func object(_ arguments: String...) throws -> [String: Any] { try object(arguments) }

  private func object(_ arguments: [String]) throws -> [String: Any] {
    let run = try Program.run(arguments + ["--threads", "1", "--json"])
    #expect(run.status == 0, "\(arguments): \(run.errors)")
    return try #require(run.objects.last)
  }

  private func pretrained(_ name: String, _ more: String...) throws -> [String: Any] {
    try object(
      [
        "pretrain", "--corpus", corpus, "--tokenizer", vocabulary, "--preset", "nano", "--context", "32", "--batch",
        "4", "--steps", "10", "--out", scratch.path(name),
      ] + more)
  }

  @Test func smallerModelsLearnFromLargerOnes() throws {
    for objective in ["causal", "masked"] {
      _ = try pretrained("large-\(objective)", "--objective", objective)
      let result = try pretrained(
        objective, "--objective", objective, "--layers", "1", "--teacher", scratch.path("large-\(objective)"),
        "--distillation-weight", "0.7", "--distillation-temperature", "3")
      #expect(result["validation_loss"] is Double)
    }
    let state = try String(
      contentsOfFile: scratch.path("causal/training/checkpoints/step-00000010/state.json"), encoding: .utf8
    ).filter { !$0.isWhitespace }
    #expect(state.contains("\"distillation\":{") && state.contains("\"temperature\":3"), "\(state)")

    let common = ["finetune", "--train", rows, "--validation", rows, "--epochs", "1"]
    _ = try object(common + ["--model", scratch.path("large-masked"), "--out", scratch.path("large-classifier")])
    let result = try object(
      common + [
        "--model", scratch.path("masked"), "--teacher", scratch.path("large-classifier"), "--out",
        scratch.path("classifier"),
      ])
    #expect(result["accuracy"] is Double)

    // Settings of a teacher that is not there, and a teacher who speaks of other things.
    for arguments in [["--distillation-weight", "0.5"], ["--distillation-temperature", "2"]] {
      let run = try Program.run(common + ["--model", "m", "--out", "o"] + arguments)
      #expect(run.status == 64 && run.errors.contains("--teacher"), "\(run.errors)")
    }
    let run = try Program.run(
      common + [
        "--model", scratch.path("masked"), "--teacher", scratch.path("large-masked"), "--out", scratch.path("none"),
      ])
    #expect(run.status == 65 && run.errors.contains("cannot be the teacher"), "\(run.errors)")
  }
}
