import Checkpoints
import Files
import Tensors
import TestSupport
import Testing
import Transformers

@Suite struct AdapterFolderTests {
  /// The largest difference from PyTorch's logits; both compute in 32 bits.
  private static let tolerance: Float = 1e-4

  /// Adapters that PEFT made, found with their bases: `Fixtures/make_adapters.py`.
  @Test(arguments: ["adapter-bert", "adapter-gpt2", "adapter-llama"])
  func computesWhatPEFTComputes(name: String) throws {
    let path = Fixture.path(name)
    #expect(AdapterFolder.isAdapter(path))
    let folder = try ModelFolder(reading: path)
    #expect(try ModelFolder.configuration(ofFolder: path).family == folder.configuration.family)
    let file = try SafetensorsFile(Files.path(path, "expected.safetensors"))
    let tokens = try #require(try file.floats(of: "tokens")).map { Int32($0) }
    let lengths = try #require(try file.floats(of: "lengths")).map { Int($0) }
    let expected = try #require(try file.floats(of: "expected"))
    var sequences: [[Int32]] = []
    for length in lengths { sequences.append(Array(tokens[sequences.joined().count...].prefix(length))) }
    let found = try logits(folder, TokenBatch(sequences))
    #expect(found.count == expected.count)
    let difference = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(difference < Self.tolerance, "\(difference)")
    // Without the adapter the numbers are others, so this is not nothing.
    let base = try ModelFolder(
      reading: AdapterFolder(reading: path).baseFolder(), changing: { _ in folder.configuration },
      missingHead: .initialized(Randomness(seed: 1)))
    let without = zip(try logits(base, TokenBatch(sequences)), expected).map { abs($0 - $1) }.max() ?? 0
    #expect(without > 0.1)
  }

  private func logits(_ folder: ModelFolder, _ batch: TokenBatch) throws -> [Float] {
    let model = try Transformer(folder.configuration)
    let activations = Activations(
      model, tokens: batch.tokens.count, sequences: batch.lengths.count, training: false,
      logitRows: batch.tokens.count)
    let execution = KernelChoice.reference.execution()
    let result =
      folder.configuration.head == .causalLanguage
      ? try model.logits(
        of: batch, rows: Array(0..<Int32(batch.tokens.count)), weights: folder.weights, activations: activations,
        execution: execution)
      : try model.scores(of: batch, weights: folder.weights, activations: activations, execution: execution)
    return withExtendedLifetime(activations) { (0..<result.rows).flatMap(result.row) }
  }

  /// A base, an adapter of it with drawn numbers, and the weights that both together make.
  private func written(
    _ scratch: String, _ family: TransformerConfiguration.Family
  ) throws -> (configuration: TransformerConfiguration, effective: ParameterBuffer) {
    let language = SmallModels.configuration(family)
    try ModelFolder(
      configuration: language, weights: SmallModels.weights(language), tokenizer: SmallModels.tokenizer()
    ).write(to: scratch + "/base")
    let configuration = language.classifying(sequencesInto: ["one", "two"])
    let base = try ModelFolder(
      reading: scratch + "/base", changing: { _ in configuration }, missingHead: .initialized(Randomness(seed: 4)))
    let adapter = try LowRankAdapter(Transformer(configuration), LowRankSettings(rank: 2, alpha: 3))
    let weights = adapter.initialWeights(of: base.weights, seed: 5)
    var random = RandomGenerator(seed: 6)
    for entry in weights.layout.entries {
      let numbers = weights[entry.parameter]
      for index in 0..<numbers.count { numbers.pointer[index] += Float(random.normal()) * 0.1 }
    }
    try AdapterFolder.write(
      adapter, weights, of: configuration, base: scratch + "/base", card: "# A card\n", to: scratch + "/adapter")
    let adapted = AdaptedWeights(adapter, base: base.weights)
    adapted.put(weights, dropoutSeed: nil, execution: KernelChoice.reference.execution())
    return (configuration, adapted.effective)
  }

  @Test(arguments: TransformerConfiguration.Family.allCases)
  func comesBackAsItWasTrained(family: TransformerConfiguration.Family) throws {
    let scratch = try Files.temporaryFolder()
    defer { try? Files.removeFolder(scratch) }
    let (configuration, effective) = try written(scratch, family)
    let json = try Files.readJSON(scratch + "/adapter/adapter_config.json")
    #expect(json["peft_type"] == "LORA" && json["r"] == 2 && json["task_type"] == "SEQ_CLS")
    #expect(json["fan_in_fan_out"] == .bool(family == .gpt2))
    #expect(json["base_model_name_or_path"]?.string?.hasPrefix("/") == true)
    for folder in [
      try ModelFolder(reading: scratch + "/adapter"),
      try ModelFolder(reading: scratch + "/base", adapter: scratch + "/adapter"),
    ] {
      #expect(folder.configuration.labels == configuration.labels && folder.tokenizer != nil)
      let difference = (0..<effective.all.count).map {
        abs(effective.all.pointer[$0] - folder.weights.all.pointer[$0])
      }.max()
      #expect((difference ?? 1) < 1e-6)
    }
    // Merged, it is a model like any other.
    try ModelFolder(reading: scratch + "/adapter").write(to: scratch + "/merged")
    #expect(!AdapterFolder.isAdapter(scratch + "/merged"))
    #expect(try ModelFolder(reading: scratch + "/merged").configuration.labels == configuration.labels)
  }

  @Test func refusesWhatItCannotDo() throws {
    let scratch = try Files.temporaryFolder()
    defer { try? Files.removeFolder(scratch) }
    _ = try written(scratch, .bert)
    let path = scratch + "/adapter/adapter_config.json"
    try Files.remove(scratch + "/adapter/manifest.json")
    let original = try Files.readJSON(path)
    let changes: [(String, JSONValue)] = [
      ("use_dora", true), ("bias", "all"), ("peft_type", "IA3"), ("lora_alpha", "much"),
      ("alpha_pattern", ["query": 3]), ("base_model_name_or_path", "/no/such/model"),
    ]
    for (key, value) in changes {
      var json = original
      json[key] = value
      try AtomicFile.write(json.bytes(pretty: true), to: path)
      #expect(throws: CheckpointFailure.self, "\(key)") { try ModelFolder(reading: scratch + "/adapter") }
    }
    try AtomicFile.write(original.bytes(pretty: true), to: path)
    let weights = scratch + "/adapter/adapter_model.safetensors"
    let tensors = try SmallModels.tensors(weights)
    for change in 0..<3 {
      var changed = tensors
      switch change {
      case 0: changed.removeAll { $0.name.hasSuffix("layer.0.attention.self.query.lora_B.weight") }
      case 1: changed[0].name = "base_model.model.nothing.lora_A.weight"
      default: changed.removeAll { $0.name.hasSuffix("classifier.weight") }
      }
      try SafetensorsWriter.write(changed, to: weights)
      #expect(throws: CheckpointFailure.self, "\(change)") { try ModelFolder(reading: scratch + "/adapter") }
    }
    try SafetensorsWriter.write(tensors, to: weights)
    _ = try ModelFolder(reading: scratch + "/adapter")
  }
}
