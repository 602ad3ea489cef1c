import Files

/// Why the n-grams that stand beside a classifier cannot be used.
public enum NGramFailure: Failure, Equatable {
  /// A file is not one of n-grams, or not one for these weights.
  case file(path: String, reason: String)
  /// N-grams belong to weights, and there are none in a single file.
  case noWeights(folder: String)

  /// It is about a file's content.
  public var kind: FailureKind { .badData }

  /// One sentence.
  public var description: String {
    switch self {
    case .file(let path, let reason): "\(path): \(reason)."
    case .noWeights(let folder):
      "\(folder) has no weights in a single file, so n-grams cannot remember whose they are."
    }
  }
}
