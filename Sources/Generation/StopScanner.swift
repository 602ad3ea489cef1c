/// Finds the first stop string in a text that comes in parts, and holds back what may be the beginning of one.
package struct StopScanner: Sendable {
  private let stops: [[UInt8]]
  /// What was received and is not certain yet.
  private var held: [UInt8] = []
  /// Whether a stop string came.
  ///
  /// What follows it is dropped.
  package private(set) var isStopped = false

  /// A scanner for some strings; with none everything passes.
  package init(_ stopStrings: [String]) { stops = stopStrings.map { Array($0.utf8) } }

  /// Takes the next part, of whole characters, and returns what is certain not to belong to a stop string.
  package mutating func append(_ text: String) -> String {
    guard !isStopped else { return "" }
    guard !stops.isEmpty else { return text }
    held += text.utf8
    if let start = firstStop() {
      isStopped = true
      return release(start)
    }
    return release(held.count - longestBeginning())
  }

  /// Returns what was held back: no stop string came of it.
  package mutating func flush() -> String { isStopped ? "" : release(held.count) }

  private mutating func release(_ count: Int) -> String {
    // Cuts fall between characters: a stop string begins with a character's first byte.
    let text = String(decoding: held[..<count], as: UTF8.self)
    held.removeFirst(count)
    return text
  }

  /// Where the first complete stop string begins.
  private func firstStop() -> Int? {
    held.indices.first { start in stops.contains { held[start...].starts(with: $0) } }
  }

  /// The length of the longest end of the text that is a beginning of a stop string.
  private func longestBeginning() -> Int {
    let longest = min(held.count, (stops.map(\.count).max() ?? 1) - 1)
    for length in stride(from: longest, to: 0, by: -1) {
      let end = held[(held.count - length)...]
      if stops.contains(where: { $0.count > length && $0.starts(with: end) }) { return length }
    }
    return 0
  }
}
