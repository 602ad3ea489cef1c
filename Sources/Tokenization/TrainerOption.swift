import Files

/// The options of SentencePiece's trainer, with what their values may be.
enum TrainerOption {
  /// What a value may be.
  enum Domain {
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case flag
    case choice([String])
    case text
    /// Texts parted by commas; one that holds a comma stands in quotation marks.
    case list
  }

  /// The options that a caller may set.
  static let settable: [String: Domain] = [
    "accept_language": .list,
    "add_dummy_prefix": .flag,
    "allow_whitespace_only_pieces": .flag,
    "bos_id": .integer(-1...999_999),
    "bos_piece": .text,
    "byte_fallback": .flag,
    "character_coverage": .number(0.98...1),
    "control_symbols": .list,
    "differential_privacy_clipping_threshold": .integer(0...Int(Int32.max)),
    "differential_privacy_noise_level": .number(0...1e6),
    "enable_differential_privacy": .flag,
    "eos_id": .integer(-1...999_999),
    "eos_piece": .text,
    "hard_vocab_limit": .flag,
    "input_sentence_size": .integer(0...Int(Int32.max)),
    "max_sentence_length": .integer(10...1 << 30),
    "max_sentencepiece_length": .integer(1...512),
    "model_type": .choice(TokenizerTrainingOptions.ModelType.allCases.map(\.rawValue)),
    "normalization_rule_name": .choice(["nmt_nfkc", "nfkc", "nmt_nfkc_cf", "nfkc_cf", "identity"]),
    "normalization_rule_tsv": .text,
    "num_sub_iterations": .integer(1...10),
    "num_threads": .integer(1...128),
    "pad_id": .integer(-1...999_999),
    "pad_piece": .text,
    "random_seed": .integer(0...Int(UInt32.max) - 1),
    "remove_extra_whitespaces": .flag,
    "required_chars": .text,
    "seed_sentencepiece_size": .integer(1...Int(Int32.max)),
    "self_test_sample_size": .integer(0...1_000),
    "shrinking_factor": .number(0.5...0.95),
    "shuffle_input_sentence": .flag,
    "split_by_number": .flag,
    "split_by_unicode_script": .flag,
    "split_by_whitespace": .flag,
    "split_digits": .flag,
    "train_extremely_large_corpus": .flag,
    "treat_whitespace_as_suffix": .flag,
    "unk_id": .integer(0...999_999),
    "unk_piece": .text,
    "unk_surface": .text,
    "use_all_vocab": .flag,
    "user_defined_symbols": .list,
    "vocab_size": .integer(1...1_000_000),
    "vocabulary_output_piece_score": .flag,
  ]

  /// The options that exist, but that a caller may not set, with the reason.
  static let refused: [String: String] = [
    "denormalization_rule_tsv": "changing text after decoding is not supported",
    "escape_whitespaces": "a space is always written as ▁",
    "input": "the text comes from the corpus",
    "input_format": "the text comes from the corpus",
    "minloglevel": "the library's log is switched off",
    "mining_sentence_size": "the library no longer uses it",
    "model_prefix": "the model is handed back, and where it is written is said elsewhere",
    "training_sentence_size": "the library no longer uses it",
  ]

  /// The value in the library's spelling, if the option can have it.
  static func checked(_ name: String, _ value: String) throws(TokenizerFailure) -> String {
    guard let domain = settable[name] else {
      if let reason = refused[name] { throw .optionNotSettable(name, reason: reason) }
      throw .unknownOption(name, suggestion: nearest(to: name))
    }
    guard !value.utf8.contains(0) else {
      throw .optionValue(name: name, value: value, expected: "a text without NUL")
    }
    switch domain {
    case .integer(let range):
      guard let number = Int(value), range.contains(number) else {
        throw .optionValue(
          name: name, value: value, expected: "an integer from \(range.lowerBound) to \(range.upperBound)")
      }
    case .number(let range):
      guard let number = Double(value), range.contains(number) else {
        throw .optionValue(
          name: name, value: value, expected: "a number from \(range.lowerBound) to \(range.upperBound)")
      }
    case .flag:
      switch value.lowercased() {
      case "true", "1", "yes": return "true"
      case "false", "0", "no": return "false"
      default: throw .optionValue(name: name, value: value, expected: "true or false")
      }
    case .choice(let choices):
      guard choices.contains(value) else {
        throw .optionValue(name: name, value: value, expected: "one of " + choices.joined(separator: ", "))
      }
    case .text, .list:
      break
    }
    return value
  }

  /// The known name that is most like the wanted one, if one is.
  private static func nearest(to name: String) -> String? {
    Suggestion.nearest(to: String(name.map { $0 == "-" ? "_" : $0 }), among: settable.keys.sorted())
  }
}
