/// How an edited text lies on a terminal: rows that fit its width, and where the cursor is among them.
public struct LineView: Sendable, Equatable {
  /// What each row shows.
  public private(set) var rows: [String]
  /// The row and the column of the cursor, from 0.
  public private(set) var cursorRow = 0, cursorColumn = 0

  /// Lays out a text behind a prompt.
  ///
  /// - Parameters:
  ///   - continuation: stands before every further line of the text.
  ///   - width: the columns of the terminal.
  ///   - height: its rows; of a longer text those around the cursor are shown.
  public init(prompt: String, continuation: String, buffer: LineBuffer, width: Int, height: Int = .max) {
    let width = max(width, 2)
    rows = [prompt]
    var column = DisplayWidth.of(prompt)
    for index in 0...buffer.characters.count {
      let character = index < buffer.characters.count ? buffer.characters[index] : nil
      let columns = character.map { $0 == "\n" ? 0 : DisplayWidth.of($0) } ?? 0
      // A character that does not fit goes to the next row; so does the cursor behind a full one.
      if column + columns > width || (column == width && character != "\n" && (character == nil || columns > 0)) {
        rows.append("")
        column = 0
      }
      if index == buffer.cursor { (cursorRow, cursorColumn) = (rows.count - 1, min(column, width - 1)) }
      guard let character else { break }
      if character == "\n" {
        rows.append(continuation)
        column = DisplayWidth.of(continuation)
      } else {
        rows[rows.count - 1] += DisplayWidth.visible(character)
        column += columns
      }
    }
    if rows.count > height, height > 0 {
      let first = min(max(0, cursorRow - height / 2), rows.count - height)
      rows = Array(rows[first..<first + height])
      cursorRow -= first
    }
  }

  /// What a terminal must be sent to show this, with the cursor now in row `previousRow` of what it shows already.
  public func drawing(over previousRow: Int) -> String {
    var output = previousRow > 0 ? "\u{1B}[\(previousRow)A" : ""
    output += "\r\u{1B}[J" + rows.joined(separator: "\r\n")
    let below = rows.count - 1 - cursorRow
    if below > 0 { output += "\u{1B}[\(below)A" }
    output += "\r"
    if cursorColumn > 0 { output += "\u{1B}[\(cursorColumn)C" }
    return output
  }

  /// What a terminal must be sent to go below all of it.
  public var leaving: String {
    let below = rows.count - 1 - cursorRow
    return (below > 0 ? "\u{1B}[\(below)B" : "") + "\r\n"
  }
}
