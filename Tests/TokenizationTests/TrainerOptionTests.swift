import Testing
import Tokenization

@Suite("Options of the trainer")
struct TrainerOptionTests {
  @Test("An unknown name is refused with the nearest known one")
  func unknownNames() {
    var options = TokenizerTrainingOptions()
    #expect(throws: TokenizerFailure.unknownOption("vocabsize", suggestion: "vocab_size")) {
      try options.set("vocabsize", "100")
    }
    #expect(throws: TokenizerFailure.unknownOption("split-digit", suggestion: "split_digits")) {
      try options.set("split-digit", "true")
    }
    #expect(throws: TokenizerFailure.unknownOption("colour", suggestion: nil)) { try options.set("colour", "red") }
    #expect(
      TokenizerFailure.unknownOption("vocabsize", suggestion: "vocab_size").description
        == #"There is no tokenizer option "vocabsize"; did you mean "vocab_size"?"#)
  }

  @Test(
    "A value that an option cannot have is refused",
    arguments: [
      ("vocab_size", "0"), ("vocab_size", "many"), ("vocab_size", "1e4"), ("character_coverage", "0.5"),
      ("character_coverage", "nan"), ("byte_fallback", "maybe"), ("model_type", "wordpiece"),
      ("normalization_rule_name", "NFC"), ("num_threads", "0"), ("num_threads", "129"), ("shrinking_factor", "1"),
      ("max_sentencepiece_length", "513"), ("unk_piece", "a\0"), ("unk_id", "-1"),
    ])
  func wrongValues(name: String, value: String) {
    var options = TokenizerTrainingOptions()
    #expect {
      try options.set(name, value)
    } throws: { error in
      guard case TokenizerFailure.optionValue(name, value, _) = error else { return false }
      return (error as? TokenizerFailure)?.kind == .usage
    }
  }

  @Test("Options that would make the library read or write files are refused")
  func refused() {
    var options = TokenizerTrainingOptions()
    for name in ["input", "model_prefix", "minloglevel", "denormalization_rule_tsv"] {
      #expect {
        try options.set(name, "x")
      } throws: { error in
        guard case TokenizerFailure.optionNotSettable(name, _) = error else { return false }
        return true
      }
    }
  }

  @Test("The library knows every name", arguments: TokenizerTrainingOptions.settableNames)
  func known(name: String) throws {
    let values = [
      "model_type": "bpe", "vocab_size": "350", "bos_id": "1", "eos_id": "2", "pad_id": "-1", "unk_id": "0",
      "character_coverage": "0.99", "shrinking_factor": "0.8", "normalization_rule_name": "nfkc",
      "input_sentence_size": "110", "max_sentence_length": "100", "seed_sentencepiece_size": "1000",
      "num_threads": "2", "num_sub_iterations": "1", "max_sentencepiece_length": "8", "random_seed": "5",
      "self_test_sample_size": "2", "differential_privacy_noise_level": "0", "required_chars": "xyz",
      "differential_privacy_clipping_threshold": "0", "enable_differential_privacy": "false",
      "control_symbols": "<a>,<b>", "user_defined_symbols": "<c>,<d>", "accept_language": "en", "unk_piece": "[UNK]",
      "bos_piece": "[B]", "eos_piece": "[E]", "pad_piece": "[P]", "unk_surface": "?", "use_all_vocab": "false",
      "hard_vocab_limit": "false",
    ]
    // Reads a file of rules.
    guard name != "normalization_rule_tsv" else { return }
    var options = TokenizerTrainingOptions(vocabularySize: 350)
    try options.set(name, values[name] ?? "true")
    let tokenizer = try Tokenizer.train(from: Corpus.english, options: options).tokenizer
    #expect(tokenizer.decode(tokenizer.encode("the cat sat")).contains("the cat sat"))
  }
}
