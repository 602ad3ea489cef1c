import Foundation
import Testing

/// Fine-tuning as people with few labels do it: adapters, repeated runs, every kind of label, and all that judges them.
@Suite struct FinetuneTests {
  private static let animals = ["bird", "fish", "horse", "beetle"], plants = ["oak", "rose", "fern", "moss"]
  private static let traits = ["small", "old", "grey", "quiet", "large"]

  private let scratch: Scratch
  private let corpus: String, model: String, train: String, held: String

  /// A causal model of a few steps, and rows whose label one word tells.
  init() throws {
    scratch = try Scratch()
    let text = (0..<200).map {
      "the \(Self.traits[$0 % 5]) \((Self.animals + Self.plants)[$0 % 8]) lives number \($0)\n\n"
    }.joined()
    let vocabulary = scratch.path("my.model")
    corpus = try scratch.write(text, to: "text.txt")
    model = scratch.path("model")
    train = try scratch.write(Self.rows(60), to: "train.tsv")
    held = try scratch.write(Self.rows(20, from: 60), to: "held.tsv")
    _ = try object("tokenizer", "train", "--corpus", corpus, "--vocab-size", "300", "--out", vocabulary)
    _ = try object(
      "pretrain", "--corpus", corpus, "--tokenizer", vocabulary, "--objective", "both", "--preset", "nano",
      "--context", "32", "--batch", "4", "--steps", "6", "--out", model)
  }

  private static func rows(_ count: Int, from first: Int = 0) -> String {
    "label\ttext\n"
      + (first..<first + count).map { number in
        number % 2 == 0
          ? "animal\tthe \(traits[number % 5]) \(animals[number / 2 % 4]) \(number)\n"
          : "plant\tthe \(traits[number % 5]) \(plants[number / 2 % 4]) \(number)\n"
      }.joined()
  }

  private func object(_ arguments: String...) throws -> [String: Any] { try object(arguments) }

  private func object(_ arguments: [String]) throws -> [String: Any] {
    let run = try Program.run(arguments + ["--json", "--threads", "2"])
    #expect(run.status == 0, "\(arguments): \(run.errors)")
    return try #require(run.objects.last)
  }

  private func finetune(_ out: String, _ more: String...) throws -> [String: Any] {
    try object(
      ["finetune", "--model", model, "--train", train, "--epochs", "1", "--out", scratch.path(out)] + more)
  }

  private func manifest(_ folder: String) throws -> String {
    try String(contentsOfFile: scratch.path(folder) + "/manifest.json", encoding: .utf8)
  }

  /// An adapter answers by itself, beside its base, and merged into it: alike.
  @Test func adaptersAndJudgement() throws {
    var result = try finetune(
      "adapter", "--validation", held, "--test", held, "--lora", "--lora-rank", "2", "--lora-alpha", "4",
      "--lora-dropout", "0.1", "--lora-target", "q_proj,v_proj,down_proj")
    let baselines = try #require(result["baselines"] as? [String: [String: Any]])
    #expect((baselines["ngrams"]?["accuracy"] as? Double ?? 0) > 0.9 && baselines["majority"] != nil)
    #expect((result["intervals"] as? [String: [Double]])?["accuracy"]?.count == 2)
    #expect(result["temperature"] is Double && result["test"] is [String: Any])
    #expect(try manifest("adapter").contains("calibration.json"))

    let (adapter, merged, also) = (scratch.path("adapter"), scratch.path("merged"), scratch.path("also"))
    _ = try object("convert", adapter, merged, "--to", "hf")
    _ = try object("convert", model, also, "--merge-adapter", adapter, "--to", "hf")
    let answers = try [
      ["--model", adapter], ["--model", model, "--adapter", adapter], ["--model", merged], ["--model", also],
    ].map { try #require(object(["classify"] + $0 + ["the small oak"])["score"] as? Double) }
    #expect(answers.allSatisfy { abs($0 - answers[0]) < 1e-5 }, "\(answers)")
    let judged = try [["--model", adapter], ["--model", model, "--adapter", adapter], ["--model", merged]].map {
      try #require(object(["evaluate", "--data", held] + $0)["loss"] as? Double)
    }
    #expect(judged.allSatisfy { abs($0 - judged[0]) < 1e-5 }, "\(judged)")

    // The temperature moves scores, and belongs to the folder it was fitted in.
    let calibrated = try object("classify", "--model", adapter, "--calibrated", "the small oak")
    #expect(calibrated["score"] as? Double != answers[0])
    #expect(try object("classify", "--model", merged, "--calibrated", "the small oak")["score"] is Double)
    let refused = try Program.run("classify", "--model", model, "--calibrated", "the small oak")
    #expect(refused.status == 65, "\(refused.errors)")
    result = try object(
      "evaluate", "--model", adapter, "--data", held, "--train", train, "--mistakes", "3", "--calibrated")
    #expect((result["mistakes"] as? [Any])?.count ?? 9 <= 3 && result["micro_f1"] is Double)
    #expect((result["baselines"] as? [String: Any])?["ngrams"] != nil)
  }

  /// N-grams know these labels at once, the network after some epochs only.
  @Test func ngramsAnswerWithTheNetwork() throws {
    let (joined, alone) = (scratch.path("joined"), scratch.path("alone"))
    var result = try finetune("joined", "--validation", held, "--test", held)
    #expect(result["accuracy"] as? Double == 1)
    #expect((result["network"] as? [String: Double])?["accuracy"] ?? 1 < 1)
    let weights = try #require(result["ensemble"] as? [String: Double])
    #expect((weights["ngrams"] ?? 0) > 0 && (weights["network"] ?? -1) >= 0)
    let test = try #require(result["test"] as? [String: Any])
    #expect(test["accuracy"] as? Double == 1 && test["network"] is [String: Double])
    #expect(try manifest("joined").contains("ngrams.safetensors"))

    // The folder answers as it was judged, also in eight bits; without its n-grams as the network does.
    let judged = try object("evaluate", "--model", joined, "--data", held)
    #expect(abs((judged["loss"] as? Double ?? 9) - (result["loss"] as? Double ?? 0)) < 1e-3)
    let network = try object("evaluate", "--model", joined, "--data", held, "--network-alone")
    let part = judged["network"] as? [String: Double]
    #expect(network["loss"] as? Double == part?["loss"] && network["network"] == nil)
    _ = try object("convert", joined, scratch.path("eight"), "--to", "hf", "--quantize", "q8")
    for folder in [joined, scratch.path("eight")] {
      let labels = try ["the old fish", "the grey moss"].map {
        try object("classify", "--model", folder, $0)["label"] as? String
      }
      #expect(labels == ["animal", "plant"])
    }
    let scores = try [[], ["--network-alone"]].map {
      try #require(object(["classify", "--model", joined, "the old fish"] + $0)["score"] as? Double)
    }
    #expect(scores[0] != scores[1])
    let explained = try object("classify", "--model", joined, "--explain", "the old fish")["explanation"]
    let ngrams = try #require((explained as? [String: Any])?["ngrams"] as? [String: Any])
    let shares = (ngrams["words"] as? [[String: Any]] ?? []).map {
      ($0["word"] as? String, $0["share"] as? Double ?? 0)
    }
    #expect(shares.map(\.0) == ["the", "old", "fish"] && shares.max { $0.1 < $1.1 }?.0 == "fish", "\(shares)")
    #expect(ngrams["network_weight"] as? Double == weights["network"])
    let pruned = scratch.path("pruned")
    _ = try object(
      "prune", joined, "--out", pruned, "--sparsity", "0.3", "--train", train, "--validation", held, "--epochs", "1")
    #expect(try object("classify", "--model", pruned, "the grey moss")["label"] as? String == "plant")
    _ = try object("prune", joined, "--out", scratch.path("cut"), "--sparsity", "0.3")
    #expect(try manifest("cut").contains("ngrams.safetensors"))

    // Damage is named, and nothing is answered.
    let file = URL(fileURLWithPath: joined + "/ngrams.safetensors")
    try Data([1, 2, 3]).write(to: file)
    let damaged = try Program.run("classify", "--model", joined, "the old fish")
    #expect(damaged.status == 65 && damaged.errors.contains("ngrams.safetensors"), "\(damaged.errors)")

    result = try finetune("alone", "--validation", held, "--ensemble", "none")
    #expect(result["network"] == nil && result["ensemble"] is NSNull)
    #expect(try !manifest("alone").contains("ngrams.safetensors"))
    #expect(try object("evaluate", "--model", alone, "--data", held)["network"] == nil)
    // A finished run is judged again with n-grams, and without them.
    for (choice, isJoined) in [("ngrams", true), ("none", false)] {
      result = try finetune("alone", "--validation", held, "--ensemble", choice, "--teacher", "none", "--resume")
      #expect(
        try manifest("alone").contains("ngrams.safetensors") == isJoined && (result["network"] != nil) == isJoined)
    }
    #expect(try finetune("balanced", "--validation", held, "--class-weights", "balanced")["ensemble"] is NSNull)
  }

  /// An adapter learns more of a language, too, and generates by itself and merged.
  @Test func adaptersOfALanguage() throws {
    let (adapter, merged) = (scratch.path("adapter"), scratch.path("merged"))
    let arguments = [
      "finetune", "--model", model, "--task", "language", "--train", corpus, "--lora", "--lora-rank", "4", "--batch",
      "4", "--steps", "12", "--out", adapter,
    ]
    let result = try object(arguments)
    #expect(result["validation_loss"] is Double && result["steps"] as? Int == 12)
    let losses = try [model, adapter].map {
      try #require(object("evaluate", "--model", $0, "--corpus", corpus)["loss"] as? Double)
    }
    #expect(losses[1] < losses[0], "\(losses)")
    _ = try object("convert", adapter, merged, "--to", "hf")
    let texts = try [adapter, merged].map {
      try object("generate", "--model", $0, "--prompt", "the", "--max-tokens", "6", "--temperature", "0")["text"]
        as? String
    }
    #expect(texts[0] != nil && texts[0] == texts[1])
    // A file is another document than its paragraphs.
    let whole = try Program.run(arguments + ["--resume", "--documents", "files"])
    #expect(whole.status == 65 && whole.errors.contains("made with another training text"), "\(whole.errors)")
    let resumed = try Program.run(arguments + ["--resume", "--threads", "2"])
    #expect(resumed.status == 0 && resumed.errors.contains("Goes on after step 12."), "\(resumed.errors)")
  }

  @Test func repeatedRunsGoOn() throws {
    let search = [
      "--validation", held, "--test", held, "--seeds", "2", "--search", "learning-rate=1e-3,1e-4", "--search",
      "token-dropout=0.1",
    ]
    let common = ["finetune", "--model", model, "--train", train, "--epochs", "1", "--out", scratch.path("searched")]
    var result = try object(common + search)
    let runs = try #require(result["runs"] as? [[String: Any]])
    #expect(runs.count == 4 && (result["candidates"] as? [Any])?.count == 2)
    #expect((result["summary"] as? [String: [String: Double]])?["accuracy"]?["deviation"] != nil)
    #expect(((result["test"] as? [String: Any])?["accuracy"] as? [String: Double])?["mean"] != nil)
    let network = try ["network", "test_network"].map {
      try #require((result[$0] as? [String: [String: Double]])?["accuracy"]?["mean"])
    }
    #expect(network.allSatisfy { $0 < 1 } && result["accuracy"] as? Double == 1, "\(network)")
    #expect(runs.allSatisfy { $0["seconds"] is Double && ($0["test"] as? [String: Double])?["loss"] != nil })
    for name in ["network", "test_network"] {
      #expect(runs.allSatisfy { ($0[name] as? [String: Double])?["accuracy"] != nil }, "\(name)")
    }
    for name in ["baselines", "test_baselines"] {
      let baselines = try #require(result[name] as? [String: [String: Double]])
      #expect((baselines["ngrams"]?["accuracy"] ?? 0) > 0.9 && baselines["majority"]?["accuracy"] == 0.5)
    }
    #expect(
      try manifest("searched").contains("calibration.json") && manifest("searched").contains("ngrams.safetensors"))

    // Without --resume nothing is overwritten; with it, only what is new is run.
    #expect(try Program.run(common + search).status == 73)
    let resumed = try Program.run(common + search + ["--resume", "--threads", "2"])
    #expect(resumed.status == 0 && resumed.errors.contains("4 of them are finished."), "\(resumed.errors)")
    #expect(!resumed.errors.contains("run 4 of 4"))
    result = try object(common + search + ["--search", "dropout=0.2", "--resume"])
    #expect((result["runs"] as? [[String: Any]])?.count == 4)
    let other = try Program.run(
      ["finetune", "--model", model, "--train", held, "--epochs", "1", "--out", scratch.path("searched")] + search
        + ["--resume"])
    #expect(other.status == 65 && other.errors.contains("other labelled texts"), "\(other.errors)")

    result = try finetune("folded", "--folds", "3")
    #expect((result["runs"] as? [[String: Any]])?.map { $0["fold"] as? Int } == [1, 2, 3])
    #expect(try manifest("folded").contains("ngrams.safetensors"))
    #expect(try object("classify", "--model", scratch.path("folded"), "the old fish")["label"] as? String == "animal")
    let alone = try Program.run(common + search + ["--resume", "--ensemble", "none"])
    #expect(alone.status == 0 && alone.errors.contains("0 of them are finished."), "\(alone.errors)")
  }

  /// The other settings of a run, one after the other.
  @Test(arguments: [
    ["--token-dropout", "0.2", "--subword-sampling", "0.1"],
    ["--layer-decay", "0.8", "--class-weights", "balanced", "--label-smoothing", "0.1"],
    ["--ema", "0.9", "--warmup", "0.1", "--patience", "1", "--metric", "mcc"],
    ["--from-scratch", "--max-length", "16", "--optimizer", "muon"], ["--freeze", "--dropout", "0"],
  ])
  func settings(arguments: [String]) throws {
    let result = try object(
      ["finetune", "--model", model, "--train", train, "--epochs", "2", "--out", scratch.path("out")] + arguments)
    #expect(result["accuracy"] is Double && result["macro_f1"] is Double)
  }

  /// A test set that cannot be judged is found out before the training, which may take hours, and nothing is left of it.
  @Test(arguments: [[], ["--seeds", "2"]])
  func testRowsOfOtherLabels(arguments: [String]) throws {
    let test = try scratch.write("label\ttext\nmineral\ta green stone\nanimal\tthe bird\n", to: "test.tsv")
    let run = try Program.run(
      ["finetune", "--model", model, "--train", train, "--test", test, "--out", scratch.path("out")] + arguments)
    #expect(run.status == 65 && run.errors.contains("\"mineral\""), "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("out")))
  }

  @Test func severalLabelsValuesAndPairs() throws {
    func labelled(_ name: String, _ header: String, _ row: (Int) -> String) throws -> String {
      try scratch.write(header + "\n" + (0..<48).map { row($0) + "\n" }.joined(), to: name)
    }
    func run(_ data: String, _ more: String...) throws -> [String: Any] {
      try object(
        [
          "finetune", "--model", model, "--train", data, "--validation", data, "--epochs", "1", "--out", data + ".out",
        ] + more)
    }
    let (animals, traits) = (Self.animals, Self.traits)
    let several = try labelled("several.tsv", "text\tlabel") {
      "a \(traits[$0 % 5]) \(animals[$0 % 4])\t\($0 % 2 == 0 ? "even|\(traits[$0 % 5])" : traits[$0 % 5])"
    }
    var result = try run(several, "--labels", "multiple", "--label-separator", "|")
    #expect(result["macro_f1"] is Double && result["micro_f1"] is Double)
    result = try object("classify", "--model", several + ".out", "a small bird")
    #expect((result["scores"] as? [String: Double])?.count == 6)

    let values = try labelled("values.tsv", "text\tlabel") { "number \($0 % 7) of the birds\t\($0 % 7).5" }
    result = try run(values, "--labels", "value")
    #expect(result["pearson"] is Double && result["spearman"] is Double && result["mean_squared_error"] is Double)
    result = try object("evaluate", "--model", values + ".out", "--data", values)
    #expect(result["mean_squared_error"] is Double)

    let pairs = try labelled("pairs.tsv", "sentence1\tsentence2\tlabel") {
      "the \(animals[$0 % 4])\tthe \(animals[$0 % 3])\t\($0 % 4 == $0 % 3 ? "same" : "other")"
    }
    result = try run(pairs)
    #expect(result["accuracy"] is Double)
    // Both texts of a pair are explained, and their shares add up.
    result = try object("classify", "--model", pairs + ".out", "--pair", "the fish", "--explain", "the bird")
    let explanation = try #require(result["explanation"] as? [String: Any])
    let words = try #require(explanation["words"] as? [[String: Any]]).compactMap { $0["word"] as? String }
    #expect(words.contains("bird") && words.contains("fish"), "\(words)")
    let completeness = try #require(explanation["completeness"] as? [String: Double])
    #expect(abs((completeness["sum"] ?? 9) - (completeness["difference"] ?? -9)) < 0.05, "\(completeness)")
  }

  @Test func labelsOfWordsAreNotExplained() throws {
    let columns = try scratch.write(
      (0..<20).map { "the O\n\(Self.animals[$0 % 4]) B-ANIMAL\nlives O\n\n" }.joined(), to: "words.conll")
    let tagger = scratch.path("tagger")
    let result = try object(
      "finetune", "--model", model, "--task", "tokens", "--train", columns, "--validation", columns, "--epochs", "1",
      "--test", columns, "--lora", "--out", tagger)
    #expect(result["entity_f1"] is Double)
    // Each word has one label only, so the usual one is right; on all rows there are the same figures later.
    for figures in [result, try #require(result["test"] as? [String: Any])] {
      let usual = (figures["baselines"] as? [String: Any])?["usual_label"] as? [String: Double]
      #expect(usual == ["accuracy": 1, "macro_f1": 1, "entity_f1": 1], "\(figures)")
    }
    let later = try object("evaluate", "--model", tagger, "--data", columns, "--train", columns)
    // But for the arithmetic, which is bfloat16 in training.
    let (one, other) = (later["loss"] as? Double, (result["test"] as? [String: Any])?["loss"] as? Double)
    #expect(abs((one ?? 9) - (other ?? -9)) < 0.01)
    #expect(try object("classify", "--model", tagger, "the bird lives")["words"] is [Any])
    let several = try object(
      "finetune", "--model", model, "--task", "tokens", "--train", columns, "--validation", columns, "--epochs", "1",
      "--test", columns, "--seeds", "2", "--out", scratch.path("taggers"))
    let test = try #require(several["test"] as? [String: [String: Double]])
    #expect(test["entity_f1"]?["mean"] != nil && test["accuracy"]?["deviation"] != nil)
    for name in ["baselines", "test_baselines"] {
      let baselines = try #require(several[name] as? [String: [String: Double]])
      #expect(baselines["usual_label"] == ["accuracy": 1, "macro_f1": 1, "entity_f1": 1], "\(baselines)")
    }
    let refused = try Program.run("classify", "--model", tagger, "--explain", "the bird lives")
    #expect(refused.status == 64 && refused.errors.contains("labels words"), "\(refused.errors)")
  }

  @Test func usage() throws {
    let common = ["finetune", "--model", "m", "--train", "t", "--out", "o"]
    for arguments in [
      ["--lora-rank", "4"], ["--lora", "--freeze"], ["--folds", "3", "--validation", "v"], ["--seeds", "0"],
      ["--search", "colour=1"], ["--search", "dropout=much"], ["--search", "lora-rank=2"],
      ["--task", "language", "--seeds", "2"], ["--task", "tokens", "--token-dropout", "0.1"],
      ["--task", "language", "--metric", "accuracy"], ["--documents", "lines"], ["--deduplicate"],
      ["--task", "tokens", "--ensemble", "none"],
      ["--task", "language", "--ensemble", "ngrams"], ["--ensemble", "trees"],
    ] {
      let run = try Program.run(common + arguments)
      #expect(run.status == 64, "\(arguments): \(run.errors)")
    }
  }
}
