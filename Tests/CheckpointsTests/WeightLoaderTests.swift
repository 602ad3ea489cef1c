import Checkpoints
import Files
import Tensors
import TestSupport
import Testing
import Transformers

private typealias Tensors = [(name: String, shape: [Int], numbers: [Float])]

struct WeightLoaderTests {
  /// Writes a model's weights, changes the tensors, and loads them into a model.
  @discardableResult
  private func load(
    _ configuration: TransformerConfiguration, as other: TransformerConfiguration? = nil,
    missingHead: WeightLoader.MissingHead = .refused, changing change: (inout Tensors) -> Void = { _ in }
  ) throws -> (original: ParameterBuffer, loaded: ParameterBuffer, report: WeightLoader.Report) {
    try withScratchFolder { folder in
      let path = Files.path(folder, "model.safetensors")
      let original = try SmallModels.weights(configuration)
      try SafetensorsWriter.write(original, to: path)
      var tensors = try SmallModels.tensors(path)
      change(&tensors)
      try SafetensorsWriter.write(tensors, to: path)
      let loader = try WeightLoader(try WeightFiles(folder: folder), family: configuration.family)
      let layout = try Transformer(other ?? configuration).layout
      let (loaded, report) = try loader.load(layout, missingHead: missingHead)
      return (original, loaded, report)
    }
  }

  private func failure(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "none"
    } catch let failure as CheckpointFailure {
      #expect(failure.kind == .badData)
      return failure.description
    } catch {
      return "another: \(error)"
    }
  }

  @Test(arguments: [
    (TransformerConfiguration.Family.gpt2, true), (.gpt2, false), (.llama, true), (.llama, false), (.bert, true),
    (.roberta, true),
  ])
  func readsWhatWasWritten(family: TransformerConfiguration.Family, tied: Bool) throws {
    let (original, loaded, report) = try load(SmallModels.configuration(family, tied: tied))
    #expect(SmallModels.numbers(loaded) == SmallModels.numbers(original))
    #expect(report == WeightLoader.Report())
  }

  static let prefixes: [TransformerConfiguration.Family: String] = [
    .gpt2: "transformer.", .llama: "model.", .bert: "bert.", .roberta: "roberta.",
  ]

  @Test(arguments: TransformerConfiguration.Family.allCases)
  func readsTrunksWithoutPrefix(family: TransformerConfiguration.Family) throws {
    let prefix = try #require(Self.prefixes[family])
    let (original, loaded, _) = try load(SmallModels.configuration(family)) { tensors in
      var renamed = 0
      for index in tensors.indices where tensors[index].name.hasPrefix(prefix) {
        tensors[index].name = String(tensors[index].name.dropFirst(prefix.count))
        renamed += 1
      }
      #expect(renamed > 10)
    }
    #expect(SmallModels.numbers(loaded) == SmallModels.numbers(original))
  }

  @Test(arguments: [TransformerConfiguration.Family.bert, .roberta])
  func readsOldNamesOfNorms(family: TransformerConfiguration.Family) throws {
    let (original, loaded, _) = try load(SmallModels.configuration(family)) { tensors in
      for index in tensors.indices where tensors[index].name.contains("LayerNorm") {
        tensors[index].name = tensors[index].name
          .split(separator: ".").map { $0 == "weight" ? "gamma" : $0 == "bias" ? "beta" : $0 }.joined(separator: ".")
      }
    }
    #expect(SmallModels.numbers(loaded) == SmallModels.numbers(original))
  }

  @Test(arguments: [
    (TransformerConfiguration.Family.gpt2, "h.0.attn.bias"), (.gpt2, "transformer.h.1.attn.masked_bias"),
    (.bert, "bert.embeddings.position_ids"), (.roberta, "roberta.embeddings.position_ids"),
    (.llama, "model.layers.0.self_attn.rotary_emb.inv_freq"), (.llama, "model.rotary_emb.inv_freq"),
  ])
  func passesOverBuffers(family: TransformerConfiguration.Family, name: String) throws {
    let (original, loaded, report) = try load(SmallModels.configuration(family)) { $0.append((name, [1], [0])) }
    #expect(SmallModels.numbers(loaded) == SmallModels.numbers(original))
    #expect(report.unused.isEmpty)
  }

  static let aliases: [(TransformerConfiguration.Family, String, String)] = [
    (.gpt2, "lm_head.weight", "transformer.wte.weight"), (.llama, "lm_head.weight", "model.embed_tokens.weight"),
    (.bert, "cls.predictions.decoder.weight", "bert.embeddings.word_embeddings.weight"),
    (.bert, "cls.predictions.decoder.bias", "cls.predictions.bias"),
    (.roberta, "lm_head.decoder.weight", "roberta.embeddings.word_embeddings.weight"),
    (.roberta, "lm_head.decoder.bias", "lm_head.bias"),
  ]

  /// A tied tensor may be there twice, under either of its names, but not with two contents.
  @Test(arguments: aliases.indices)
  func readsTiedTensorsUnderEitherName(index: Int) throws {
    let (family, alias, name) = Self.aliases[index]
    let configuration = SmallModels.configuration(family)
    for keepsOriginal in [true, false] {
      let (original, loaded, _) = try load(configuration) { tensors in
        guard let position = tensors.firstIndex(where: { $0.name == name }) else { return }
        let copy = (alias, tensors[position].shape, tensors[position].numbers)
        if !keepsOriginal { tensors.remove(at: position) }
        tensors.append(copy)
      }
      #expect(SmallModels.numbers(loaded) == SmallModels.numbers(original))
    }
    let sentence = failure {
      try load(configuration) { tensors in
        guard let position = tensors.firstIndex(where: { $0.name == name }) else { return }
        var copy = (name: alias, shape: tensors[position].shape, numbers: tensors[position].numbers)
        copy.numbers[0] += 1
        tensors.append(copy)
      }
    }
    #expect(sentence.contains("different numbers in \"\(alias)\""), "\(sentence)")
  }

  @Test(arguments: TransformerConfiguration.Family.allCases)
  func namesEveryMissingTensor(family: TransformerConfiguration.Family) throws {
    let configuration = SmallModels.configuration(family)
    var count = 0
    try load(configuration) { count = $0.count }
    for index in 0..<count {
      var removed: (name: String, shape: [Int]) = ("", [])
      let sentence = failure {
        try load(configuration) { tensors in
          removed = (tensors[index].name, tensors[index].shape)
          tensors.remove(at: index)
        }
      }
      #expect(sentence.contains("needs the tensor \"\(removed.name)\" of shape \(removed.shape)"), "\(sentence)")
    }
  }

  @Test(arguments: TransformerConfiguration.Family.allCases)
  func namesEveryWrongShape(family: TransformerConfiguration.Family) throws {
    let configuration = SmallModels.configuration(family)
    var count = 0
    try load(configuration) { count = $0.count }
    for index in 0..<count {
      var changed: (name: String, shape: [Int]) = ("", [])
      let sentence = failure {
        try load(configuration) { tensors in
          tensors[index].shape[0] += 1
          tensors[index].numbers = [Float](repeating: 0, count: tensors[index].shape.reduce(1, *))
          changed = (tensors[index].name, tensors[index].shape)
        }
      }
      #expect(sentence.contains("\"\(changed.name)\"") && sentence.contains("\(changed.shape)"), "\(sentence)")
    }
  }

  /// A square matrix has the same shape either way round, so a vector in its place must not pass either.
  @Test func refusesTheSameNumbersInAnotherShape() throws {
    let sentence = failure {
      try load(SmallModels.configuration(.bert)) { tensors in
        guard let index = tensors.firstIndex(where: { $0.name.hasSuffix("query.weight") }) else { return }
        tensors[index].shape = [tensors[index].numbers.count]
      }
    }
    #expect(sentence.contains("has the shape [144], and config.json makes it [12, 12]"), "\(sentence)")
  }

  @Test func namesAnUnexpectedTensor() throws {
    let sentence = failure {
      try load(SmallModels.configuration(.gpt2)) {
        $0.append(("transformer.h.2.ln_1.weight", [12], [Float](repeating: 1, count: 12)))
      }
    }
    #expect(sentence.contains("\"transformer.h.2.ln_1.weight\" of shape [12]"), "\(sentence)")
  }

  @Test func refusesTwoSpellingsOfOneTensor() throws {
    let sentence = failure {
      try load(SmallModels.configuration(.gpt2)) { tensors in
        guard let tensor = tensors.first(where: { $0.name == "transformer.ln_f.bias" }) else { return }
        tensors.append(("ln_f.bias", tensor.shape, tensor.numbers))
      }
    }
    #expect(sentence.contains("both"), "\(sentence)")
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func namesATensorThatIsNotFinite(value: Float) throws {
    let sentence = failure {
      try load(SmallModels.configuration(.llama)) { tensors in
        guard let index = tensors.firstIndex(where: { $0.name == "model.layers.1.mlp.up_proj.weight" }) else { return }
        tensors[index].numbers[17] = value
      }
    }
    #expect(sentence.contains("\"model.layers.1.mlp.up_proj.weight\""), "\(sentence)")
    #expect(sentence.contains("not finite"), "\(sentence)")
  }

  @Test(arguments: TransformerConfiguration.Family.allCases)
  func givesATrunkANewHead(family: TransformerConfiguration.Family) throws {
    let configuration = SmallModels.configuration(family)
    let classifier = configuration.classifying(sequencesInto: ["a", "b", "c"])
    #expect(failure { try load(configuration, as: classifier) }.contains("needs the tensor"))
    let randomness = Randomness(seed: 5)
    let (original, loaded, report) = try load(configuration, as: classifier, missingHead: .initialized(randomness))
    #expect(!report.initialized.isEmpty)
    for name in report.initialized {
      #expect(["score.", "classifier.", "pooler."].contains { name.contains($0) }, "\(name)")
    }
    // The trunk is the checkpoint's; the head is drawn as if the model had begun with this seed.
    let fresh = ParameterBuffer(zeros: loaded.layout)
    fresh.initialize(randomness)
    for entry in loaded.layout.entries {
      let view = loaded[entry.parameter]
      let numbers = (0..<view.count).map { view.pointer[$0] }
      let isNew = report.initialized.contains(entry.name)
      let source = isNew ? fresh : original
      let originalEntry = try #require(source.layout.entries.first { $0.name == entry.name }, "\(entry.name)")
      let expected = source[originalEntry.parameter]
      #expect(numbers == (0..<expected.count).map { expected.pointer[$0] }, "\(entry.name)")
    }
  }

  /// Other labels than before: the head is drawn anew, and said so.
  @Test func replacesAHeadOfAnotherSize() throws {
    let two = SmallModels.configuration(.bert).classifying(sequencesInto: ["a", "b"])
    let three = SmallModels.configuration(.bert).classifying(sequencesInto: ["a", "b", "c"])
    #expect(failure { try load(two, as: three) }.contains("\"classifier."))
    let (_, _, report) = try load(two, as: three, missingHead: .initialized(Randomness(seed: 1)))
    #expect(Set(report.initialized) == ["classifier.weight", "classifier.bias"])
  }
}
