/// An error that is written to be read by a person: one sentence that says what is wrong, where, what was
/// expected and found, and what to do.
///
/// Each parser and each stage has its own enumeration of failures; they have this in common, so that a
/// program can print any of them and end with the right exit code.
public protocol Failure: Error, Sendable, CustomStringConvertible {
  /// What kind of trouble it is.
  var kind: FailureKind { get }
  /// The sentence.
  var description: String { get }
}

/// The kinds of trouble that a caller, or a shell script, can tell apart.
public enum FailureKind: Sendable, Hashable {
  /// The request makes no sense as it stands: a bad flag, a value out of range.
  case usage
  /// The input is there, and is not what it should be.
  case badData
  /// The input is not there, or cannot be read.
  case noInput
  /// The output cannot be made.
  case cannotCreate
  /// Reading or writing broke off.
  case inputOutput
  /// Stopped by the user.
  case interrupted
  /// A fault of this package.
  case internalFault

  /// The exit code of a process that ends so, after BSD's `sysexits.h`.
  public var exitCode: Int32 {
    switch self {
    case .usage: 64
    case .badData: 65
    case .noInput: 66
    case .internalFault: 70
    case .cannotCreate: 73
    case .inputOutput: 74
    case .interrupted: 130
    }
  }
}
