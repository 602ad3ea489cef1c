/// Why a model folder cannot be used for what is asked.
public enum SwiftletFailure: Failure, Equatable {
  /// Text cannot be read without a tokenizer.
  case noTokenizer(folder: String)
  /// A classifier has no temperature, or one of other weights.
  case calibration(folder: String, reason: String)
  /// A file that says how a folder makes vectors of texts asks for what is not there.
  case sentenceSettings(path: String, reason: String)
  /// An argument of a command that is not UTF-8, such as the name of a file in another encoding.
  case argumentNotUTF8(number: Int, text: String)

  /// It is about the folder's content, or about how the program was called.
  public var kind: FailureKind {
    switch self {
    case .noTokenizer: .noInput
    case .sentenceSettings, .calibration: .badData
    case .argumentNotUTF8: .usage
    }
  }

  /// One sentence.
  public var description: String {
    switch self {
    case .noTokenizer(let folder):
      "\(folder) has neither a tokenizer.model nor a tokenizer.json; put the one that the model was trained with there."
    case .calibration(let folder, let reason):
      "The confidences of the classifier in \(folder) cannot be calibrated: \(reason)."
    case .sentenceSettings(let path, let reason): "\(path): \(reason)"
    case .argumentNotUTF8(let number, let text):
      "Argument \(number), \(text.quotedForMessage), is not valid UTF-8; rename the file, or convert the text."
    }
  }
}
