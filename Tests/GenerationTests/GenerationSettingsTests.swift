import Files
import Generation
import Testing

@Suite struct GenerationSettingsTests {
  @Test("What is written is read again")
  func roundTrip() throws {
    var settings = GenerationSettings()
    #expect(try GenerationSettings(json: settings.json) == settings)
    settings.maxNewTokens = 7
    settings.minNewTokens = 2
    settings.minLength = 3
    settings.doSample = false
    settings.temperature = 0.7
    settings.topK = 0
    settings.topP = 0.9
    settings.minP = 0.05
    settings.typicalP = 0.8
    settings.repetitionPenalty = 1.1
    settings.presencePenalty = -0.5
    settings.frequencyPenalty = 0.25
    settings.noRepeatNgramSize = 3
    settings.badWordsIDs = [[1], [2, 3]]
    settings.suppressTokens = [4]
    settings.sequenceBias = [SequenceBias(tokens: [5, 6], bias: -1.5)]
    settings.stopStrings = ["\n\n", "###"]
    settings.endTokens = [2, 7]
    settings.beginToken = 1
    settings.contextEnd = .slide
    settings.otherKeys = ["transformers_version": "5.23.0"]
    let json = settings.json
    #expect(json["temperature"]?.serialized() == "0.7")
    #expect(try GenerationSettings(json: JSONValue(parsing: json.serialized(pretty: true))) == settings)
  }

  @Test("Temperature 0 is greedy, and is written as transformers has it")
  func greedy() throws {
    var settings = GenerationSettings()
    settings.temperature = 0
    #expect(settings.isGreedy)
    #expect(settings.json["do_sample"]?.bool == false)
    #expect(settings.json["temperature"] == nil)
    #expect(try GenerationSettings(json: settings.json).isGreedy)
  }

  @Test("A file of transformers is read, null and unknown keys included")
  func foreign() throws {
    let text = """
      {"_from_model_config": true, "bos_token_id": 0, "eos_token_id": [1, 2], "top_p": null, "num_beams": 4,
       "diversity_penalty": 0.5, "max_length": 20, "transformers_version": "5.23.0", "do_sample": false}
      """
    let settings = try GenerationSettings(json: JSONValue(parsing: text))
    #expect(settings.endTokens == [1, 2])
    #expect(settings.beginToken == 0)
    #expect(settings.topP == 1)
    #expect(settings.ignoredSettings == ["diversity_penalty"])
    #expect(settings.json["diversity_penalty"]?.double == 0.5)
    #expect(settings.json["num_beams"]?.int == 4)
  }

  @Test(
    "Each bad value is refused by name",
    arguments: [
      ("max_new_tokens", "0"), ("max_new_tokens", "1.5"), ("max_new_tokens", "many"), ("min_new_tokens", "-1"),
      ("min_length", "-1"), ("do_sample", "1"), ("do_sample", "yes"), ("temperature", "-0.1"), ("temperature", "hot"),
      ("temperature", "101"), ("top_k", "-1"), ("top_k", "2.5"), ("top_p", "0"), ("top_p", "1.1"), ("min_p", "-0.1"),
      ("min_p", "2"), ("typical_p", "0"), ("typical_p", "1.5"), ("repetition_penalty", "0"),
      ("repetition_penalty", "-1"), ("presence_penalty", "1000"), ("frequency_penalty", "true"),
      ("no_repeat_ngram_size", "-2"), ("bad_words_ids", "[1]"), ("bad_words_ids", "[[]]"),
      ("bad_words_ids", "[[-1]]"), ("suppress_tokens", "[1.5]"), ("suppress_tokens", "[99999999999]"),
      ("sequence_bias", "[[1, 2]]"), ("sequence_bias", "[[[], 2]]"), ("stop_strings", "[1]"), ("stop_strings", "\"\""),
      ("eos_token_id", "-1"), ("bos_token_id", "[1]"), ("context_end", "never"), ("seed", "-1"), ("seed", "x"),
    ])
  func refused(_ name: String, _ value: String) throws {
    var settings = GenerationSettings()
    let failure = #expect(throws: GenerationFailure.self) { try settings.set(name, to: value) }
    guard case .badSetting(let named, _, _) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(named == name)
    #expect(failure?.kind == .usage)
    #expect(settings == GenerationSettings())
  }

  @Test("Values that were put in directly are checked, too")
  func validation() {
    var settings = GenerationSettings()
    settings.topP = .nan
    #expect(throws: GenerationFailure.self) { try settings.validate() }
    settings = GenerationSettings()
    settings.badWordsIDs = [[400]]
    #expect(throws: GenerationFailure.tokenOutOfRange(setting: "bad_words_ids", token: 400, vocabulary: 320)) {
      try settings.validate(vocabulary: 320)
    }
  }

  @Test("Names of other programs, hyphens, and typing errors")
  func names() throws {
    var settings = GenerationSettings()
    try settings.set("num_predict", to: "9")
    try settings.set("repeat_penalty", to: "1.5")
    try settings.set("top-k", to: "3")
    try settings.set("stop", to: "END")
    #expect(settings.maxNewTokens == 9 && settings.repetitionPenalty == 1.5 && settings.topK == 3)
    #expect(settings.stopStrings == ["END"])
    try settings.set("stop_strings", to: "42")
    #expect(settings.stopStrings == ["42"])
    try settings.set("stop_strings", to: #"["a", "b"]"#)
    #expect(settings.stopStrings == ["a", "b"])
    try settings.reset("stop_strings")
    #expect(settings.stopStrings == [])
    #expect(throws: GenerationFailure.unknownSetting(name: "temprature", suggestion: "temperature")) {
      try settings.set("temprature", to: "1")
    }
    #expect(throws: GenerationFailure.unknownSetting(name: "colour", suggestion: nil)) {
      try settings.set("colour", to: "1")
    }
  }

  @Test("Every setting can be shown")
  func described() throws {
    let settings = GenerationSettings()
    #expect(settings.described.map(\.name) == GenerationSettings.names)
    #expect(settings.described.first { $0.name == "temperature" }?.value == "0.8")
    #expect(settings.described.allSatisfy { !$0.summary.isEmpty })
    // What is shown can be typed again, as a saved session does.
    var changed = settings
    changed.stopStrings = ["\n", "a \"b\""]
    changed.endTokens = [2]
    changed.sequenceBias = [SequenceBias(tokens: [1, 2], bias: 0.1)]
    var typed = GenerationSettings()
    for (name, value, _) in changed.described where value != "-" { try typed.set(name, to: value) }
    #expect(typed == changed)
  }
}
