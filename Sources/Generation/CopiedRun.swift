import Corpora

/// The longest run of a text that stands in a corpus, too: how much of it was learned by heart.
///
/// The text becomes a suffix automaton (Blumer and others 1985), through which the corpus is read once, whatever its
/// length.
public struct CopiedRun: Sendable, Hashable {
  /// The run.
  public var text: String
  /// Its length in bytes, and the text's.
  public var bytes: Int, bytesOfText: Int

  /// The share of the text that it is.
  public var share: Double { bytesOfText == 0 ? 0 : Double(bytes) / Double(bytesOfText) }

  /// Looks for the longest run of `text` in a corpus.
  public static func longest(of text: String, in source: TextSource) throws -> CopiedRun {
    var automaton = SuffixAutomaton(Array(text.utf8))
    _ = try source.forEachPart { part in
      automaton.read(part.utf8)
      if part.ends { automaton.forget() }
    }
    return CopiedRun(
      text: String(decoding: automaton.longestRun, as: UTF8.self), bytes: automaton.longestRun.count,
      bytesOfText: text.utf8.count)
  }
}

/// All runs of a text as the paths of a graph.
package struct SuffixAutomaton {
  private struct State {
    var next: [UInt8: Int] = [:]
    var link = -1
    var length = 0
    /// Where the first of its runs ends in the text.
    var end = 0
  }

  private let text: [UInt8]
  private var states = [State()]
  private var state = 0, length = 0
  private var best = 0..<0

  package init(_ text: [UInt8]) {
    self.text = text
    var last = 0
    for (index, byte) in text.enumerated() { last = append(byte, index, after: last) }
  }

  /// The longest run of the text that was read until now.
  package var longestRun: ArraySlice<UInt8> { text[best] }

  /// What comes next does not follow what was read.
  package mutating func forget() { (state, length) = (0, 0) }

  /// Reads a part of another text.
  package mutating func read(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      while state != 0, states[state].next[byte] == nil {
        state = states[state].link
        length = states[state].length
      }
      guard let next = states[state].next[byte] else { continue }
      (state, length) = (next, length + 1)
      if length > best.count { best = (states[next].end + 1 - length)..<(states[next].end + 1) }
    }
  }

  private mutating func append(_ byte: UInt8, _ index: Int, after last: Int) -> Int {
    let new = states.count
    states.append(State(length: states[last].length + 1, end: index))
    var place = last
    while place != -1, states[place].next[byte] == nil {
      states[place].next[byte] = new
      place = states[place].link
    }
    guard place != -1, let next = states[place].next[byte] else {
      states[new].link = 0
      return new
    }
    if states[next].length == states[place].length + 1 {
      states[new].link = next
      return new
    }
    let copy = states.count
    var state = states[next]
    state.length = states[place].length + 1
    states.append(state)
    while place != -1, states[place].next[byte] == next {
      states[place].next[byte] = copy
      place = states[place].link
    }
    states[next].link = copy
    states[new].link = copy
    return new
  }
}
