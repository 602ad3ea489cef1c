import Files

/// What happens when a text has become as long as the model can see.
public enum ContextEnd: String, Sendable, Hashable, CaseIterable {
  /// The text ends, with the reason `context`.
  case stop
  /// The older half is forgotten and the text goes on; the result says how often.
  case slide
}

/// A bias on the token that would complete a sequence of tokens.
public struct SequenceBias: Sendable, Hashable {
  /// The sequence; its last token is the one that is biased, where the others precede it.
  public var tokens: [Int32]
  /// What is added to its score.
  public var bias: Float

  /// A bias on a sequence.
  public init(tokens: [Int32], bias: Float) {
    self.tokens = tokens
    self.bias = bias
  }
}

/// How text is generated, under the names of `generation_config.json`.
///
/// The defaults are those of a small model that is to write freely: it samples. `transformers` is greedy unless told
/// otherwise, so files that are written from here always say `do_sample`.
///
/// ```swift
/// var settings = GenerationSettings()
/// settings.temperature = 0.7
/// try settings.set("stop_strings", to: "\n\n")
/// ```
public struct GenerationSettings: Sendable, Hashable {
  /// `max_new_tokens`: how many tokens are generated at most.
  public var maxNewTokens = 256
  /// `min_new_tokens`: before so many tokens the text does not end by itself.
  public var minNewTokens = 0
  /// `min_length`: the least count of tokens, those of the prompt among them.
  public var minLength = 0
  /// `do_sample`: whether tokens are drawn; otherwise the likeliest is taken.
  public var doSample = true
  /// `temperature`: what scores are divided by before drawing; 0 takes the likeliest token.
  public var temperature: Float = 0.8
  /// `top_k`: only so many of the likeliest tokens are drawn from; 0 for all.
  public var topK = 50
  /// `top_p`: only the likeliest tokens that together have this probability are drawn from (Holtzman and others 2020).
  public var topP: Float = 1
  /// `min_p`: only tokens at least this many times as likely as the likeliest are drawn from.
  public var minP: Float = 0
  /// `typical_p`: only the tokens whose information is nearest to the expected, with together this probability (Meister
  /// and others 2023).
  public var typicalP: Float = 1
  /// `repetition_penalty`: scores of tokens that prompt or text have already are divided by it, or multiplied where
  /// negative (Keskar and others 2019).
  public var repetitionPenalty: Float = 1
  /// `presence_penalty`: what is taken from the score of each token that the new text has already.
  public var presencePenalty: Float = 0
  /// `frequency_penalty`: what is taken from the score of a token each time that the new text has it already.
  public var frequencyPenalty: Float = 0
  /// `no_repeat_ngram_size`: no run of so many tokens comes twice; 0 for no such rule.
  public var noRepeatNgramSize = 0
  /// `bad_words_ids`: sequences of tokens that are never generated.
  public var badWordsIDs: [[Int32]] = []
  /// `suppress_tokens`: tokens that are never generated.
  public var suppressTokens: [Int32] = []
  /// `sequence_bias`: biases on tokens and on sequences of them.
  public var sequenceBias: [SequenceBias] = []
  /// `best_of`: of so many texts that are drawn the one is kept whose tokens are the likeliest on the average; it belongs to
  /// a run, and is not written to files.
  public var bestOf = 1
  /// `num_beams`: on how many ways the likeliest text is looked for; 1 takes token after token.
  public var numBeams = 1
  /// `length_penalty`: finished ways are compared by score / length to this power; above 0 favours long texts.
  public var lengthPenalty: Float = 1
  /// `early_stopping`: whether the search ends as soon as so many texts are finished as there are beams.
  public var earlyStopping = false
  /// `dry_multiplier`: how strongly tokens that would go on with a repetition are made less likely; 0 for not at all.
  public var dryMultiplier: Float = 0
  /// `dry_base`: by how much that grows with each token of the repetition.
  public var dryBase: Float = 1.75
  /// `dry_allowed_length`: repetitions shorter than this are let be.
  public var dryAllowedLength = 2
  /// `dry_sequence_breakers`: a repetition does not reach over tokens with one of these in them.
  public var drySequenceBreakers = ["\n", ":", "\"", "*"]
  /// What the whole text must be: `regex`, `json_schema` or `choices`; it belongs to a run, and is not written to files.
  public var constraint: TextConstraint?
  /// `stop_strings`: the text ends before the first of these.
  public var stopStrings: [String] = []
  /// `eos_token_id`: tokens that end the text; where empty, the tokenizer's end token does.
  public var endTokens: [Int32] = []
  /// `bos_token_id`: the token before a prompt; where nil, the tokenizer's begin token.
  public var beginToken: Int32?
  /// `context_end`: what happens when the model's context is full.
  public var contextEnd = ContextEnd.stop
  /// `seed`: where chance begins.
  ///
  /// It belongs to a run, not to a model, and is not written to files.
  public var seed: UInt64 = 1337
  /// Keys of a file that mean nothing here, kept for writing.
  public var otherKeys = JSONObject()

  /// The defaults.
  public init() {}

  /// Whether the likeliest token is always taken.
  public var isGreedy: Bool { !doSample || temperature == 0 }

  /// Checks every setting.
  public func validate() throws(GenerationFailure) {
    var copy = self
    for field in SettingField.all { try field.write(field.read(self), &copy) }
  }

  /// Checks every setting, that the tokens which they name are in a vocabulary, and that they go together.
  public func validate(vocabulary: Int) throws(GenerationFailure) {
    try validate()
    // A stop string would cut the text in the middle of what it is held to.
    guard constraint == nil || stopStrings.isEmpty else {
      throw .badSetting(
        name: "stop_strings", expected: "empty where one of \(TextConstraint.settings) holds the text",
        found: SettingField.shown(.array(stopStrings.map { .string($0) })))
    }
    guard bestOf == 1 || (!isGreedy && numBeams == 1) else {
      throw .badSetting(
        name: "best_of", expected: "1 where no tokens are drawn: every text would be the same", found: "\(bestOf)")
    }
    let named: [(String, [Int32])] = [
      ("bad_words_ids", badWordsIDs.flatMap(\.self)), ("suppress_tokens", suppressTokens),
      ("sequence_bias", sequenceBias.flatMap(\.tokens)), ("eos_token_id", endTokens),
      ("bos_token_id", beginToken.map { [$0] } ?? []),
    ]
    for (setting, tokens) in named {
      for token in tokens where Int(token) >= vocabulary {
        throw .tokenOutOfRange(setting: setting, token: token, vocabulary: vocabulary)
      }
    }
  }
}
