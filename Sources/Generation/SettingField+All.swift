import Files

extension SettingField {
  /// All settings, in the order in which they are shown.
  static let all: [SettingField] = [
    .integer(
      "max_new_tokens", \.maxNewTokens, 1...1_000_000_000,
      aliases: ["max_tokens", "num_predict", "n_predict", "max_completion_tokens"], "most tokens to generate"),
    .integer(
      "min_new_tokens", \.minNewTokens, 0...1_000_000_000, neutral: 0, "tokens before the text may end by itself"),
    .integer("min_length", \.minLength, 0...1_000_000_000, neutral: 0, "least tokens of prompt and text together"),
    .flag("do_sample", \.doSample, "draw tokens; false takes the likeliest"),
    .number("temperature", \.temperature, 0...100, "below 1 plainer, above 1 wilder, 0 takes the likeliest token"),
    .integer("top_k", \.topK, 0...1_000_000_000, "draw from so many of the likeliest tokens; 0 for all"),
    .number(
      "top_p", \.topP, 0...1, excludesLowest: true, neutral: 1,
      "draw from the likeliest tokens that together have this probability"),
    .number("min_p", \.minP, 0...1, neutral: 0, "draw from tokens at least this many times as likely as the likeliest"),
    .number(
      "typical_p", \.typicalP, 0...1, excludesLowest: true, aliases: ["typ_p"], neutral: 1,
      "draw from the most typical tokens that together have this probability"),
    .number(
      "repetition_penalty", \.repetitionPenalty, 0...100, excludesLowest: true, aliases: ["repeat_penalty"], neutral: 1,
      "above 1 makes tokens that were there already less likely"),
    .number(
      "presence_penalty", \.presencePenalty, -100...100, neutral: 0, "taken from tokens that the new text has already"),
    .number(
      "frequency_penalty", \.frequencyPenalty, -100...100, neutral: 0,
      "taken from tokens for each time that the new text has them"),
    .integer(
      "no_repeat_ngram_size", \.noRepeatNgramSize, 0...1_000_000, neutral: 0,
      "no run of so many tokens comes twice; 0 for no rule"),
    .integer(
      "best_of", \.bestOf, 1...64, neutral: 1, isInFile: false,
      "draw so many texts, and keep that of the likeliest tokens on the average"),
    .integer("num_beams", \.numBeams, 1...256, neutral: 1, "ways on which beam search looks for the likeliest text"),
    .number("length_penalty", \.lengthPenalty, -100...100, neutral: 1, "above 0 beam search favours long texts"),
    .flag("early_stopping", \.earlyStopping, neutral: false, "end beam search when so many texts are finished"),
    .number("dry_multiplier", \.dryMultiplier, 0...100, neutral: 0, "above 0 discourages going on with a repetition"),
    .number("dry_base", \.dryBase, 1...100, neutral: 1.75, "growth of dry_multiplier with each repeated token"),
    .integer("dry_allowed_length", \.dryAllowedLength, 1...1_000_000, neutral: 2, "repetitions that are let be"),
    breakers, regex, schema, choices,
    badWords, suppressed, biases, stops, ends, begin, contextEnd, seed,
  ]

  private static let breakers = SettingField(
    name: "dry_sequence_breakers", summary: "a repetition does not reach over these", isText: true,
    read: { .array($0.drySequenceBreakers.map { .string($0) }) },
    write: { (value, settings) throws(GenerationFailure) in
      settings.drySequenceBreakers = try texts(value, name: "dry_sequence_breakers")
    },
    isNeutral: { $0 == .array(GenerationSettings().drySequenceBreakers.map { .string($0) }) })

  private static let regex = SettingField(
    name: "regex", summary: "the text must match this regular expression", isInFile: false, isText: true,
    read: { if case .regex(let pattern) = $0.constraint { .string(pattern) } else { .null } },
    write: { (value, settings) throws(GenerationFailure) in
      guard !value.isNull else { return }
      guard let pattern = value.string else {
        throw .badSetting(name: "regex", expected: "a text", found: shown(value))
      }
      try constrain(&settings, to: .regex(pattern))
    },
    clear: { $0.constraint = nil })

  private static let schema = SettingField(
    name: "json_schema", summary: "the text must be JSON after this schema", isInFile: false,
    read: { if case .schema(let text) = $0.constraint { .string(text) } else { .null } },
    write: { (value, settings) throws(GenerationFailure) in
      guard !value.isNull else { return }
      try constrain(&settings, to: .schema(value.string ?? value.serialized()))
    },
    clear: { $0.constraint = nil })

  private static let choices = SettingField(
    name: "choices", summary: "the text must be one of these", isInFile: false, isText: true,
    read: { if case .choices(let texts) = $0.constraint { .array(texts.map { .string($0) }) } else { .null } },
    write: { (value, settings) throws(GenerationFailure) in
      guard !value.isNull else { return }
      let choices = try texts(value, name: "choices")
      guard !choices.isEmpty else {
        throw .badSetting(name: "choices", expected: "at least one text", found: shown(value))
      }
      try constrain(&settings, to: .choices(choices))
    },
    clear: { $0.constraint = nil })

  /// A constraint that cannot be is refused when it is set.
  private static func constrain(
    _ settings: inout GenerationSettings, to constraint: TextConstraint
  ) throws(GenerationFailure) {
    _ = try constraint.graph
    settings.constraint = constraint
  }

  private static func texts(_ value: JSONValue, name: String) throws(GenerationFailure) -> [String] {
    var texts: [String] = []
    for element in value.array ?? [value] {
      guard let text = element.string, !text.isEmpty else {
        throw .badSetting(name: name, expected: "a text or a list of texts, none empty", found: shown(value))
      }
      texts.append(text)
    }
    return texts
  }

  private static let badWords = SettingField(
    name: "bad_words_ids", summary: "sequences of tokens that never come",
    read: { .array($0.badWordsIDs.map { .array($0.map { .integer(Int($0)) }) }) },
    write: { (value, settings) throws(GenerationFailure) in
      var words: [[Int32]] = []
      for word in value.array ?? [value] {
        guard let array = word.array, !array.isEmpty else {
          throw .badSetting(
            name: "bad_words_ids", expected: "a list of lists of token identifiers, none empty", found: shown(value))
        }
        words.append(try tokens(word, name: "bad_words_ids"))
      }
      settings.badWordsIDs = words
    },
    isNeutral: { $0.array?.isEmpty == true })

  private static let suppressed = SettingField(
    name: "suppress_tokens", summary: "tokens that never come",
    read: { .array($0.suppressTokens.map { .integer(Int($0)) }) },
    write: { (value, settings) throws(GenerationFailure) in
      settings.suppressTokens = try tokens(value, name: "suppress_tokens")
    },
    isNeutral: { $0.array?.isEmpty == true })

  private static let biases = SettingField(
    name: "sequence_bias", summary: "what is added to the scores of tokens or sequences, [[[token, …], bias], …]",
    read: { .array($0.sequenceBias.map { [.array($0.tokens.map { .integer(Int($0)) }), number($0.bias)] }) },
    write: { (value, settings) throws(GenerationFailure) in
      var biases: [SequenceBias] = []
      for pair in value.array ?? [value] {
        guard let parts = pair.array, parts.count == 2, let sequence = parts[0].array, !sequence.isEmpty,
          let bias = parts[1].double, abs(bias) <= 1e6
        else {
          throw .badSetting(
            name: "sequence_bias", expected: "a list of [[token, …], bias] with biases from -1000000 to 1000000",
            found: shown(value))
        }
        biases.append(SequenceBias(tokens: try tokens(parts[0], name: "sequence_bias"), bias: Float(bias)))
      }
      settings.sequenceBias = biases
    },
    isNeutral: { $0.array?.isEmpty == true })

  private static let stops = SettingField(
    name: "stop_strings", summary: "the text ends before the first of these", aliases: ["stop"], isText: true,
    read: { .array($0.stopStrings.map { .string($0) }) },
    write: { (value, settings) throws(GenerationFailure) in
      var strings: [String] = []
      for element in value.array ?? [value] {
        guard let string = element.string, !string.isEmpty else {
          throw .badSetting(
            name: "stop_strings", expected: "a text or a list of texts, none empty", found: shown(value))
        }
        strings.append(string)
      }
      settings.stopStrings = strings
    },
    isNeutral: { $0.array?.isEmpty == true })

  private static let ends = SettingField(
    name: "eos_token_id", summary: "tokens that end the text; by default the tokenizer's",
    read: { settings in
      let tokens = settings.endTokens.map { JSONValue.integer(Int($0)) }
      return tokens.count == 1 ? tokens[0] : .array(tokens)
    },
    write: { (value, settings) throws(GenerationFailure) in
      settings.endTokens = try tokens(value, name: "eos_token_id")
    },
    isNeutral: { $0.array?.isEmpty == true })

  private static let begin = SettingField(
    name: "bos_token_id", summary: "the token before a prompt; by default the tokenizer's",
    read: { $0.beginToken.map { .integer(Int($0)) } ?? .null },
    write: { (value, settings) throws(GenerationFailure) in
      settings.beginToken = value.isNull ? nil : try token(value, name: "bos_token_id")
    },
    clear: { $0.beginToken = nil }, isNeutral: { $0.isNull })

  private static let contextEnd = SettingField(
    name: "context_end", summary: "when the context is full: stop, or slide and forget the older half",
    read: { .string($0.contextEnd.rawValue) },
    write: { (value, settings) throws(GenerationFailure) in
      guard let choice = value.string.flatMap({ ContextEnd(rawValue: $0) }) else {
        throw .badSetting(name: "context_end", expected: "stop or slide", found: shown(value))
      }
      settings.contextEnd = choice
    },
    isNeutral: { $0.string == ContextEnd.stop.rawValue })

  private static let seed = SettingField(
    name: "seed", summary: "where chance begins", isInFile: false,
    read: { Int(exactly: $0.seed).map { .integer($0) } ?? .string("\($0.seed)") },
    write: { (value, settings) throws(GenerationFailure) in
      guard let seed = value.int.flatMap({ UInt64(exactly: $0) }) ?? value.string.flatMap({ UInt64($0) }) else {
        throw .badSetting(name: "seed", expected: "a whole number from 0 to \(UInt64.max)", found: shown(value))
      }
      settings.seed = seed
    })
}
