/// Rows of cells in aligned columns.
///
/// ```swift
/// var table = TextTable(["token", "probability"], alignments: [.left, .right])
/// table.add(["▁the", "12.5 %"])
/// print(table.text)
/// ```
public struct TextTable: Sendable {
  /// On which side a column is flush.
  public enum Alignment: Sendable {
    /// Text.
    case left
    /// Numbers.
    case right
  }

  private let header: [String]
  private let alignments: [Alignment]
  private var rows: [[String]] = []

  /// A table; an empty header is not shown.
  ///
  /// - Parameter alignments: of the columns; those that are not named are flush left.
  public init(_ header: [String], alignments: [Alignment] = []) {
    self.header = header
    self.alignments = alignments
  }

  /// Adds a row.
  ///
  /// Control characters are shown as such.
  public mutating func add(_ cells: [String]) {
    rows.append(cells.map { $0.map { DisplayWidth.visible($0) }.joined() })
  }

  /// The lines of the table.
  public var lines: [String] {
    let all = (header.allSatisfy(\.isEmpty) ? [] : [header]) + rows
    let columns = all.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      all.map { column < $0.count ? DisplayWidth.of($0[column]) : 0 }.max() ?? 0
    }
    return all.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - DisplayWidth.of(cell))
        let isRight = column < alignments.count && alignments[column] == .right
        line += (column > 0 ? "  " : "") + (isRight ? padding + cell : cell + padding)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// The table, without a newline at the end.
  public var text: String { lines.joined(separator: "\n") }
}
