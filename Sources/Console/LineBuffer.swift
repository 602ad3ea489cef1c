/// A text that is edited, and the place in it where the next character goes: what keys do, with no terminal.
public struct LineBuffer: Sendable, Equatable {
  /// The characters.
  public private(set) var characters: [Character] = []
  /// How many characters are before the cursor.
  public private(set) var cursor = 0
  /// What was deleted last by the word or the line.
  private var clipping = ""

  /// An empty buffer.
  public init() {}

  /// A buffer with a text, the cursor at its end.
  public init(_ text: String) { replace(with: text) }

  /// The text.
  public var text: String { String(characters) }
  /// Whether there is no text.
  public var isEmpty: Bool { characters.isEmpty }
  /// The text before the cursor.
  public var textBeforeCursor: String { String(characters[..<cursor]) }

  /// Puts another text in the place of all, the cursor at its end.
  public mutating func replace(with text: String) {
    characters = Array(text)
    cursor = characters.count
  }

  /// Puts a text before the cursor.
  ///
  /// A combining mark joins the character before it.
  public mutating func insert(_ text: String) {
    let before = String(characters[..<cursor]) + text
    let after = String(characters[cursor...])
    characters = Array(before + after)
    cursor = min(before.count, characters.count)
  }

  /// Does what a key does to the text; returns false if the key has another meaning.
  public mutating func apply(_ key: Key) -> Bool {
    switch key {
    case .text(let text), .paste(let text): insert(text)
    case .backspace: delete(max(0, cursor - 1)..<cursor)
    case .delete: delete(cursor..<min(cursor + 1, characters.count))
    case .left: cursor = max(0, cursor - 1)
    case .right: cursor = min(characters.count, cursor + 1)
    case .home: cursor = lineStart
    case .end: cursor = lineEnd
    case .wordLeft: cursor = wordStart
    case .wordRight: cursor = wordEnd
    case .deleteWord: clip(cursor..<wordEnd)
    case .deleteWordBackward: clip(wordStart..<cursor)
    case .deleteToEnd: clip(cursor..<(lineEnd == cursor ? min(cursor + 1, characters.count) : lineEnd))
    case .deleteToStart: clip(lineStart..<cursor)
    case .transpose: transpose()
    case .yank: insert(clipping)
    default: return false
    }
    return true
  }

  /// Moves the cursor to the line above or below, if the text has one there; returns whether it has.
  public mutating func moveLine(up: Bool) -> Bool {
    let column = cursor - lineStart
    if up {
      guard lineStart > 0 else { return false }
      cursor = lineStart - 1
      cursor = min(lineStart + column, cursor)
    } else {
      guard lineEnd < characters.count else { return false }
      cursor = lineEnd + 1
      cursor = min(cursor + column, lineEnd)
    }
    return true
  }

  private var lineStart: Int { (characters[..<cursor].lastIndex(of: "\n") ?? -1) + 1 }
  private var lineEnd: Int { characters[cursor...].firstIndex(of: "\n") ?? characters.count }

  private static func isWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_"
  }

  private var wordStart: Int {
    var index = cursor
    while index > 0, !Self.isWord(characters[index - 1]) { index -= 1 }
    while index > 0, Self.isWord(characters[index - 1]) { index -= 1 }
    return index
  }

  private var wordEnd: Int {
    var index = cursor
    while index < characters.count, !Self.isWord(characters[index]) { index += 1 }
    while index < characters.count, Self.isWord(characters[index]) { index += 1 }
    return index
  }

  private mutating func delete(_ range: Range<Int>) {
    characters.removeSubrange(range)
    cursor = range.lowerBound
  }

  private mutating func clip(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    clipping = String(characters[range])
    delete(range)
  }

  /// Swaps the characters around the cursor; at the end of the text, the last two.
  private mutating func transpose() {
    guard cursor > 0, characters.count > 1 else { return }
    if cursor == characters.count { cursor -= 1 }
    characters.swapAt(cursor - 1, cursor)
    cursor += 1
  }
}
