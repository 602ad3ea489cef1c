import Checkpoints
import Files
import Tensors
import TestSupport
import Testing
import Tokenization
import Transformers

struct ModelFolderTests {
  private static func model(
    _ family: TransformerConfiguration.Family, tokenizer: Tokenizer? = nil, seed: UInt64 = 1
  ) throws -> ModelFolder {
    let configuration = SmallModels.configuration(family)
    return ModelFolder(
      configuration: configuration, weights: try SmallModels.weights(configuration, seed: seed), tokenizer: tokenizer,
      generation: ["temperature": 0.8], card: "# card\n")
  }

  private func sentence(reading folder: String) -> String {
    do {
      _ = try ModelFolder(reading: folder)
      return "none"
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: TransformerConfiguration.Family.allCases)
  func readsWhatItWrote(family: TransformerConfiguration.Family) throws {
    try withScratchFolder { folder in
      let original = try Self.model(family, tokenizer: try SmallModels.tokenizer())
      try original.write(to: folder)
      #expect(
        try Files.list(folder) == [
          "README.md", "config.json", "generation_config.json", "manifest.json", "model.safetensors",
          "special_tokens_map.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json",
        ])
      let read = try ModelFolder(reading: folder)
      #expect(read.configuration == original.configuration)
      #expect(SmallModels.numbers(read.weights) == SmallModels.numbers(original.weights))
      #expect(read.tokenizer?.modelBytes == original.tokenizer?.modelBytes)
      #expect(read.generation == original.generation)
      #expect(read.card == original.card)
    }
  }

  @Test(arguments: [true, false])
  func keepsLabels(isMultiLabel: Bool) throws {
    try withScratchFolder { folder in
      let labels = ["negative", "neutral, or \"none\"", "positive"]
      let configuration = SmallModels.configuration(.bert)
        .classifying(sequencesInto: labels, problemType: isMultiLabel ? .multiLabel : .singleLabel)
      try ModelFolder(configuration: configuration, weights: try SmallModels.weights(configuration)).write(to: folder)
      let read = try ModelFolder(reading: folder)
      #expect(read.configuration.labels == labels)
      #expect(read.configuration.resolvedProblemType == (isMultiLabel ? .multiLabel : .singleLabel))
    }
  }

  @Test func readsTheTrunkWithAnotherHead() throws {
    try withScratchFolder { folder in
      try Self.model(.roberta).write(to: folder)
      let read = try ModelFolder(
        reading: folder, changing: { $0.classifying(sequencesInto: ["x", "y"]) },
        missingHead: .initialized(Randomness(seed: 3)))
      #expect(read.configuration.labels == ["x", "y"])
      #expect(read.report.initialized.allSatisfy { $0.hasPrefix("classifier.") } && !read.report.initialized.isEmpty)
      #expect(read.report.unused.allSatisfy { $0.hasPrefix("lm_head.") } && !read.report.unused.isEmpty)
    }
  }

  @Test func readsAForeignFolderWithoutManifest() throws {
    try withScratchFolder { folder in
      try Self.model(.llama).write(to: folder)
      try Files.remove(Files.path(folder, "manifest.json"))
      try Files.remove(Files.path(folder, "generation_config.json"))
      try Files.remove(Files.path(folder, "README.md"))
      let read = try ModelFolder(reading: folder)
      #expect(read.tokenizer == nil && read.generation == nil && read.card == nil)
    }
  }

  /// Hugging Face's library has no form for SentencePiece's word models; the model is written all the same.
  @Test func saysWhichTokenizerFilesAreLeftOut() throws {
    try withScratchFolder { folder in
      let texts = (0..<50).map { "the quick brown fox jumps over the lazy dog \($0)" }
      let options = TokenizerTrainingOptions(modelType: .word, vocabularySize: 30)
      let model = try Self.model(.gpt2, tokenizer: try Tokenizer.train(from: texts, options: options).tokenizer)
      let notes = try model.write(to: folder)
      #expect(notes.count == 1 && notes[0].contains("no tokenizer files for Hugging Face"))
      #expect(Files.kind(of: Files.path(folder, "tokenizer.json")) == nil)
      #expect(try ModelFolder(reading: folder).tokenizer?.modelBytes == model.tokenizer?.modelBytes)
    }
  }

  @Test func readsAndWritesATokenizerOfAnotherKind() throws {
    try withScratchFolder { folder in
      let text = """
        {"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,
        "vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"[MASK]":4,"bird":5,"##s":6}},
        "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,
        "lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":null,
        "decoder":{"type":"WordPiece","prefix":"##","cleanup":true},"added_tokens":[],"truncation":null,"padding":null,
        "version":"1.0"}
        """
      let model = try Self.model(.bert, tokenizer: try Tokenizer(modelBytes: Array(text.utf8)))
      #expect(try model.write(to: folder).isEmpty)
      #expect(Files.kind(of: Files.path(folder, "tokenizer.model")) == nil)
      let read = try #require(try ModelFolder(reading: folder).tokenizer)
      #expect(read.modelBytes == Array(text.utf8))
      #expect(read.encode("Birds") == [5, 6])
    }
  }

  // MARK: What does not belong together

  @Test func refusesATokenizerOfAnotherModel() throws {
    try withScratchFolder { folder in
      try Self.model(.gpt2, tokenizer: try SmallModels.tokenizer()).write(to: folder)
      let other = try SmallModels.tokenizer("quite another text about something else").modelBytes
      try AtomicFile.write(other, to: Files.path(folder, "tokenizer.model"))
      #expect(sentence(reading: folder).contains("tokenizer.model\" is damaged or was changed"))
      // Without the manifest, too: the weights remember.
      try Files.remove(Files.path(folder, "manifest.json"))
      #expect(sentence(reading: folder).contains("is not the one that the model was trained with"))
    }
  }

  @Test func refusesATokenizerWithMorePiecesThanTheModelKnows() throws {
    try withScratchFolder { folder in
      var configuration = SmallModels.configuration(.gpt2)
      configuration.vocabularySize = 100
      let tokenizer = try SmallModels.tokenizer()
      try ModelFolder(
        configuration: configuration, weights: try SmallModels.weights(configuration), tokenizer: tokenizer
      ).write(to: folder)
      let sentence = sentence(reading: folder)
      let expected = "has \(tokenizer.vocabularySize) pieces, but the model's vocabulary has 100"
      #expect(sentence.contains(expected), "\(sentence)")
    }
  }

  @Test func refusesAConfigurationThatDoesNotFitTheWeights() throws {
    try withScratchFolder { folder in
      try Self.model(.gpt2).write(to: folder)
      try Files.remove(Files.path(folder, "manifest.json"))
      let path = Files.path(folder, "config.json")
      var json = try Files.readJSON(path)
      json["n_embd"] = 24
      try AtomicFile.write(json.bytes(), to: path)
      let sentence = sentence(reading: folder)
      #expect(sentence.contains("[300, 12]") && sentence.contains("[300, 24]"), "\(sentence)")
    }
  }

  /// A configuration may claim any size: the weights are looked at before memory is taken.
  @Test func refusesAHugeConfigurationBeforeTakingMemory() throws {
    try withScratchFolder { folder in
      try Self.model(.gpt2).write(to: folder)
      try Files.remove(Files.path(folder, "manifest.json"))
      let path = Files.path(folder, "config.json")
      var json = try Files.readJSON(path)
      json["vocab_size"] = 1_000_000_000
      try AtomicFile.write(json.bytes(), to: path)
      #expect(sentence(reading: folder) != "none")
    }
  }

  @Test(arguments: ["", "{", "[]", "{}", #"{"model_type":"mamba"}"#, "\u{0}"])
  func refusesABadConfiguration(text: String) throws {
    try withScratchFolder { folder in
      try Self.model(.gpt2).write(to: folder)
      try Files.remove(Files.path(folder, "manifest.json"))
      try AtomicFile.write(text, to: Files.path(folder, "config.json"))
      #expect(sentence(reading: folder).contains("config.json"))
    }
  }

  @Test func namesWhatIsMissing() throws {
    try withScratchFolder { folder in
      #expect(sentence(reading: folder).contains("no config.json"))
      #expect(sentence(reading: Files.path(folder, "missing")).contains("there is no such file or folder"))
      let file = Files.path(folder, "file")
      try AtomicFile.write("x", to: file)
      #expect(sentence(reading: file).contains("is a file, not a folder"))
      try Self.model(.gpt2).write(to: folder)
      try Files.remove(Files.path(folder, "model.safetensors"))
      #expect(sentence(reading: folder).contains("model.safetensors\" is missing"))
    }
  }

  @Test func refusesToWriteWhatIsNotFinite() throws {
    try withScratchFolder { folder in
      try Self.model(.gpt2).write(to: folder)
      let before = try Files.read(Files.path(folder, "model.safetensors"))
      let broken = try Self.model(.gpt2)
      broken.weights[broken.weights.layout.entries[3].parameter].pointer[0] = .nan
      let name = broken.weights.layout.entries[3].name
      #expect {
        try broken.write(to: folder)
      } throws: {
        "\($0)".contains(name)
      }
      #expect(try Files.read(Files.path(folder, "model.safetensors")) == before)
    }
  }

  // MARK: Damage

  /// Of a thousand random bit flips in the files that decide, none goes unnoticed, and each is named.
  @Test(arguments: ["config.json", "model.safetensors", "tokenizer.model", "generation_config.json", "manifest.json"])
  func noticesEveryBitFlip(name: String) throws {
    try withScratchFolder { folder in
      // Reading a tokenizer takes most of the time, so only its own test has one.
      try Self.model(.gpt2, tokenizer: name == "tokenizer.model" ? try SmallModels.tokenizer() : nil).write(to: folder)
      var random = RandomGenerator(seed: 7)
      let path = Files.path(folder, name)
      let whole = try Files.read(path)
      for _ in 0..<200 {
        var changed = whole
        changed[Int.random(in: 0..<whole.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        try AppendingFile(path, keeping: 0).append(changed)
        let sentence = sentence(reading: folder)
        #expect(sentence.contains("/" + name) && sentence.contains("damaged"), "\(sentence)")
      }
      try AppendingFile(path, keeping: 0).append(whole)
      #expect(self.sentence(reading: folder) == "none")
    }
  }

  // MARK: Replacing

  @Test func replacesAModelAndRemovesWhatItNoLongerHas() throws {
    try withScratchFolder { folder in
      try Self.model(.gpt2, tokenizer: try SmallModels.tokenizer()).write(to: folder)
      try AtomicFile.write("mine", to: Files.path(folder, "notes.txt"))
      try Self.model(.bert, seed: 2).write(to: folder)
      let read = try ModelFolder(reading: folder)
      #expect(read.configuration.family == .bert && read.tokenizer == nil)
      #expect(
        try Files.list(folder) == [
          "README.md", "config.json", "generation_config.json", "manifest.json", "model.safetensors", "notes.txt",
        ])
    }
  }
}
