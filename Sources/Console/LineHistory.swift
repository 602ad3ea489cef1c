/// The lines that were entered, and a place among them while one looks back.
public struct LineHistory: Sendable, Equatable {
  /// The lines, the oldest first.
  public private(set) var lines: [String]
  /// How many are kept.
  public let limit: Int
  /// The line that is shown; nil for the draft below the newest.
  private var position: Int?
  private var draft = ""

  /// A history.
  public init(_ lines: [String] = [], limit: Int = 1000) {
    self.limit = limit
    self.lines = Array(lines.suffix(limit))
  }

  /// Adds a line, unless it is empty or the same as the one before; returns whether it did.
  @discardableResult
  public mutating func add(_ line: String) -> Bool {
    position = nil
    guard !line.allSatisfy(\.isWhitespace), line != lines.last else { return false }
    lines.append(line)
    if lines.count > limit { lines.removeFirst(lines.count - limit) }
    return true
  }

  /// Goes to an older line, or back to a newer one; nil where there is none.
  ///
  /// What is being written is kept as the newest.
  public mutating func go(older: Bool, from current: String) -> String? {
    if position == nil { draft = current }
    let next = (position ?? lines.count) + (older ? -1 : 1)
    guard next >= 0, next <= lines.count, position != nil || older else { return nil }
    position = next == lines.count ? nil : next
    return next == lines.count ? draft : lines[next]
  }

  /// Forgets where one was.
  public mutating func leave() { position = nil }
}
