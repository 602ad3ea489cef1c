/// What came of waiting for a line.
public enum LineInput: Sendable, Equatable {
  /// A line, without its newline.
  case line(String)
  /// Ctrl-C on an empty line.
  case interrupted
  /// Ctrl-C on a line that is given up by it.
  case cancelled
  /// Ctrl-D, or the end of the file.
  case end
}

/// Where lines come from.
public protocol LineSource: AnyObject {
  /// Whether a person sits there, who sees prompts.
  var isInteractive: Bool { get }
  /// Waits for the next line.
  ///
  /// - Parameters:
  ///   - prompt: stands before the line.
  ///   - continuation: stands before further lines, of a pasted text.
  func readLine(prompt: String, continuation: String) -> LineInput
  /// Does something while what is typed is not shown.
  func quietly<Result>(_ body: () throws -> Result) rethrows -> Result
  /// Keeps a line in the history.
  func remember(_ line: String)
}

/// What may stand in the place of the word before the cursor.
public struct LineCompletion: Sendable, Equatable {
  /// How many characters before the cursor are replaced.
  public var replacedCount: Int
  /// What may stand there.
  public var candidates: [String]

  /// Candidates for the characters before the cursor.
  public init(replacedCount: Int, candidates: [String]) {
    self.replacedCount = replacedCount
    self.candidates = candidates
  }

  /// The beginning that all candidates share.
  public var commonPrefix: String {
    guard let first = candidates.first else { return "" }
    return candidates.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
  }
}

extension String {
  fileprivate func commonPrefix(with other: String) -> String {
    String(zip(self, other).prefix { $0 == $1 }.map(\.0))
  }
}
