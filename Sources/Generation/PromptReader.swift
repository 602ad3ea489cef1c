/// Parts prompts into the passes in which they are read: memory stays bounded, an interruption is noticed between
/// two passes, and how one prompt is parted does not depend on the others.
struct PromptReader {
  /// How many tokens of a prompt are read at once.
  static let chunk = 256
  /// How many tokens a pass may have in all, if it has more than one prompt.
  static let pass = 1024

  /// The prompts, by the number of their text.
  private var remaining: [(sequence: Int, tokens: ArraySlice<Int32>)]

  init(_ prompts: [(sequence: Int, tokens: [Int32])]) {
    remaining = prompts.map { ($0.sequence, $0.tokens[...]) }
  }

  /// The next pass, and which of its parts end their prompts; nil when everything was read.
  mutating func next() -> (parts: [(sequence: Int, tokens: [Int32])], complete: [Bool])? {
    guard !remaining.isEmpty else { return nil }
    var parts: [(sequence: Int, tokens: [Int32])] = []
    var complete: [Bool] = []
    var count = 0
    for index in remaining.indices {
      let part = Array(remaining[index].tokens.prefix(Self.chunk))
      guard parts.isEmpty || count + part.count <= Self.pass else { break }
      count += part.count
      remaining[index].tokens = remaining[index].tokens.dropFirst(Self.chunk)
      parts.append((remaining[index].sequence, part))
      complete.append(remaining[index].tokens.isEmpty)
    }
    remaining.removeAll { $0.tokens.isEmpty }
    return (parts, complete)
  }
}
