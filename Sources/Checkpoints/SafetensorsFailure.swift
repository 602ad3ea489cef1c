import Files

/// Why a safetensors file is refused: one case for each thing that the format forbids, and for what this reader
/// refuses beyond it.
public enum SafetensorsFailure: Failure, Hashable {
  // MARK: The header as a whole

  /// The file is too short for the length of its header.
  case fileTooSmall(bytes: Int)
  /// The header is longer than the format allows.
  case headerTooLarge(bytes: UInt64, limit: Int)
  /// The file ends inside its header.
  case headerLongerThanFile(header: Int, file: Int)
  /// The header does not begin with `{`.
  case headerBegin(UInt8?)
  /// A string of the header is not UTF-8.
  case headerNotUTF8(offset: Int)
  /// The header is not JSON.
  case headerNotJSON(JSONFailure)
  /// The header has more tensors than this reader accepts.
  case tooManyTensors(limit: Int)
  /// A value of `__metadata__` is not a string.
  case metadataNotText(key: String)
  /// A key of `__metadata__`, or `__metadata__` itself, is there twice.
  case duplicateMetadata(key: String)

  // MARK: The entry of one tensor

  /// Two tensors of one name.
  case duplicateName(String)
  /// A name that is empty, too long, or has control characters in it.
  case invalidName(String, reason: String)
  /// The entry is something else than an object, or one of its values has the wrong type.
  case wrongType(tensor: String, field: String, expected: String)
  /// `dtype`, `shape` or `data_offsets` is missing.
  case missingField(tensor: String, field: String)
  /// A field is there twice.
  case duplicateField(tensor: String, field: String)
  /// A field that the format does not have.
  case unknownField(tensor: String, field: String)
  /// A number that is negative, fractional, or too large.
  case invalidNumber(tensor: String, field: String)
  /// A type that the format does not have.
  case unknownType(tensor: String, type: String)
  /// A type that the format has and this package does not read.
  case unsupportedType(tensor: String, type: String)
  /// More dimensions than any tensor has.
  case tooManyDimensions(tensor: String, limit: Int)

  // MARK: Where the numbers are

  /// The end is before the beginning.
  case reversedOffsets(tensor: String, begin: Int, end: Int)
  /// The shape has more numbers than can be counted.
  case sizeOverflow(tensor: String)
  /// The shape needs another number of bytes than the offsets span.
  case sizeMismatch(tensor: String, shape: [Int], expected: Int, found: Int)
  /// A tensor begins inside another.
  case overlap(tensor: String, begin: Int, expected: Int)
  /// There are bytes between tensors that belong to none.
  case hole(tensor: String, begin: Int, expected: Int)
  /// The file ends before the last tensor does.
  case dataTooShort(expected: Int, found: Int)
  /// The file goes on after the last tensor.
  case trailingBytes(expected: Int, found: Int)

  /// Bad data, always.
  public var kind: FailureKind { .badData }

  /// One sentence.
  public var description: String {
    switch self {
    case .fileTooSmall(let bytes):
      "The file has \(bytes) bytes; a safetensors file has at least 8."
    case .headerTooLarge(let bytes, let limit):
      "The header claims to be \(bytes) bytes long; the format allows \(limit)."
    case .headerLongerThanFile(let header, let file):
      "The header claims to be \(header) bytes long, but the file has only \(file); it was probably cut off."
    case .headerBegin(let byte):
      "The header should begin with '{' and begins with \(byte.map { "the byte \($0)" } ?? "nothing")."
    case .headerNotUTF8(let offset):
      "The header has a string at byte \(offset) that is not valid UTF-8."
    case .headerNotJSON(let failure):
      "The header is not JSON: \(failure)"
    case .tooManyTensors(let limit):
      "The header names more than \(limit) tensors, which no model needs."
    case .metadataNotText(let key):
      "The value of \(key.quotedForMessage) in the header's metadata should be a string."
    case .duplicateMetadata(let key):
      "The header has the metadata \(key.quotedForMessage) twice."
    case .duplicateName(let name):
      "The header names the tensor \(name.quotedForMessage) twice."
    case .invalidName(let name, let reason):
      "The header has a tensor with the name \(name.quotedForMessage), which \(reason)."
    case .wrongType(let tensor, let field, let expected):
      "In the header \(field) of the tensor \(tensor.quotedForMessage) should be \(expected)."
    case .missingField(let tensor, let field):
      "In the header the tensor \(tensor.quotedForMessage) has no \(field)."
    case .duplicateField(let tensor, let field):
      "In the header the tensor \(tensor.quotedForMessage) has \(field) twice."
    case .unknownField(let tensor, let field):
      "In the header the tensor \(tensor.quotedForMessage) has \(field.quotedForMessage), which the format does not."
    case .invalidNumber(let tensor, let field):
      "In the header \(field) of the tensor \(tensor.quotedForMessage) should be whole numbers from 0 to 2^63 - 1."
    case .unknownType(let tensor, let type):
      "The tensor \(tensor.quotedForMessage) has the type \(type.quotedForMessage), which the format does not know."
    case .unsupportedType(let tensor, let type):
      "The tensor \(tensor.quotedForMessage) has the type \(type), which is not supported; supported are "
        + "\(TensorType.allCases.map(\.rawValue).joined(separator: ", "))."
    case .tooManyDimensions(let tensor, let limit):
      "The tensor \(tensor.quotedForMessage) has more than \(limit) dimensions."
    case .reversedOffsets(let tensor, let begin, let end):
      "The tensor \(tensor.quotedForMessage) begins at byte \(begin) and ends before that, at \(end)."
    case .sizeOverflow(let tensor):
      "The shape of the tensor \(tensor.quotedForMessage) has more numbers than can be counted."
    case .sizeMismatch(let tensor, let shape, let expected, let found):
      "The tensor \(tensor.quotedForMessage) of shape \(shape) needs \(expected) bytes and has \(found)."
    case .overlap(let tensor, let begin, let expected):
      "The tensor \(tensor.quotedForMessage) begins at byte \(begin), inside another that ends at \(expected)."
    case .hole(let tensor, let begin, let expected):
      "The tensor \(tensor.quotedForMessage) begins at byte \(begin), though the one before ends at \(expected)."
    case .dataTooShort(let expected, let found):
      "The tensors need \(expected) bytes, but only \(found) follow the header; the file was probably cut off."
    case .trailingBytes(let expected, let found):
      "The tensors need \(expected) bytes, but \(found) follow the header; something was appended."
    }
  }
}
