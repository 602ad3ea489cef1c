import Files

extension Tokenizer {
  /// The files by which Hugging Face's transformers reads this tokenizer, by their names: `tokenizer.json`,
  /// `tokenizer_config.json` and `special_tokens_map.json`.
  ///
  /// Theirs gives the same identifiers and the same text as this one. It differs in one thing that cannot be
  /// switched off there: the names of special tokens in a text are read as these tokens.
  ///
  /// - Parameters:
  ///   - template: which special tokens stand around a text.
  ///   - maximumLength: how many tokens the model takes.
  public func huggingFaceFiles(
    template: SequenceTemplate, maximumLength: Int
  ) throws(TokenizerFailure) -> [String: [UInt8]] {
    [
      "tokenizer.json": try model.tokenizerJSON(template),
      "tokenizer_config.json": configuration(template, maximumLength).bytes(pretty: true),
      "special_tokens_map.json": JSONValue.object(specialTokenNames(template)).bytes(pretty: true),
    ]
  }

  private func configuration(_ template: SequenceTemplate, _ maximumLength: Int) -> JSONValue {
    var configuration = specialTokenNames(template)
    configuration["clean_up_tokenization_spaces"] = false
    configuration["model_input_names"] = template.modelInputNames
    configuration["model_max_length"] = .integer(maximumLength)
    configuration["tokenizer_class"] = "PreTrainedTokenizerFast"
    return .object(configuration)
  }

  private func specialTokenNames(_ template: SequenceTemplate) -> JSONObject {
    let encoder = template == .bert || template == .roberta
    let named: [(String, Int32?)] = [
      ("bos_token", special.begin), ("eos_token", special.end), ("unk_token", special.unknown),
      ("pad_token", special.padding), ("mask_token", special.mask),
      ("cls_token", encoder ? special.classification : nil), ("sep_token", encoder ? special.separator : nil),
    ]
    var names = JSONObject()
    for (name, identifier) in named {
      if let identifier { names[name] = .string(piece(identifier)) }
    }
    return names
  }
}
