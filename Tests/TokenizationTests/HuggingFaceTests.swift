import Files
import Foundation
import Testing
import Tokenization

@Suite("Files for Hugging Face")
struct HuggingFaceTests {
  private func json(_ name: String, _ template: SequenceTemplate) throws -> [String: JSONValue] {
    try Fixture.tokenizer(name).huggingFaceFiles(template: template, maximumLength: 128)
      .mapValues { try JSONValue(parsing: $0) }
  }

  @Test("A unigram model keeps its pieces and scores")
  func unigram() throws {
    let tokenizer = try Fixture.tokenizer("unigram")
    let model = try #require(try json("unigram", .bert)["tokenizer.json"]?["model"])
    #expect(model["type"]?.string == "Unigram")
    #expect(model["unk_id"]?.int == 0)
    #expect(model["byte_fallback"]?.bool == true)
    let entries = try #require(model["vocab"]?.array)
    #expect(entries.map { $0.array?[0].string ?? "" } == tokenizer.pieces.map(\.text))
    #expect(entries[300].array?[1].double == Double(tokenizer.score(300)))
  }

  @Test("The merges of a BPE model make all its pieces")
  func merges() throws {
    let tokenizer = try Fixture.tokenizer("bpe")
    let model = try #require(try json("bpe", .causal)["tokenizer.json"]?["model"])
    #expect(model["type"]?.string == "BPE")
    #expect(model["vocab"]?.object?.count == 700)
    let made = Set(
      (model["merges"]?.array ?? []).compactMap { pair in
        pair.array.map { ($0[0].string ?? "") + ($0[1].string ?? "") }
      })
    let long = tokenizer.pieces.filter { $0.kind == .normal && $0.text.unicodeScalars.count > 1 }
    #expect(made == Set(long.map(\.text)))
  }

  @Test("Special tokens stand around a text as the model family wants them")
  func templates() throws {
    let marks = { (template: SequenceTemplate, key: String) -> [String] in
      let processor = try self.json("bpe", template)["tokenizer.json"]?["post_processor"]
      return (processor?[key]?.array ?? []).compactMap { part in
        (part["SpecialToken"] ?? part["Sequence"]).flatMap { "\($0["id"]?.string ?? "")\($0["type_id"]?.int ?? -1)" }
      }
    }
    #expect(try marks(.causal, "single") == ["<s>0", "A0"])
    #expect(try marks(.classifier, "single") == ["<s>0", "A0", "</s>0"])
    #expect(try marks(.classifier, "pair") == ["<s>0", "A0", "</s>0", "B0", "</s>0"])
    #expect(try marks(.bert, "pair") == ["<s>0", "A0", "</s>0", "B1", "</s>1"])
    #expect(try marks(.roberta, "pair") == ["<s>0", "A0", "</s>0", "</s>0", "B0", "</s>0"])
    #expect(try marks(.plain, "single").isEmpty)
  }

  @Test("The configuration names the special tokens and the class that reads them")
  func configuration() throws {
    let bert = try #require(try json("unigram", .bert)["tokenizer_config.json"])
    #expect(bert["tokenizer_class"]?.string == "PreTrainedTokenizerFast")
    #expect(bert["model_max_length"]?.int == 128)
    #expect(bert["cls_token"]?.string == "<s>" && bert["sep_token"]?.string == "</s>")
    #expect(bert["mask_token"]?.string == "<mask>" && bert["pad_token"]?.string == "<pad>")
    #expect(bert["model_input_names"]?.array?.count == 3)
    let causal = try json("unigram", .causal)
    #expect(causal["tokenizer_config.json"]?["cls_token"] == nil)
    #expect(causal["special_tokens_map.json"]?["eos_token"]?.string == "</s>")
  }

  @Test("A word model has no such form")
  func words() throws {
    let tokenizer = try Tokenizer.train(from: Corpus.english, options: .init(modelType: .word)).tokenizer
    #expect(throws: TokenizerFailure.self) { try tokenizer.huggingFaceFiles(template: .plain, maximumLength: 8) }
  }

  /// Runs Fixtures/Oracle/compare_transformers.py with the Python that SWIFTLET_PYTHON names, on the text of the fixtures or on
  /// the lines of the file that SWIFTLET_ORACLE_TEXT names.
  @Test(
    "transformers gives the same identifiers and the same text",
    .enabled(if: ProcessInfo.processInfo.environment["SWIFTLET_PYTHON"] != nil))
  func transformers() throws {
    let environment = ProcessInfo.processInfo.environment
    let path = environment["SWIFTLET_ORACLE_TEXT"] ?? Files.path(Fixture.folder, "lines.txt")
    let lines = try Files.readText(path).split(separator: "\n").prefix(10_000).map(String.init)
    // Names of special tokens in a text are these tokens there.
    let texts = (lines + HostileText.texts + HostileText.random(1_000, seed: 31)).filter { text in
      !["<s>", "</s>", "<mask>", "<unk>", "<pad>"].contains { text.contains($0) }
    }
    var cases: [(Tokenizer, SequenceTemplate)] = [(try Fixture.tokenizer("bpe"), .causal)]
    for prefix in ["true", "false"] {
      for type in [TokenizerTrainingOptions.ModelType.unigram, .bpe, .char] {
        var options = TokenizerTrainingOptions(modelType: type, vocabularySize: type == .char ? nil : 1_000)
        try options.set("add_dummy_prefix", prefix)
        let tokenizer = try Tokenizer.train(from: lines.map { $0 + "\n" }, options: options).tokenizer
        cases.append((tokenizer, prefix == "true" ? .bert : .roberta))
      }
    }
    for (tokenizer, template) in cases {
      let folder = NSTemporaryDirectory() + "swiftlet-\(ProcessInfo.processInfo.processIdentifier)"
      try Files.createFolder(folder)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      for (name, bytes) in try tokenizer.huggingFaceFiles(template: template, maximumLength: 100_000) {
        try AtomicFile.write(bytes, to: Files.path(folder, name))
      }
      let casesPath = Files.path(folder, "cases.jsonl")
      let rows = texts.map { text -> [UInt8] in
        let identifiers = tokenizer.encode(text)
        let row: JSONValue = [
          "text": .string(text), "ids": .array(identifiers.map { .integer(Int($0)) }),
          "decoded": .string(tokenizer.decode(identifiers)),
        ]
        return row.bytes() + [UInt8(ascii: "\n")]
      }
      try AtomicFile.write(Array(rows.joined()), to: casesPath)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: try #require(environment["SWIFTLET_PYTHON"]))
      process.arguments = [
        Files.path(Fixture.folder, "Oracle/compare_transformers.py"), folder, casesPath, template.rawValue,
      ]
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
  }
}
