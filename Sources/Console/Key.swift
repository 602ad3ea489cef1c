/// What a person did on the keyboard.
public enum Key: Sendable, Hashable {
  /// Typed a text, usually of one character.
  case text(String)
  /// Pasted a text; its lines are parted by newlines.
  case paste(String)
  /// Enter.
  case enter
  /// Tab.
  case tab
  /// Backspace, or Ctrl-H.
  case backspace
  /// Delete; of Ctrl-D see `endOfInput`.
  case delete
  /// Left, or Ctrl-B.
  case left
  /// Right, or Ctrl-F.
  case right
  /// Up, or Ctrl-P.
  case up
  /// Down, or Ctrl-N.
  case down
  /// Home, or Ctrl-A.
  case home
  /// End, or Ctrl-E.
  case end
  /// Alt-B, or Ctrl-Left.
  case wordLeft
  /// Alt-F, or Ctrl-Right.
  case wordRight
  /// Alt-D.
  case deleteWord
  /// Ctrl-W, or Alt-Backspace.
  case deleteWordBackward
  /// Ctrl-K.
  case deleteToEnd
  /// Ctrl-U.
  case deleteToStart
  /// Ctrl-T.
  case transpose
  /// Ctrl-Y.
  case yank
  /// Ctrl-L.
  case clearScreen
  /// Ctrl-C.
  case interrupt
  /// Ctrl-D: the end on an empty line, otherwise delete.
  case endOfInput
  /// Ctrl-Z.
  case suspend
  /// A key that means nothing here.
  case unknown
}
