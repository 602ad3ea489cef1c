import Files

/// Why the kernels that somebody asked for cannot be had.
public enum KernelFailure: Failure, Equatable {
  /// No variant has this name.
  case unknown(name: String, known: [String])
  /// The processor lacks the instructions of this variant.
  case notRunnable(name: String, runnable: [String])
  /// The operating system refuses this process the registers of this variant.
  case notGranted(name: String, runnable: [String])

  /// A bad setting.
  public var kind: FailureKind { .usage }

  /// The sentence.
  public var description: String {
    switch self {
    case .unknown(let name, let known):
      "There are no kernels called \"\(name)\"; set \(Kernels.environmentVariable) to one of "
        + "\(known.joined(separator: ", ")), or leave it unset for the best."
    case .notRunnable(let name, let runnable):
      "This processor lacks the instructions of the \"\(name)\" kernels; set \(Kernels.environmentVariable) to one of "
        + "\(runnable.joined(separator: ", ")), or leave it unset for the best."
    case .notGranted(let name, let runnable):
      "The operating system does not grant this program the registers of the \"\(name)\" kernels; set "
        + "\(Kernels.environmentVariable) to one of \(runnable.joined(separator: ", ")), or leave it unset for the best."
    }
  }
}
