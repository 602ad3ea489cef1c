import Foundation
import Testing

/// Every command, one after the other, on a text that the test makes.
@Suite struct PipelineTests {
  private static let animals = ["bird", "fish", "horse", "beetle", "otter", "crane", "lizard", "wolf"]
  private static let plants = ["oak", "rose", "fern", "moss", "tulip", "birch", "clover", "thistle"]
  private static let traits = ["small", "old", "grey", "quiet", "large", "common", "rare", "slender"]

  /// About 30 KB; it has Windows line ends and more than one script.
  private func text() -> String {
    (0..<700).map { number in
      let animal = Self.animals[number % 8]
      let plant = Self.plants[number / 8 % 8]
      let trait = Self.traits[number / 3 % 8]
      return number % 50 == 0
        ? "Маленькая птица поёт, 小さな鳥が歌う.\r\n\r\n" : "The \(trait) \(animal) lives by the \(plant).\r\n\r\n"
    }.joined()
  }

  /// Labels that only careful readers of CSV get right.
  private func rows() -> String {
    "text,label\r\n"
      + (0..<64).map { number in
        let trait = Self.traits[number / 8]
        return number % 2 == 0
          ? "\"a \(trait), \"\"wild\"\" \(Self.animals[number % 8])\",\"animal, or \"\"beast\"\"\"\r\n"
          : "\"a \(trait), green \(Self.plants[number % 8])\",plant\r\n"
      }.joined()
  }

  /// Runs a command that must succeed, and returns its last object.
  private func object(_ arguments: String..., input: String = "") throws -> [String: Any] {
    let run = try Program.run(arguments + ["--json", "--threads", "2"], input: Data(input.utf8))
    #expect(run.status == 0, "\(arguments): \(run.errors)")
    #expect(run.objects.count == run.output.split(separator: "\n").count, "\(arguments): \(run.output)")
    return try #require(run.objects.last)
  }

  private func expect(_ keys: [String], in object: [String: Any], _ command: String) {
    for key in keys { #expect(object[key] != nil, "\(command) has no \(key)") }
  }

  @Test func toOtherFormatsAndBack() throws {
    let scratch = try Scratch()
    let corpus = try scratch.write(text(), to: "text.txt")
    let vocabulary = scratch.path("my.model")
    _ = try object(
      "tokenizer", "train", "--corpus", corpus, "--model", "bpe", "--vocab-size", "400", "--out", vocabulary)
    let model = scratch.path("model")
    _ = try object(
      "pretrain", "--corpus", corpus, "--tokenizer", vocabulary, "--family", "llama", "--preset", "nano", "--width",
      "64",
      "--heads", "4", "--context", "32", "--batch", "4", "--steps", "5", "--out", model)
    func generated(_ folder: String) throws -> String? {
      try object("generate", "--model", folder, "--prompt", "The", "--max-tokens", "8", "--temperature", "0")["text"]
        as? String
    }
    for type in ["f32", "f16", "bf16", "q8_0"] {
      let (file, again) = (scratch.path(type + ".gguf"), scratch.path(type))
      var result = try object("convert", model, file, "--to", "gguf", "--quantize", type)
      #expect(result["checked_tokens"] as? Int ?? 0 > 30)
      #expect((result["largest_difference"] as? Double == 0) == (type == "f32"))
      result = try object("convert", file, again, "--to", "hf")
      #expect(result["largest_difference"] as? Double == 0)
      if type == "f32" { #expect(try generated(again) == generated(model)) }
    }
    let run = try Program.run("convert", scratch.path("f32.gguf"), scratch.path("text"), "--to", "hf")
    #expect(run.output.contains("all outputs are equal"), "\(run.output)")
  }

  @Test func wordsHaveNoFilesForHuggingFaceAndTheRunSaysSo() throws {
    let scratch = try Scratch()
    let corpus = try scratch.write(text(), to: "text.txt")
    let vocabulary = scratch.path("my.model")
    _ = try object("tokenizer", "train", "--corpus", corpus, "--model", "word", "--out", vocabulary)
    let run = try Program.run(
      "pretrain", "--corpus", corpus, "--tokenizer", vocabulary, "--preset", "nano", "--context", "32", "--batch", "4",
      "--steps", "2", "--out", scratch.path("model"))
    #expect(run.status == 0 && run.errors.contains("no tokenizer files for Hugging Face"), "\(run.errors)")
  }

  @Test func fromTextToEveryUse() throws {
    let scratch = try Scratch()
    let corpus = try scratch.write(text(), to: "text.txt")
    let labelled = try scratch.write(rows(), to: "labels.csv")
    let vocabulary = scratch.path("my.model")

    var result = try object("tokenizer", "train", "--corpus", corpus, "--vocab-size", "400", "--out", vocabulary)
    expect(["vocabulary", "bytes_per_token"], in: result, "tokenizer train")
    let line = "The small bird, маленькая 鳥\u{1F426} \u{E9}"
    let encoded = try Program.run("tokenizer", "encode", "--tokenizer", vocabulary, input: line + "\n")
    let decoded = try Program.run("tokenizer", "decode", "--tokenizer", vocabulary, input: encoded.output)
    #expect(decoded.output == line + "\n")

    result = try object("corpus", "stats", "--corpus", corpus, "--tokenizer", vocabulary)
    expect(["documents", "bytes", "duplicates", "tokens"], in: result, "corpus stats")
    result = try object(
      "corpus", "build", "--corpus", corpus, "--tokenizer", vocabulary, "--out", scratch.path("tokens"))
    expect(["documents", "bytes", "duplicates", "tokens"], in: result, "corpus build")

    let models = [("causal", scratch.path("causal")), ("masked", scratch.path("masked"))]
    for (objective, folder) in models {
      result = try object(
        "pretrain", "--corpus", corpus, "--tokenizer", vocabulary, "--objective", objective, "--preset", "nano",
        "--context", "32", "--batch", "4", "--steps", "20", "--out", folder)
      expect(
        [
          "steps", "tokens", "seconds", "tokens_per_second", "train_loss", "validation_loss",
          "validation_bits_per_byte", "parameters",
        ], in: result, "pretrain")
      #expect(result["steps"] as? Int == 20)
      result = try object("evaluate", "--model", folder, "--corpus", corpus)
      expect(["loss", "perplexity", "tokens", "bytes"], in: result, "evaluate --corpus")
    }
    let (causal, masked) = (models[0].1, models[1].1)

    result = try object("generate", "--model", causal, "--prompt", "The", "--max-tokens", "5", "--temperature", "0")
    expect(["text", "tokens", "tokens_per_second", "finish_reason"], in: result, "generate")
    result = try object("fill", "--model", masked, "The small <mask> lives")
    expect(["text", "token", "score"], in: result, "fill")
    result = try object("embed", "--model", masked, "The bird")
    expect(["text", "embedding"], in: result, "embed")

    let classifier = scratch.path("classifier")
    let figures = [
      "accuracy", "macro_precision", "macro_recall", "macro_f1", "mcc", "roc_auc", "confusion", "labels", "baselines",
    ]
    result = try object(
      "finetune", "--model", masked, "--train", labelled, "--validation", labelled, "--epochs", "1", "--out",
      classifier)
    expect(figures + ["seconds"], in: result, "finetune")
    result = try object("evaluate", "--model", classifier, "--data", labelled)
    expect(figures, in: result, "evaluate --data")
    #expect((result["labels"] as? [String])?.sorted() == ["animal, or \"beast\"", "plant"])
    result = try object("classify", "--model", classifier, "a small, green fern")
    expect(["text", "label", "score", "scores"], in: result, "classify")

    // Both kinds of run go on as if they had never been stopped.
    for arguments in [
      ["--run", masked, "--corpus", corpus, "--documents", "lines", "--deduplicate"],
      ["--run", classifier, "--train", labelled],
    ] {
      let run = try Program.run(["verify-resume", "--steps", "4", "--json", "--threads", "2"] + arguments)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.objects.first?["identical"] as? Bool == true && run.objects.first?["stops"] as? Int == 4)
      #expect((run.objects.first?["sha256"] as? [String: String])?["model.safetensors"]?.count == 64)
    }

    result = try object("convert", causal, scratch.path("converted"), "--to", "hf")
    expect(["tensors", "bytes", "checked_tokens", "largest_difference", "same_choices"], in: result, "convert --to hf")
    #expect(result["largest_difference"] as? Double == 0)
    // Of unigram llama.cpp knows no bytes.
    let refused = try Program.run("convert", causal, scratch.path("converted.gguf"), "--to", "gguf")
    #expect(refused.status == 65 && refused.errors.contains("byte fallback"), "\(refused.errors)")

    // What the models are not for, and labels that they do not know, are said in a sentence.
    let foreign = try scratch.write("text,label\na stone,mineral\n", to: "foreign.csv")
    for arguments in [
      ["classify", "--model", causal, "a"], ["fill", "--model", causal, "a <mask>"],
      ["generate", "--model", masked, "--prompt", "a"], ["evaluate", "--model", classifier, "--data", foreign],
    ] {
      let run = try Program.run(arguments)
      #expect(run.status == 65 && run.output.isEmpty, "\(arguments): \(run.errors)")
      #expect(run.errors.split(separator: "\n").last?.hasPrefix("swiftlet: ") == true, "\(run.errors)")
    }
  }
}
