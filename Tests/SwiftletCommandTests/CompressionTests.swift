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

  @Test func smallestWeightsGo() throws {
    _ = try pretrained("dense", "--objective", "causal")
    _ = try pretrained("dense-masked", "--objective", "masked")
    let common = ["--out"]
    // Text, with the dense model as the teacher.
    var result = try object(
      [
        "prune", scratch.path("dense"), "--sparsity", "0.5", "--corpus", corpus, "--teacher", scratch.path("dense"),
        "--steps", "4", "--batch", "4",
      ] + common + [scratch.path("sparse")])
    var pruned = try #require(result["pruned"] as? Int), prunable = try #require(result["prunable"] as? Int)
    #expect(pruned == prunable / 2 && prunable > 10_000)
    #expect(try #require(result["nonzero_before"] as? Int) - #require(result["nonzero"] as? Int) == pruned)
    #expect(try #require(result["bytes"] as? Int) == #require(result["bytes_before"] as? Int))
    let packed = (try #require(result["gzip_bytes"] as? Int), try #require(result["gzip_bytes_before"] as? Int))
    #expect(packed.0 < packed.1 * 9 / 10)
    #expect(result["tokens_per_second"] is Double && result["tokens_per_second_before"] is Double)
    for key in ["before", "after_pruning", "after_training"] {
      #expect((result[key] as? [String: Any])?["loss"] is Double, "\(key)")
    }
    _ = try object("generate", "--model", scratch.path("sparse"), "--prompt", "The", "--max-tokens", "4")

    // A run that is finished goes on to nothing, and not with another pattern.
    let again = [
      "prune", scratch.path("dense"), "--corpus", corpus, "--out", scratch.path("sparse"), "--resume", "--threads", "1",
    ]
    #expect(try Program.run(again + ["--sparsity", "0.5"]).status == 0)
    var run = try Program.run(again + ["--sparsity", "0.6"])
    #expect(run.status == 65 && run.errors.contains("0.5 of each matrix"), "\(run.errors)")

    // Labels.
    let classifier = scratch.path("dense-classifier")
    _ = try object(
      "finetune", "--model", scratch.path("dense-masked"), "--train", rows, "--validation", rows, "--epochs", "1",
      "--out", classifier)
    result = try object(
      "prune", classifier, "--pattern", "2:4", "--train", rows, "--validation", rows, "--epochs", "1", "--out",
      scratch.path("sparse-classifier"))
    (pruned, prunable) = (try #require(result["pruned"] as? Int), try #require(result["prunable"] as? Int))
    #expect(2 * pruned == prunable)
    #expect((result["after_training"] as? [String: Any])?["accuracy"] is Double)
    run = try Program.run(
      "prune", classifier, "--sparsity", "0.5", "--scope", "all", "--out", scratch.path("only-pruned"), "--threads",
      "1")
    #expect(run.status == 0 && run.output.contains("nothing faster"), "\(run.output) \(run.errors)")
    _ = try object("classify", "--model", scratch.path("only-pruned"), "the bird")

    // What does not fit.
    for (arguments, status) in [
      ([], 64), (["--sparsity", "0.5", "--pattern", "2:4"], 64), (["--pattern", "two"], 64),
      (["--pattern", "2:4", "--scope", "all"], 64), (["--sparsity", "0.5", "--steps", "3"], 64),
      (["--sparsity", "1"], 64), (["--pattern", "4:4"], 64), (["--pattern", "2:5"], 64),
      (["--sparsity", "0.5", "--train", rows], 64),
    ] as [([String], Int32)] {
      let run = try Program.run(["prune", scratch.path("dense"), "--out", scratch.path("none")] + arguments)
      #expect(run.status == status && !run.errors.isEmpty, "\(arguments): \(run.status) \(run.errors)")
    }
  }
}
