import Files

/// What is wrong with a tokenizer's file, or with the wish to train one.
public enum TokenizerFailure: Failure, Hashable {
  // MARK: Model files

  /// The trouble of a file, with its path.
  case inFile(path: String, reason: String)
  /// A file that is too small or too large to be a model.
  case fileSize(bytes: Int, limit: Int)
  /// The protobuf structure breaks off or makes no sense at this byte.
  case malformed(offset: Int, reason: String)
  /// A part of the model is missing; a file that was cut between two parts looks so.
  case missingPart(String)
  /// No piece, or too many.
  case pieceCount(Int, limit: Int)
  /// A piece is empty or longer than the library can bear.
  case pieceLength(identifier: Int, bytes: Int, limit: Int)
  /// A piece that is not UTF-8.
  case pieceNotUTF8(identifier: Int)
  /// A piece that holds a NUL.
  case pieceHoldsNUL(identifier: Int)
  /// Two pieces with the same text.
  case duplicatePiece(String, first: Int, second: Int)
  /// A score that is not a finite number.
  case scoreNotFinite(identifier: Int)
  /// A kind of piece that does not exist.
  case unknownPieceKind(Int, identifier: Int)
  /// A model must have exactly one piece for unknown text.
  case unknownPieceCount(Int)
  /// Byte pieces where the model has no byte fallback, too few of them, or with a wrong name.
  case bytePieces(String)
  /// A special identifier that is not in the vocabulary.
  case specialOutOfRange(String, identifier: Int, pieces: Int)
  /// A kind of model that does not exist.
  case unknownModelType(Int)
  /// The table of character normalization would lead the library out of its memory.
  case characterMap(String)
  /// Too many user-defined symbols that begin one another.
  case nestedSymbols(String, count: Int, limit: Int)
  /// Test samples inside the model that are larger than the model may be.
  case selfTestTooLarge(bytes: Int, limit: Int)
  /// The model changes text after decoding, which is not supported.
  case denormalizer
  /// The library refused a model that looked sound.
  case libraryRefused(String)
  /// A `tokenizer.json` that is not JSON or lacks something.
  case tokenizerJSON(String)
  /// A part of a `tokenizer.json` that is not supported, and would change the result.
  case unsupportedPart(String, found: String, supported: String)
  /// A model whose first pieces are not those that its class expects.
  case pieceOrder(expected: String)
  /// A model that its class prepares texts for in a way that is not possible here.
  case notPreparable(String)
  /// A class of tokenizer whose numbers for the pieces of a SentencePiece model are not known.
  case unknownClass(String, file: String)
  /// A list of words or merges that is not as it should be.
  case wordList(file: String, reason: String)
  /// A form that this model cannot be written in.
  case notWritable(String)

  // MARK: Training

  /// There is no text to train on.
  case emptyCorpus
  /// The source of the text failed.
  case corpusFailed(String)
  /// An option that does not exist.
  case unknownOption(String, suggestion: String?)
  /// An option with a value that it cannot have.
  case optionValue(name: String, value: String, expected: String)
  /// An option that the caller cannot set, with the reason.
  case optionNotSettable(String, reason: String)
  /// The vocabulary has no room for what must be in it.
  case vocabularyTooSmall(Int, smallest: Int, reason: String)
  /// The library could not train.
  case trainingFailed(String)

  /// What kind of trouble it is.
  public var kind: FailureKind {
    switch self {
    case .unknownOption, .optionValue, .optionNotSettable, .vocabularyTooSmall, .notWritable: .usage
    case .trainingFailed: .internalFault
    case .corpusFailed: .inputOutput
    default: .badData
    }
  }

  /// One sentence: what is wrong, where, what was expected, and what to do.
  public var description: String {
    switch self {
    case .inFile(let path, let reason): "\(path): \(reason)"
    case .fileSize(let bytes, let limit):
      "The tokenizer has \(bytes) bytes; a model has between 1 and \(limit)."
    case .malformed(let offset, let reason):
      "The tokenizer is not a SentencePiece model, or a damaged one: \(reason) at byte \(offset)."
    case .missingPart(let part):
      "The tokenizer has no \(part); the file was probably cut off, so fetch or train it again."
    case .pieceCount(let count, let limit):
      "The tokenizer has \(count) pieces; a model has between 1 and \(limit)."
    case .pieceLength(let identifier, let bytes, let limit):
      "Piece \(identifier) of the tokenizer has \(bytes) bytes; a piece has between 1 and \(limit)."
    case .pieceNotUTF8(let identifier):
      "Piece \(identifier) of the tokenizer is not UTF-8."
    case .pieceHoldsNUL(let identifier):
      "Piece \(identifier) of the tokenizer holds a NUL character, which no piece may."
    case .duplicatePiece(let text, let first, let second):
      "Pieces \(first) and \(second) of the tokenizer are both \(text.debugDescription); each must be unique."
    case .scoreNotFinite(let identifier):
      "The score of piece \(identifier) of the tokenizer is not a finite number."
    case .unknownPieceKind(let kind, let identifier):
      "Piece \(identifier) of the tokenizer is of kind \(kind); the kinds are 1 to 6."
    case .unknownPieceCount(let count):
      "The tokenizer has \(count) pieces for unknown text; it must have exactly one."
    case .bytePieces(let reason):
      "The byte pieces of the tokenizer are wrong: \(reason)."
    case .specialOutOfRange(let name, let identifier, let pieces):
      "The tokenizer gives \(name) as \(identifier), but it has only \(pieces) pieces."
    case .unknownModelType(let type):
      "The tokenizer is of model type \(type); the types are 1 unigram, 2 bpe, 3 word, 4 char."
    case .characterMap(let reason):
      "The normalization table of the tokenizer is damaged: \(reason)."
    case .nestedSymbols(let symbol, let count, let limit):
      "The user-defined symbol \(symbol.debugDescription) of the tokenizer begins with \(count) others; "
        + "at most \(limit) are possible."
    case .selfTestTooLarge(let bytes, let limit):
      "The tokenizer carries \(bytes) bytes of test samples; at most \(limit) are accepted."
    case .denormalizer:
      "The tokenizer changes text after decoding (denormalizer_spec), which is not supported."
    case .libraryRefused(let reason):
      "libsentencepiece refuses the tokenizer: \(reason)"
    case .tokenizerJSON(let reason):
      "tokenizer.json cannot be read: \(reason)."
    case .unsupportedPart(let part, let found, let supported):
      "tokenizer.json has \(found) as its \(part), which is not supported; supported: \(supported)."
    case .pieceOrder(let expected):
      "The tokenizer's class numbers its pieces in a way that needs \(expected), and they are others."
    case .notPreparable(let reason):
      "The tokenizer's class prepares texts in a way that this model does not allow: \(reason)."
    case .unknownClass(let name, let file):
      "\(file) belongs to \(name), whose numbers for its pieces are not known here; known: LlamaTokenizer, "
        + "AlbertTokenizer, T5Tokenizer, XLMRobertaTokenizer, CamembertTokenizer."
    case .wordList(let file, let reason):
      "\(file) cannot be read: \(reason)."
    case .notWritable(let reason):
      "The tokenizer cannot be written in this form: \(reason)."
    case .emptyCorpus:
      "There is no text to train a tokenizer on; the corpus is empty, or has only blank lines, tabs and "
        + "characters that normalization drops."
    case .corpusFailed(let reason):
      "The corpus broke off while a tokenizer was trained on it: \(reason)"
    case .unknownOption(let name, let suggestion):
      "There is no tokenizer option \(name.debugDescription)"
        + (suggestion.map { "; did you mean \($0.debugDescription)?" } ?? ".")
    case .optionValue(let name, let value, let expected):
      "The tokenizer option \(name) cannot be \(value.debugDescription); expected \(expected)."
    case .optionNotSettable(let name, let reason):
      "The tokenizer option \(name) cannot be set: \(reason)."
    case .vocabularyTooSmall(let size, let smallest, let reason):
      "A vocabulary of \(size) is too small: \(reason), so it must have at least \(smallest)."
    case .trainingFailed(let reason):
      "The tokenizer could not be trained: \(reason)"
    }
  }
}
