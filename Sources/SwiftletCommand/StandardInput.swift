import ArgumentParser
import Console
import Swiftlet

/// Texts from arguments, or from standard input, a line each.
enum StandardInput {
  /// Hands over each text; `body` returns false to end.
  ///
  /// Without arguments it reads standard input, and says what it expects where that is a terminal.
  static func forEach(_ texts: [String], hint: String, _ body: (String) throws -> Bool) throws {
    if texts.isEmpty {
      try forEachLine(hint: hint, body)
    } else {
      for text in texts { guard try body(text) else { return } }
    }
  }

  /// Hands over each line that is not empty.
  static func forEachLine(hint: String, _ body: (String) throws -> Bool) throws {
    if Terminal().isInput { note("Reading standard input: \(hint); Ctrl-D ends.") }
    while let line = readLine() {
      if line.isEmpty { continue }
      guard try body(line) else { return }
    }
  }
}
