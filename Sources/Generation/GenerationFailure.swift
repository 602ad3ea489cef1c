import Files

/// What can go wrong between a prompt and its text.
public enum GenerationFailure: Failure, Hashable {
  /// A setting has a value that it cannot have.
  case badSetting(name: String, expected: String, found: String)
  /// There is no setting of this name.
  case unknownSetting(name: String, suggestion: String?)
  /// A token that the model does not know is named by a setting.
  case tokenOutOfRange(setting: String, token: Int32, vocabulary: Int)
  /// The prompt is longer than the model can see at once.
  case promptTooLong(tokens: Int, context: Int)
  /// There is no token to begin with.
  case emptyPrompt
  /// The model's task is another.
  case wrongHead(needed: String, found: String)
  /// N-grams that should answer beside a classifier have other labels.
  case foreignNGrams(expected: Int, found: Int)
  /// The model computed something that is not a number.
  case notFinite(token: Int)
  /// Every token is forbidden.
  case nothingAllowed(token: Int)
  /// A regular expression is none, or has what is not known here.
  case badPattern(pattern: String, position: Int, reason: String)
  /// A JSON schema says what is not known here.
  case badSchema(path: String, reason: String)
  /// A text that holds the constraint needs more tokens than are allowed, or than the context has room for.
  case constraintTooLong(needed: Int, allowed: Int)
  /// The vocabulary cannot spell what the constraint wants.
  case constraintCannotGoOn(token: Int)
  /// The smaller model that guesses has another tokenizer.
  case otherTokenizer
  /// The text to fill has no mask in it.
  case noMask(spelling: String)
  /// The model has no label of this name.
  case unknownLabel(name: String, labels: [String])
  /// The tokenizer has no token of this kind.
  case missingToken(String)

  /// Wishes are a matter of usage, weights one of data.
  public var kind: FailureKind {
    switch self {
    case .badSetting, .unknownSetting, .tokenOutOfRange, .promptTooLong, .emptyPrompt, .noMask, .nothingAllowed,
      .unknownLabel, .badPattern, .badSchema, .constraintTooLong, .constraintCannotGoOn, .otherTokenizer:
      .usage
    case .wrongHead, .foreignNGrams, .notFinite, .missingToken: .badData
    }
  }

  /// One sentence, and where there is one, the remedy.
  public var description: String {
    switch self {
    case .badSetting(let name, let expected, let found):
      "\(name) must be \(expected), and not \(found)."
    case .unknownSetting(let name, let suggestion):
      "There is no setting \(name.quotedForMessage)." + (suggestion.map { " Is \($0) meant?" } ?? "")
    case .tokenOutOfRange(let setting, let token, let vocabulary):
      "\(setting) names the token \(token), but the vocabulary has the tokens 0 to \(vocabulary - 1)."
    case .promptTooLong(let tokens, let context):
      "The prompt has \(tokens) tokens, and the model sees \(context) at once: shorten it, or set context_end to slide."
    case .emptyPrompt:
      "The prompt is empty, and the tokenizer has no token that begins a text: give at least one character."
    case .wrongHead(let needed, let found):
      "This needs \(needed), and the model is \(found)."
    case .foreignNGrams(let expected, let found):
      "The n-grams beside the model answer with \(found) numbers, or with values, and the model has \(expected) labels."
    case .notFinite(let token):
      "The model's scores for token \(token) of the text are not finite numbers: its weights are damaged."
    case .nothingAllowed(let token):
      "No token is allowed as token \(token) of the text: bad_words_ids, suppress_tokens, sequence_bias and "
        + "no_repeat_ngram_size together forbid all of them."
    case .badPattern(let pattern, let position, let reason):
      "The regular expression \(pattern.quotedForMessage) cannot be used: \(reason), at character \(position + 1)."
    case .badSchema(let path, let reason):
      "The JSON schema cannot be used: at \(path), \(reason)."
    case .constraintTooLong(let needed, let allowed):
      "A text that holds the constraint may need \(needed) tokens, and there is room for \(allowed): raise max_new_tokens, "
        + "or shorten the prompt."
    case .constraintCannotGoOn(let token):
      "The vocabulary has no token that goes on as the constraint wants, after \(token) tokens of the text."
    case .otherTokenizer:
      "The draft model has another tokenizer than the model: its guesses would mean something else."
    case .noMask(let spelling):
      "The text has no \(spelling) to be filled."
    case .unknownLabel(let name, let labels):
      "The model has no label \(name.quotedForMessage); its labels are "
        + labels.map(\.quotedForMessage).joined(separator: ", ") + "."
    case .missingToken(let name):
      "The tokenizer has no \(name) token."
    }
  }
}
