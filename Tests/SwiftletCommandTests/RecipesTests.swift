import Foundation
import Testing

/// Recipes, models of both objectives, labels of words and explanations, as a user has them.
@Suite struct RecipesTests {
  private func run(_ arguments: String..., status: Int32 = 0) throws -> Program.Run {
    let run = try Program.run(arguments + ["--threads", "2"])
    #expect(run.status == status, "\(arguments): \(run.errors)")
    return run
  }

  private func object(_ arguments: String...) throws -> [String: Any] {
    let run = try Program.run(arguments + ["--threads", "2", "--json"])
    #expect(run.status == 0, "\(arguments): \(run.errors)")
    return try #require(run.objects.last)
  }

  private let animals = ["bird", "fish", "horse", "beetle"], places = ["oak", "lake", "meadow", "river"]

  private func text() -> String {
    (0..<300).map { number in
      (0..<4).map { "The \(animals[(number + $0) % 4]) lives by the \(places[(number / 3 + $0) % 4]). " }.joined()
        + "\n\n"
    }.joined()
  }

  private func columns() -> String {
    (0..<60).map { "The O\n\(animals[$0 % 4]) B-ANIMAL\nlives O\nby O\nthe O\n\(places[$0 / 4 % 4]) B-PLACE\n. O\n\n" }
      .joined()
  }

  @Test func fromARecipeToLabelsOfWords() throws {
    let scratch = try Scratch()
    let corpus = try scratch.write(text(), to: "text.txt")
    let vocabulary = scratch.path("my.model")
    _ = try object("tokenizer", "train", "--corpus", corpus, "--vocab-size", "330", "--out", vocabulary)
    let common = [
      "pretrain", "--corpus", corpus, "--tokenizer", vocabulary, "--preset", "nano", "--context", "32", "--batch", "4",
      "--steps", "12", "--json", "--threads", "2",
    ]
    func pretrained(_ name: String, _ more: String...) throws -> [String: Any] {
      let run = try Program.run(common + ["--out", scratch.path(name)] + more)
      #expect(run.status == 0, "\(more): \(run.errors)")
      return try #require(run.objects.last)
    }
    func architecture(_ name: String) throws -> String {
      try String(contentsOfFile: scratch.path(name) + "/config.json", encoding: .utf8)
    }

    var result = try pretrained("bert", "--recipe", "bert", "--whole-words")
    #expect(result["validation_next_sentence_accuracy"] is Double && result["unigram_entropy"] is Double)
    #expect(try architecture("bert").contains("BertForPreTraining"))
    let loss = try #require(result["validation_loss"] as? Double)
    _ = try pretrained("norms", "--head-norms")
    #expect(try architecture("norms").contains("Qwen3ForCausalLM"))
    _ = try object("generate", "--model", scratch.path("norms"), "--prompt", "The", "--max-tokens", "8")
    result = try pretrained("roberta", "--recipe", "roberta")
    #expect(try architecture("roberta").contains("RobertaForMaskedLM"))
    _ = try pretrained("gpt", "--recipe", "gpt")
    #expect(try architecture("gpt").contains("GPT2LMHeadModel"))
    _ = try pretrained("untied", "--untied")
    #expect(try architecture("untied").contains(#""tie_word_embeddings": false"#))
    #expect(try architecture("norms").contains(#""tie_word_embeddings": true"#))
    let config = [
      "pretrain", "--corpus", corpus, "--tokenizer", vocabulary, "--config", scratch.path("norms") + "/config.json",
      "--out", "x",
    ]
    for flags in [
      ["--head-norms"], ["--tied"], ["--untied"], ["--family", "gpt2"], ["--preset", "nano"], ["--layers", "1"],
      ["--heads", "1"], ["--width", "16"],
    ] {
      let run = try Program.run(config + flags)
      #expect(
        run.status == 64 && run.errors.contains("--config says everything")
          && run.errors.contains("leave out \(flags[0])."),
        "\(flags): \(run.errors)")
    }
    // Characters are few: their scores have a table of their own, unless both directions need one.
    let characters = scratch.path("characters.model")
    _ = try object("tokenizer", "train", "--corpus", corpus, "--model", "char", "--out", characters)
    for (name, flags, tied) in [
      ("letters", [], false), ("tied letters", ["--tied"], true), ("letters of both", ["--objective", "both"], true),
    ] {
      let run = try Program.run(common + ["--tokenizer", characters, "--out", scratch.path(name)] + flags)
      #expect(run.status == 0, "\(name): \(run.errors)")
      #expect(try architecture(name).contains(#""tie_word_embeddings": \#(tied)"#), "\(name)")
    }
    result = try pretrained("both", "--objective", "both")
    #expect(result["validation_masked_loss"] is Double && result["validation_bits_per_byte"] is Double)
    #expect(try architecture("both").contains("LlamaForCausalLM"))
    #expect(loss.isFinite)

    // BERT's second task is judged with its first.
    result = try object("evaluate", "--model", scratch.path("bert"), "--corpus", corpus)
    #expect(result["next_sentence_loss"] is Double && result["next_sentence_majority"] is Double)
    let short = try scratch.write("The bird lives by the lake.\n\nThe fish lives by the river.\n", to: "short.txt")
    for model in ["roberta", "both"] {
      result = try object("evaluate", "--model", scratch.path(model), "--pseudo-log-likelihood", "--corpus", short)
      #expect((result["pseudo_log_likelihood"] as? Double ?? 1) < 0 && result["pseudo_perplexity"] is Double)
    }

    // One folder for all three.
    let rows = "text\tlabel\n" + (0..<40).map { "the \(animals[$0 % 4]) by the lake\t\($0 % 2)\n" }.joined()
    let labelled = try scratch.write(rows, to: "rows.tsv")
    _ = try object(
      "finetune", "--model", scratch.path("both"), "--train", labelled, "--validation", labelled, "--freeze",
      "--epochs", "1", "--out", scratch.path("all"))
    #expect(try architecture("all").contains("LlamaForSequenceClassification"))
    _ = try object("classify", "--model", scratch.path("all"), "the bird")
    let filled = try run("fill", "--model", scratch.path("all"), "The <mask> lives").output
    #expect(try filled == run("fill", "--model", scratch.path("both"), "The <mask> lives").output)
    let generated = ["generate", "--prompt", "The", "--max-tokens", "6", "--temperature", "0", "--model"]
    #expect(
      try Program.run(generated + [scratch.path("all")]).output
        == Program.run(generated + [scratch.path("both")]).output)

    // Words.
    let tagged = try scratch.write(columns(), to: "words.conll")
    result = try object(
      "finetune", "--model", scratch.path("roberta"), "--task", "tokens", "--train", tagged, "--validation", tagged,
      "--metric", "entity_f1", "--epochs", "1", "--out", scratch.path("tagger"))
    for key in ["accuracy", "entity_f1", "per_entity", "text_accuracy"] { #expect(result[key] != nil, "\(key)") }
    #expect(try architecture("tagger").contains("RobertaForTokenClassification"))
    result = try object("evaluate", "--model", scratch.path("tagger"), "--data", tagged)
    #expect(result["entity_f1"] is Double && result["unanswered"] as? Int == 0)
    result = try object("classify", "--model", scratch.path("tagger"), "The bird lives by the lake.")
    #expect((result["words"] as? [[String: Any]])?.map { $0["word"] as? String }.last == ".")
    _ = try run("classify", "--model", scratch.path("tagger"), "--file", tagged)
    _ = try run("evaluate", "--model", scratch.path("tagger"), "--data", labelled, status: 65)

    // Explanations.
    let page = scratch.path("why.html")
    result = try object(
      "classify", "--model", scratch.path("all"), "--explain-html", page, "--attention", "the bird by the lake")
    let explanation = try #require(result["explanation"] as? [String: Any])
    #expect((explanation["words"] as? [[String: Any]])?.count == 5 && explanation["attention"] != nil)
    let completeness = try #require(explanation["completeness"] as? [String: Any])
    #expect(completeness["sum"] is Double && completeness["difference"] is Double)
    #expect(try String(contentsOfFile: page, encoding: .utf8).hasPrefix("<!DOCTYPE html>"))
    let shown = try run("classify", "--model", scratch.path("all"), "--explain", "the bird").output
    #expect(shown.contains("integrated gradients") && !shown.contains("\u{1B}"))
  }

  @Test func whatDoesNotFitIsUsage() throws {
    for arguments in [
      ["--recipe", "bert", "--objective", "causal"], ["--recipe", "roberta", "--objective", "both"],
      ["--recipe", "gpt", "--objective", "masked"], ["--mask-copies", "-1"],
    ] {
      let run = try Program.run(["pretrain", "--corpus", "a", "--tokenizer", "b", "--out", "c"] + arguments)
      #expect(run.status == 64, "\(arguments): \(run.errors)")
    }
  }
}
