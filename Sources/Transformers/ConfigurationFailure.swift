import Files

/// Why a configuration is refused.
public enum ConfigurationFailure: Failure, Equatable {
  /// The text is not a JSON object.
  case notAnObject(found: String)
  /// A key that must be there is not.
  case missing(key: String)
  /// A value of the wrong JSON type.
  case wrongType(key: String, expected: String, found: String)
  /// A value that would change the result and that this package does not implement.
  case unsupported(key: String, value: String, supported: String)
  /// A size, a probability or an identifier out of its range.
  case outOfRange(key: String, value: String, range: String)
  /// Two values that contradict each other.
  case contradiction(String)

  /// Bad data, always.
  public var kind: FailureKind { .badData }

  /// One sentence.
  public var description: String {
    switch self {
    case .notAnObject(let found):
      "The model configuration should be a JSON object, and is \(found)."
    case .missing(let key):
      "The model configuration has no \"\(key)\"."
    case .wrongType(let key, let expected, let found):
      "In the model configuration \"\(key)\" should be \(expected), and is \(found)."
    case .unsupported(let key, let value, let supported):
      "The model configuration asks for \"\(key)\": \(value), which is not supported; supported: \(supported)."
    case .outOfRange(let key, let value, let range):
      "In the model configuration \"\(key)\" is \(value); it should be \(range)."
    case .contradiction(let sentence):
      "The model configuration contradicts itself: \(sentence)."
    }
  }
}
