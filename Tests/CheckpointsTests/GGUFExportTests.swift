import Checkpoints
import Files
import Tensors
import TestSupport
import Testing
import Tokenization
import Transformers

@Suite("GGUF out, and in again")
struct GGUFExportTests {
  private static func tokenizer(_ settings: [String: String] = [:], bpe: Bool = true) throws -> Tokenizer {
    let texts = (0..<50).map { "the quick brown fox jumps over the lazy dog \($0)\n" }
    return try Tokenizer.train(
      from: texts,
      options: TokenizerTrainingOptions(modelType: bpe ? .bpe : .unigram, vocabularySize: 290, settings: settings)
    ).tokenizer
  }

  private static func configuration(_ family: TransformerConfiguration.Family) -> TransformerConfiguration {
    var configuration = SmallModels.configuration(family)
    (configuration.width, configuration.headWidth, configuration.heads) = (32, 8, 4)
    configuration.keyHeads = family == .llama ? 2 : 4
    configuration.innerWidth = 64
    configuration.setDropout(0)
    (configuration.beginToken, configuration.endTokens, configuration.paddingToken) = (1, [2], 3)
    return configuration
  }

  private static let variants: [@Sendable (inout TransformerConfiguration) -> Void] = [
    { _ in },
    { $0.tiesEmbeddings = false },
    { c in
      guard c.family == .llama else { return }
      (c.hasAttentionBias, c.hasFeedForwardBias) = (true, true)
      c.rotary.scaling = .linear(factor: 2.5)
    },
    { c in
      guard c.family == .llama else { return }
      c.headWidth = 6
      c.rotary.scaling = .llama3(factor: 4, lowFactor: 1, highFactor: 4, originalPositions: 8)
    },
    { c in
      guard c.family == .llama else { return }
      c.hasHeadNorms = true
      c.rotary.scaling = .linear(factor: 2.5)
    },
  ]

  @Test("Normalized heads are Qwen3's, which llama.cpp reads without biases and Llama 3's positions")
  func normalizedHeads() throws {
    let tokenizer = try Self.tokenizer()
    for (reason, change) in [
      (nil, { _ in }), ("biases", { $0.hasAttentionBias = true }),
      ("positions", { $0.rotary.scaling = .llama3(factor: 4, lowFactor: 1, highFactor: 4, originalPositions: 8) }),
    ] as [(String?, (inout TransformerConfiguration) -> Void)] {
      var configuration = Self.configuration(.llama)
      configuration.hasHeadNorms = true
      change(&configuration)
      let weights = try SmallModels.weights(configuration)
      try withScratchFolder { scratch in
        let path = Files.path(scratch, "a.gguf")
        func write() throws {
          try GGUFExport.write(weights, of: configuration, tokenizer: tokenizer, name: "a", type: .f32, to: path)
        }
        if let reason {
          let failure = try #require(#expect(throws: GGUFFailure.self) { try write() })
          #expect(failure.description.contains(reason), "\(failure.description)")
          return
        }
        try write()
        let text = String(decoding: try Files.read(path), as: UTF8.self)
        #expect(text.contains("blk.1.attn_k_norm.weight") && text.contains("qwen3.rope.freq_base"))
        #expect(!text.contains("llama."))
      }
    }
  }

  @Test(
    "What is written is read as the same model", arguments: [TransformerConfiguration.Family.llama, .gpt2],
    GGUFTensorType.allCases)
  func roundTrip(family: TransformerConfiguration.Family, type: GGUFTensorType) throws {
    for (index, change) in Self.variants.enumerated() {
      var configuration = Self.configuration(family)
      change(&configuration)
      if type == .q8_0, configuration.heads * configuration.headWidth % 32 != 0 { continue }
      let weights = try SmallModels.weights(configuration, seed: UInt64(index) + 1)
      let tokenizer = try Self.tokenizer()
      let folder = ModelFolder(configuration: configuration, weights: weights, tokenizer: tokenizer)
      try withScratchFolder { scratch in
        let path = Files.path(scratch, "a.gguf")
        let (tensors, bytes) = try GGUFExport.write(
          weights, of: configuration, tokenizer: tokenizer, name: "a", type: type, to: path)
        #expect(try Files.byteCount(of: path) == bytes && tensors >= 20)
        #expect(GGUFImport.isGGUF(path))
        let written = try GGUFImport.read(path)
        #expect(written.configuration == configuration)
        #expect(written.tokenizer?.pieces == tokenizer.pieces)
        let comparison = try folder.compare(withWritten: written, at: path, type: type)
        #expect(comparison.tokens > 10 && comparison.largestNumber > 0)
        #expect((comparison.largestDifference == 0) == (type == .f32))
      }
    }
  }

  @Test("A model that was not written as it should be is found out")
  func damage() throws {
    let configuration = Self.configuration(.llama)
    let tokenizer = try Self.tokenizer()
    let folder = ModelFolder(
      configuration: configuration, weights: try SmallModels.weights(configuration), tokenizer: tokenizer)
    for type in GGUFTensorType.allCases {
      for entry in folder.weights.layout.entries {
        let other = ModelFolder(
          configuration: configuration, weights: ParameterBuffer(zeros: folder.weights.layout), tokenizer: tokenizer)
        other.weights.copy(from: folder.weights)
        let numbers = other.weights[entry.parameter]
        numbers.pointer[numbers.count / 2] = numbers.pointer[numbers.count / 2] * 1.5 + 0.1
        let failure = #expect(throws: CheckpointFailure.self) {
          try folder.compare(withWritten: other, at: "a.gguf", type: type)
        }
        #expect(failure?.description.contains("do not use it") == true)
      }
    }
    var other = folder
    other.tokenizer = try Self.tokenizer(["user_defined_symbols": ""])
    #expect(throws: CheckpointFailure.self) { try folder.compare(withWritten: other, at: "a.gguf") }
  }

  /// Settings of a vocabulary, and the word of the reason for which llama.cpp would read it otherwise, or nil.
  ///
  /// `Tests/Oracle/check_gguf.py` asks llama.cpp itself.
  private static let vocabularies: [(bpe: Bool, settings: [String: String], reason: String?)] = [
    (true, [:], nil),
    (true, ["add_dummy_prefix": "true"], nil),
    (true, ["user_defined_symbols": "@,#"], nil),
    (true, ["byte_fallback": "false"], "byte pieces"),
    (true, ["normalization_rule_name": "nfkc"], "normalize"),
    (true, ["remove_extra_whitespaces": "true"], "normalize"),
    (true, ["treat_whitespace_as_suffix": "true"], "behind words"),
    (true, ["user_defined_symbols": "<tag>"], "several characters"),
    (false, [:], "byte fallback"),
    (false, ["byte_fallback": "false", "add_dummy_prefix": "false"], nil),
    (false, ["byte_fallback": "false", "add_dummy_prefix": "true"], "text of spaces"),
    (false, ["byte_fallback": "false", "remove_extra_whitespaces": "true"], "end of a text"),
    (false, ["byte_fallback": "false", "normalization_rule_name": "nmt_nfkc"], "user-defined symbol"),
    (
      false,
      [
        "byte_fallback": "false", "normalization_rule_name": "nmt_nfkc", "user_defined_symbols": "",
        "add_dummy_prefix": "true", "remove_extra_whitespaces": "true",
      ], nil
    ),
    (
      false,
      [
        "byte_fallback": "false", "normalization_rule_name": "nfkc", "user_defined_symbols": "",
        "add_dummy_prefix": "true", "remove_extra_whitespaces": "true",
      ], "end of a text"
    ),
  ]

  @Test("A vocabulary that llama.cpp would read otherwise is refused with the reason", arguments: vocabularies.indices)
  func refusals(index: Int) throws {
    let (bpe, chosen, reason) = Self.vocabularies[index]
    var settings = chosen
    if !bpe, settings["byte_fallback"] == "false" { settings["hard_vocab_limit"] = "false" }
    let tokenizer = try Self.tokenizer(settings, bpe: bpe)
    var configuration = Self.configuration(.gpt2)
    configuration.vocabularySize = max(300, tokenizer.vocabularySize)
    let weights = try SmallModels.weights(configuration)
    try withScratchFolder { scratch in
      let path = Files.path(scratch, "a.gguf")
      func write() throws {
        try GGUFExport.write(weights, of: configuration, tokenizer: tokenizer, name: "a", type: .f16, to: path)
      }
      guard let reason else {
        try write()
        #expect(
          try GGUFImport.read(path).tokenizer?.encode("the fox\n \u{E9}@") == tokenizer.encode("the fox\n \u{E9}@"))
        return
      }
      let failure = try #require(#expect(throws: GGUFFailure.self) { try write() })
      #expect(failure.description.contains(reason), "\(failure.description)")
      #expect(!Files.isFile(path))
    }
  }

  @Test("An activation that llama.cpp would not compute is refused")
  func activation() throws {
    var configuration = Self.configuration(.gpt2)
    configuration.activation = .relu
    let (weights, tokenizer) = (try SmallModels.weights(configuration), try Self.tokenizer())
    #expect(throws: GGUFFailure.activation(found: "relu", expected: "gelu_new")) {
      try GGUFExport.write(weights, of: configuration, tokenizer: tokenizer, name: "a", type: .f32, to: "/nowhere/a")
    }
  }
}
