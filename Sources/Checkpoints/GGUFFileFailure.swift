import Files

/// Why a GGUF file is refused.
public enum GGUFFileFailure: Failure, Equatable {
  /// It does not begin as a GGUF file does.
  case notGGUF(path: String)
  /// It is of another version, or of the other byte order.
  case version(path: String, found: Int)
  /// The structure breaks off or makes no sense at this byte.
  case malformed(path: String, offset: Int, reason: String)
  /// A key is there twice.
  case duplicateKey(path: String, key: String)
  /// A tensor is there twice.
  case duplicateTensor(path: String, tensor: String)
  /// A tensor is stored in a form that is not read.
  case tensorType(path: String, tensor: String, type: Int)
  /// A tensor is not where it should be, or reaches over the end of the file.
  case place(path: String, tensor: String, reason: String)
  /// A key that must be there is not.
  case missingKey(path: String, key: String)
  /// A value is not what it should be.
  case value(path: String, key: String, found: String, expected: String)
  /// A tensor that the model needs is not there.
  case missingTensor(path: String, tensor: String, shape: [Int])
  /// A tensor for which the model has no place.
  case unexpectedTensor(path: String, tensor: String)
  /// A tensor has another shape than the metadata say.
  case shape(path: String, tensor: String, expected: [Int], found: [Int])
  /// A tensor has numbers that are infinite, or none.
  case notFinite(path: String, tensor: String)
  /// The vocabulary is not one that this package reads.
  case vocabulary(path: String, reason: String)

  /// All are properties of the file.
  public var kind: FailureKind { .badData }

  /// One sentence.
  public var description: String {
    switch self {
    case .notGGUF(let path): "\(path.quotedForMessage) is not a GGUF file: it does not begin with \"GGUF\"."
    case .version(let path, let found):
      "\(path.quotedForMessage) is a GGUF file of version \(found); 2 and 3, little-endian, are read."
    case .malformed(let path, let offset, let reason):
      "\(path.quotedForMessage) is damaged or cut off: \(reason) at byte \(offset)."
    case .duplicateKey(let path, let key):
      "\(path.quotedForMessage) has the key \(key.quotedForMessage) twice."
    case .duplicateTensor(let path, let tensor):
      "\(path.quotedForMessage) has the tensor \(tensor.quotedForMessage) twice."
    case .tensorType(let path, let tensor, let type):
      "\(path.quotedForMessage) stores the tensor \(tensor.quotedForMessage) in ggml's type \(type); read are f32 (0), "
        + "f16 (1), q8_0 (8) and bf16 (30), so take the file in one of those."
    case .place(let path, let tensor, let reason):
      "\(path.quotedForMessage) has the tensor \(tensor.quotedForMessage) at a wrong place: \(reason)."
    case .missingKey(let path, let key): "\(path.quotedForMessage) has no \(key.quotedForMessage)."
    case .value(let path, let key, let found, let expected):
      "\(path.quotedForMessage) has \(key.quotedForMessage): \(found), and \(expected) is expected."
    case .missingTensor(let path, let tensor, let shape):
      "The model needs the tensor \(tensor.quotedForMessage) of shape \(shape), which \(path.quotedForMessage) has not."
    case .unexpectedTensor(let path, let tensor):
      "\(path.quotedForMessage) has the tensor \(tensor.quotedForMessage), for which this model has no place."
    case .shape(let path, let tensor, let expected, let found):
      "The tensor \(tensor.quotedForMessage) in \(path.quotedForMessage) has the shape \(found), and the metadata make "
        + "it \(expected)."
    case .notFinite(let path, let tensor):
      "\(path.quotedForMessage) has a number in \(tensor.quotedForMessage) that is not finite."
    case .vocabulary(let path, let reason):
      "The vocabulary in \(path.quotedForMessage) cannot be read: \(reason)."
    }
  }
}
