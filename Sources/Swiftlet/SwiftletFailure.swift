/// Why a model folder cannot be used for what is asked.
public enum SwiftletFailure: Failure, Equatable {
  /// Text cannot be read without a tokenizer.
  case noTokenizer(folder: String)

  /// It is about the folder's content.
  public var kind: FailureKind {
    switch self {
    case .noTokenizer: .noInput
    }
  }

  /// One sentence.
  public var description: String {
    switch self {
    case .noTokenizer(let folder):
      "\(folder) has no tokenizer.model that could be read; put the one that the model was trained with there."
    }
  }
}
