import Files

/// What went wrong between text on disk and batches of tokens.
public enum CorpusFailure: Failure, Hashable {
  /// The file cannot be read.
  case file(FileFailure)
  /// Bytes that are not UTF-8; the offset is that in the (unpacked) file.
  case invalidUTF8(path: String, offset: Int)
  /// A NUL, which text does not have.
  case containsNUL(path: String, offset: Int)
  /// Text in UTF-16 or UTF-32.
  case otherEncoding(path: String, name: String)
  /// A folder, or a list of paths, without a file of text in it; what was found instead.
  case noTextFiles(paths: [String], found: [String])
  /// Files of text without any text in them.
  case noText(paths: [String])
  /// A gzip stream that ends too early.
  case truncatedGzip(path: String)
  /// A gzip stream that is not one, or whose checksum is wrong.
  case corruptGzip(path: String, reason: String)
  /// A gzip stream that unpacks to more than any text would.
  case expandsTooFar(path: String, limit: Int)
  /// Too little text for what is asked.
  case tooFewTokens(found: Int, least: Int)
  /// Too few sentences for pairs of them.
  case tooFewSentences(found: Int, least: Int)
  /// No room in a window.
  case badContext(Int, least: Int)
  /// A share that is not between 0 and 1.
  case badFraction(Double)
  /// The training text cannot be parted so that both sides have some.
  case cannotSplit(bytes: Int)
  /// A token outside the vocabulary.
  case tokenOutsideVocabulary(Int32, vocabularySize: Int)
  /// A file of tokens that is not as it was written.
  case corruptShard(path: String, reason: String)

  /// What kind of trouble it is.
  public var kind: FailureKind {
    switch self {
    case .file(let failure): failure.kind
    case .noTextFiles: .noInput
    case .badContext, .badFraction: .usage
    case .tokenOutsideVocabulary: .internalFault
    default: .badData
    }
  }

  /// The sentence.
  public var description: String {
    switch self {
    case .file(let failure): failure.description
    case .invalidUTF8(let path, let offset):
      "\(path.quotedForMessage) is not valid UTF-8 at byte \(offset); convert it (for example with iconv), or read it "
        + "with --repair, which puts U+FFFD in place of such bytes."
    case .containsNUL(let path, let offset):
      "\(path.quotedForMessage) has a NUL at byte \(offset), so it is not text; leave it out, or read it with --repair, "
        + "which puts U+FFFD in place of it."
    case .otherEncoding(let path, let name):
      "\(path.quotedForMessage) begins like \(name); convert it to UTF-8, for example with "
        + "`iconv -f \(name) -t UTF-8`."
    case .noTextFiles(let paths, let found):
      "There is no text in \(Self.list(paths.map(\.quotedForMessage))): "
        + (found.isEmpty ? "there are no files." : "found \(Self.list(found)). Text is UTF-8, plain or in .gz files.")
    case .noText(let paths): "\(Self.list(paths.map(\.quotedForMessage))) holds no text: nothing but white space."
    case .truncatedGzip(let path): "\(path.quotedForMessage) ends in the middle of its gzip stream; fetch it again."
    case .corruptGzip(let path, let reason):
      "\(path.quotedForMessage) is not a valid gzip file (\(reason)); fetch it again."
    case .expandsTooFar(let path, let limit):
      "\(path.quotedForMessage) unpacks to more than \(limit) bytes, which no text does; if it is meant so, unpack it "
        + "first."
    case .tooFewTokens(let found, let least):
      "There are only \(found) tokens, and at least \(least) are needed; use more text."
    case .tooFewSentences(let found, let least):
      "Pairs of sentences are asked for, and the text has only \(found) of the at least \(least) sentences needed; use "
        + "more text, or leave out next-sentence prediction."
    case .badContext(let context, let least):
      "A context of \(context) tokens is too short; it must be at least \(least)."
    case .badFraction(let fraction): "The share for validation is \(fraction); it must be between 0 and 1."
    case .cannotSplit(let bytes):
      "The text of \(bytes) bytes is too short to be parted into training and validation; use more text, or name a "
        + "file with --validation."
    case .tokenOutsideVocabulary(let token, let size):
      "The tokenizer gave the token \(token), outside of its vocabulary of \(size)."
    case .corruptShard(let path, let reason):
      "The file of tokens \(path.quotedForMessage) is damaged (\(reason)); remove it, and it will be made again."
    }
  }

  private static func list(_ items: [String]) -> String {
    let shown = items.prefix(8).joined(separator: ", ")
    return items.count > 8 ? shown + " and \(items.count - 8) more" : shown
  }
}

/// Does something with files, with its failures as those of a corpus.
func reading<Result>(_ body: () throws(FileFailure) -> Result) throws(CorpusFailure) -> Result {
  do { return try body() } catch { throw .file(error) }
}
