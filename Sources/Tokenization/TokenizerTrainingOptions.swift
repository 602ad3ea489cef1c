/// How a vocabulary is learned.
///
/// ```swift
/// var options = TokenizerTrainingOptions(modelType: .bpe, vocabularySize: 4_000)
/// try options.set("split_digits", "true")
/// ```
///
/// Unless set otherwise the result is lossless: characters are left as they are (`identity`), spaces are kept, a
/// character without a piece is written as bytes, and the newline is a symbol of its own. The special tokens are
/// `<unk>` 0, `<s>` 1, `</s>` 2, `<pad>` 3 and `<mask>` 4.
///
/// Whether a space is put before the first word of a text (`add_dummy_prefix`), so that it has the same pieces as
/// within a sentence, depends on the texts unless it is set: where most have one line it is, where most lines begin
/// behind a newline, and so without that space, it is not. The wrong way round costs up to a tenth of the tokens.
public struct TokenizerTrainingOptions: Sendable, Hashable {
  /// How a text is cut into pieces.
  public enum ModelType: String, Sendable, Hashable, CaseIterable {
    /// The most likely pieces (Kudo 2018, arXiv:1804.10959).
    case unigram
    /// Merges of frequent pairs (Sennrich and others 2016, arXiv:1508.07909).
    case bpe
    /// One character one piece: every character of the corpus, the newline too, is a symbol.
    case char
    /// One word one piece.
    case word
  }

  /// How a text is cut into pieces.
  public var modelType: ModelType
  /// How many pieces there are to be, the special ones included; nil for 8,000, or for all characters or words that a
  /// `char` model meets.
  ///
  /// It is reduced where the corpus does not have that many.
  public var vocabularySize: Int?
  /// The most text that is held in memory and learned from, in bytes.
  ///
  /// A larger corpus is sampled line by line.
  public var largestText: Int = 16 << 20
  /// Decides which lines of a corpus larger than that are taken.
  public var seed: UInt64 = 0
  /// What has been set by its SentencePiece name.
  private(set) var settings: [String: String] = [:]

  /// The default options of a model type.
  public init(modelType: ModelType = .unigram, vocabularySize: Int? = nil) {
    self.modelType = modelType
    self.vocabularySize = vocabularySize
  }

  /// The options with the given ones set by their SentencePiece names.
  public init(
    modelType: ModelType = .unigram, vocabularySize: Int? = nil, settings: [String: String]
  ) throws(TokenizerFailure) {
    self.init(modelType: modelType, vocabularySize: vocabularySize)
    for (name, value) in settings.sorted(by: { $0.key < $1.key }) { try set(name, value) }
  }

  /// The names that `set` knows.
  public static var settableNames: [String] { TrainerOption.settable.keys.sorted() }

  /// Sets an option by its SentencePiece name, for example `character_coverage` to `0.9999`.
  public mutating func set(_ name: String, _ value: String) throws(TokenizerFailure) {
    let value = try TrainerOption.checked(name, value)
    switch name {
    case "model_type": modelType = ModelType(rawValue: value) ?? modelType
    case "vocab_size": vocabularySize = Int(value)
    case "random_seed": seed = UInt64(value) ?? seed
    default: settings[name] = value
    }
  }

  /// The value of an option, as set or by default; nil where the library's own default is used.
  func value(of name: String) -> String? { settings[name] ?? defaults[name] }

  /// Whether an option that is true or false is true.
  func isSet(_ name: String) -> Bool { value(of: name) == "true" }

  /// What differs from the library's own defaults.
  var defaults: [String: String] {
    var defaults = [
      "normalization_rule_name": "identity",
      "remove_extra_whitespaces": "false",
      "hard_vocab_limit": "true",
      "byte_fallback": "true",
      "pad_id": "3",
      "control_symbols": "<mask>",
      "user_defined_symbols": "\n",
      // Sums of floats are made thread by thread, so the number of threads is part of the result.
      "num_threads": "16",
    ]
    switch modelType {
    case .unigram, .bpe:
      break
    case .char:
      defaults["byte_fallback"] = "false"
      defaults["add_dummy_prefix"] = "false"
      defaults["hard_vocab_limit"] = "false"
      defaults["character_coverage"] = "1.0"
    case .word:
      defaults["byte_fallback"] = "false"
      defaults["hard_vocab_limit"] = "false"
    }
    return defaults
  }
}
