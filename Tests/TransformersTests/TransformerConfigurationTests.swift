import Files
import Layers
import Testing
import Transformers

@Suite struct TransformerConfigurationTests {
  typealias Configuration = TransformerConfiguration

  private func read(_ text: String) throws -> Configuration {
    try Configuration(json: JSONValue(parsing: text))
  }

  private func failure(_ text: String) throws -> ConfigurationFailure? {
    let json = try JSONValue(parsing: text)
    do throws(ConfigurationFailure) {
      _ = try Configuration(json: json)
      return nil
    } catch {
      return error
    }
  }

  @Test("What transformers writes is read, written and read again", arguments: Fixture.allNames)
  func roundTrip(name: String) throws {
    let original = try Files.readJSON(Fixture.folder(name) + "/config.json", limit: 1 << 20)
    let configuration = try Configuration(json: original)
    let written = configuration.json
    #expect(try Configuration(json: JSONValue(parsing: written.serialized(pretty: true))) == configuration)
    // Every key that both write has the same value.
    for (key, value) in try #require(original.object) {
      guard let ours = written[key] else { continue }
      if key == "rope_parameters" {
        for (key, value) in try #require(value.object) { #expect(ours[key]?.double == value.double, "\(key)") }
      } else if let number = value.double {
        #expect(ours.double == number, "\(key)")
      } else {
        #expect(ours == value, "\(key)")
      }
    }
  }

  @Test(
    "Every preset is valid, and survives config.json", arguments: Configuration.Family.allCases,
    Configuration.Size.allCases)
  func presets(family: Configuration.Family, size: Configuration.Size) throws {
    let configuration = Configuration.preset(size, family: family, vocabularySize: 1000, context: 128)
    try configuration.validate()
    #expect(configuration.maximumLength == 128)
    #expect(try Configuration(json: configuration.json) == configuration)
    var classifier = configuration.classifying(sequencesInto: ["no", "yes \"x\"", "ü"], problemType: .multiLabel)
    classifier.setDropout(0.1)
    classifier.classifierDropout = 0.25
    #expect(try Configuration(json: classifier.json) == classifier)
  }

  @Test("A llama with norms of heads is Qwen3 in config.json")
  func headNorms() throws {
    var ours = Configuration.preset(.nano, family: .llama, vocabularySize: 100, context: 32)
    ours.hasHeadNorms = true
    #expect(ours.json["model_type"]?.string == "qwen3" && ours.json["mlp_bias"] == nil)
    #expect(ours.json["architectures"]?.array?.first?.string == "Qwen3ForCausalLM")
    #expect(try Configuration(json: ours.json) == ours)
    let published = try read(
      """
      {"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "attention_bias": false, "attention_dropout": 0.0,
       "bos_token_id": 151643, "eos_token_id": 151645, "head_dim": 128, "hidden_act": "silu", "hidden_size": 1024,
       "initializer_range": 0.02, "intermediate_size": 3072, "max_position_embeddings": 40960, "max_window_layers": 28,
       "num_attention_heads": 16, "num_hidden_layers": 28, "num_key_value_heads": 8, "rms_norm_eps": 1e-06,
       "rope_scaling": null, "rope_theta": 1000000, "sliding_window": null, "tie_word_embeddings": true,
       "use_cache": true, "use_sliding_window": false, "vocab_size": 151936}
      """)
    #expect(published.hasHeadNorms && published.family == .llama && published.headWidth == 128)
    #expect(try read(#"{"model_type": "qwen3", "hidden_size": 512}"#).headWidth == 128)
    var wrong = Configuration.preset(.nano, family: .gpt2, vocabularySize: 100, context: 32)
    wrong.hasHeadNorms = true
    #expect(throws: ConfigurationFailure.self) { try wrong.validate() }
  }

  @Test("A causal family whose tokens see all says so in config.json, and predicts no next token")
  func bothWays() throws {
    var trunk = Configuration.preset(.nano, family: .llama, vocabularySize: 100, context: 32)
    trunk.fillsMasks = true
    let tagger = trunk.classifying(tokensInto: ["O", "B"])
    #expect(tagger.seesBothWays && tagger.json["is_causal"] == false)
    #expect(try Configuration(json: tagger.json) == tagger)
    // From the same folder it speaks and fills masks as before.
    #expect(tagger.speaking == trunk && trunk.json["is_causal"] == nil)
    trunk.fillsMasks = false
    #expect(!trunk.classifying(tokensInto: ["O", "B"]).seesBothWays)
    #expect(throws: ConfigurationFailure.self) {
      try read(#"{"model_type": "llama", "architectures": ["LlamaForCausalLM"], "is_causal": false}"#)
    }
    #expect(try read(#"{"model_type": "gpt2", "architectures": ["GPT2Model"], "is_causal": false}"#).seesBothWays)
    #expect(try !read(#"{"model_type": "bert", "is_causal": false}"#).seesBothWays)
  }

  @Test("Old spellings and absent keys")
  func oldSpellings() throws {
    let old = try read(
      """
      {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "torch_dtype": "float16", "hidden_size": 64,
       "num_attention_heads": 4, "num_hidden_layers": 1, "intermediate_size": 96, "vocab_size": 100,
       "num_key_value_heads": null, "rope_theta": 500000.0, "eos_token_id": [2, 3],
       "rope_scaling": {"type": "linear", "factor": 2.0}}
      """)
    #expect(old.rotary == RotaryFrequencies(base: 500_000, scaling: .linear(factor: 2)))
    #expect(old.keyHeads == 4 && old.headWidth == 16 && old.endTokens == [2, 3] && !old.tiesEmbeddings)
    #expect(old.maximumPositions == 2048 && old.normEpsilon == 1e-6)

    let new = try read(
      """
      {"model_type": "llama", "hidden_size": 64, "num_attention_heads": 4, "num_hidden_layers": 1, "vocab_size": 100,
       "dtype": "bfloat16", "rope_parameters": {"rope_type": "default", "rope_theta": 1000.0}}
      """)
    #expect(new.rotary == RotaryFrequencies(base: 1000) && new.head == .causalLanguage)

    let gpt2 = try read(#"{"model_type": "gpt2", "n_inner": null, "eos_token_id": 50256}"#)
    #expect(gpt2.innerWidth == 3072 && gpt2.vocabularySize == 50257 && gpt2.endTokens == [50256])
    #expect(gpt2.activation == .geluTanh && gpt2.tiesEmbeddings && gpt2.embeddingDropout == 0.1)

    let roberta = try read(#"{"model_type": "roberta", "max_position_embeddings": 514, "type_vocab_size": 1}"#)
    #expect(roberta.paddingToken == 1 && roberta.maximumLength == 512 && roberta.head == .maskedLanguage)
  }

  @Test("An identifier that the vocabulary does not have is as good as none")
  func strayTokens() throws {
    let small = try read(#"{"model_type": "gpt2", "vocab_size": 65, "bos_token_id": 50256, "eos_token_id": 50256}"#)
    #expect(small.beginToken == nil && small.endTokens.isEmpty)
  }

  @Test("Labels in the order of their numbers")
  func labels() throws {
    let named = try read(
      #"""
      {"model_type": "bert", "architectures": ["BertForSequenceClassification"],
       "id2label": {"1": "pos", "0": "neg"}, "label2id": {"pos": 1, "neg": 0}}
      """#)
    #expect(named.labels == ["neg", "pos"] && named.resolvedProblemType == .singleLabel)
    let unnamed = try read(#"{"model_type": "bert", "architectures": ["BertForSequenceClassification"]}"#)
    #expect(unnamed.labels == ["LABEL_0", "LABEL_1"])
  }

  static let refused: [(text: String, key: String)] = [
    (#"{"model_type": "gpt2", "activation_function": "mish"}"#, "activation_function"),
    (#"{"model_type": "bert", "hidden_act": "quick_gelu"}"#, "hidden_act"),
    (#"{"model_type": "bert", "position_embedding_type": "relative_key"}"#, "position_embedding_type"),
    (#"{"model_type": "bert", "is_decoder": true}"#, "is_decoder"),
    (#"{"model_type": "bert", "tie_word_embeddings": false}"#, "tie_word_embeddings"),
    (#"{"model_type": "bert", "architectures": ["BertForQuestionAnswering"]}"#, "architectures"),
    (#"{"model_type": "gpt2", "architectures": ["BertForMaskedLM"]}"#, "architectures"),
    (#"{"model_type": "gpt2", "scale_attn_by_inverse_layer_idx": true}"#, "scale_attn_by_inverse_layer_idx"),
    (#"{"model_type": "gpt2", "scale_attn_weights": false}"#, "scale_attn_weights"),
    (#"{"model_type": "gpt2", "add_cross_attention": true}"#, "add_cross_attention"),
    (#"{"model_type": "gpt2", "pruned_heads": {"0": [1]}}"#, "pruned_heads"),
    (#"{"model_type": "llama", "sliding_window": 4096}"#, "sliding_window"),
    (#"{"model_type": "qwen3", "use_sliding_window": true}"#, "use_sliding_window"),
    (#"{"model_type": "qwen3", "layer_types": ["full_attention", "sliding_attention"]}"#, "layer_types"),
    (#"{"model_type": "llama", "quantization_config": {"bits": 4}}"#, "quantization_config"),
    (#"{"model_type": "llama", "partial_rotary_factor": 0.5}"#, "partial_rotary_factor"),
    (#"{"model_type": "llama", "rope_scaling": {"rope_type": "yarn", "factor": 4.0}}"#, "rope_type"),
    (#"{"model_type": "llama", "rope_parameters": {"rope_type": "dynamic", "factor": 4.0}}"#, "rope_type"),
    (#"{"model_type": "mamba"}"#, "model_type"),
    (#"{"model_type": "bert", "problem_type": "ranking"}"#, "problem_type"),
  ]

  @Test("What would change the result is refused by name", arguments: refused.indices)
  func unsupported(index: Int) throws {
    let (text, key) = Self.refused[index]
    guard case .unsupported(let found, _, _) = try failure(text) else {
      Issue.record("\(text) should be refused as not supported")
      return
    }
    #expect(found == key)
  }

  static let wrong: [(text: String, message: String)] = [
    (#"[]"#, "should be a JSON object"),
    (
      #"""
      {"model_type": "llama", "rope_parameters": {"rope_type": "default", "rope_theta": 1e4},
       "rope_scaling": {"type": "linear", "factor": 2.0}}
      """#, "\"rope_scaling\" is another"
    ),
    (#"{}"#, "\"model_type\""),
    (#"{"model_type": 3}"#, "\"model_type\" should be a string, and is an integer"),
    (#"{"model_type": "gpt2", "n_embd": "768"}"#, "\"n_embd\" should be an integer, and is a string"),
    (#"{"model_type": "gpt2", "n_embd": 768.5}"#, "\"n_embd\" should be an integer, and is a number"),
    (#"{"model_type": "gpt2", "n_layer": true}"#, "\"n_layer\" should be an integer, and is a truth value"),
    (#"{"model_type": "gpt2", "layer_norm_epsilon": "x"}"#, "\"layer_norm_epsilon\" should be a number"),
    (#"{"model_type": "gpt2", "tie_word_embeddings": 1}"#, "\"tie_word_embeddings\" should be true or false"),
    (#"{"model_type": "gpt2", "vocab_size": 0}"#, "\"vocab_size\" is 0"),
    (#"{"model_type": "gpt2", "vocab_size": 9223372036854775807}"#, "\"vocab_size\" is 9223372036854775807"),
    (#"{"model_type": "gpt2", "n_embd": -768}"#, "\"n_embd\" is -768"),
    (#"{"model_type": "gpt2", "n_head": 0}"#, "\"n_head\" is 0"),
    (#"{"model_type": "gpt2", "n_head": 7}"#, "768 is not divisible by 7 heads"),
    (#"{"model_type": "gpt2", "n_layer": 1000000}"#, "\"n_layer\" is 1000000"),
    (#"{"model_type": "gpt2", "n_inner": 100000000000}"#, "\"n_inner\""),
    (#"{"model_type": "gpt2", "n_positions": 0}"#, "\"n_positions\" is 0"),
    (#"{"model_type": "gpt2", "resid_pdrop": 1.0}"#, "\"resid_pdrop\" is 1.0"),
    (#"{"model_type": "gpt2", "layer_norm_epsilon": 0}"#, "\"layer_norm_epsilon\" is 0.0"),
    (#"{"model_type": "gpt2", "initializer_range": -1}"#, "\"initializer_range\" is -1.0"),
    (#"{"model_type": "llama", "num_key_value_heads": 3}"#, "32 heads cannot share 3"),
    (#"{"model_type": "llama", "num_key_value_heads": 64}"#, "\"num_key_value_heads\" is 64"),
    (#"{"model_type": "llama", "head_dim": 65}"#, "\"head_dim\" is 65"),
    (#"{"model_type": "llama", "rope_theta": 0.0}"#, "\"rope_theta\" is 0.0"),
    (#"{"model_type": "llama", "rope_scaling": {"rope_type": "linear"}}"#, "\"factor\""),
    (#"{"model_type": "llama", "rope_scaling": {"rope_type": "linear", "factor": 0}}"#, "\"factor\" is 0.0"),
    (#"{"model_type": "llama", "rope_scaling": [1]}"#, "\"rope_scaling\" should be an object"),
    (#"{"model_type": "roberta", "max_position_embeddings": 2}"#, "leave none behind the padding token"),
    (#"{"model_type": "bert", "type_vocab_size": 0}"#, "\"type_vocab_size\" is 0"),
    (
      #"{"model_type": "bert", "architectures": ["BertForTokenClassification"], "id2label": {"0": "a", "2": "b"}}"#,
      "id2label"
    ),
    (
      #"{"model_type": "bert", "architectures": ["BertForTokenClassification"], "id2label": {"0": "a", "1": "a"}}"#,
      "two labels"
    ),
    (
      #"""
      {"model_type": "bert", "architectures": ["BertForSequenceClassification"], "id2label": {"0": "a"},
       "problem_type": "single_label_classification"}
      """#, "one label"
    ),
  ]

  @Test("Wrong types and sizes are named", arguments: wrong.indices)
  func wrongValues(index: Int) throws {
    let (text, message) = Self.wrong[index]
    let description = try #require(try failure(text)?.description, "\(text) should be refused")
    #expect(description.contains(message), "\(description)")
    #expect(description.hasSuffix("."))
  }

  @Test("A family does not take every head")
  func heads() throws {
    var gpt2 = Configuration.preset(.nano, family: .gpt2, vocabularySize: 100, context: 16)
    gpt2.head = .maskedLanguage
    #expect(throws: ConfigurationFailure.contradiction("gpt2 does not come with a masked language head")) {
      try gpt2.validate()
    }
    var roberta = Configuration.preset(.nano, family: .roberta, vocabularySize: 100, context: 16)
    roberta.head = .maskedLanguageAndNextSentence
    #expect(throws: ConfigurationFailure.self) { try roberta.validate() }
  }
}
