import Console
import Swiftlet

/// Results, on standard output: a text for people or a JSON object a line for programs.
struct Output {
  /// Whether programs read it.
  let json: Bool

  /// Prints one result in the form that was asked for.
  func result(_ object: JSONValue, text: @autoclosure () -> String) {
    write((json ? object.serialized() : text()) + "\n")
  }

  /// Prints an object for programs only.
  func record(_ object: JSONValue) {
    if json { write(object.serialized() + "\n") }
  }

  /// Prints a line for people only.
  func text(_ line: @autoclosure () -> String) {
    if !json { write(line() + "\n") }
  }

  /// Prints a piece of text as it comes, for people only.
  func piece(_ text: String) {
    if !json { write(text) }
  }

  private func write(_ text: String) { StandardStream.output.write(text) }
}

/// Messages and progress, on standard error.
func note(_ message: String) { StandardStream.error.writeLine(message) }
