/// Looks of text on a terminal.
public enum TextStyle: String, Sendable {
  /// Bold.
  case bold = "1"
  /// Faint.
  case dim = "2"
  /// Red.
  case red = "31"
  /// Green.
  case green = "32"
  /// Yellow.
  case yellow = "33"
  /// Blue.
  case blue = "34"
  /// Cyan.
  case cyan = "36"

  /// The text in this look, or as it is where colour is off.
  public func apply(_ text: String, if usesColor: Bool) -> String {
    usesColor && !text.isEmpty ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
  }
}
