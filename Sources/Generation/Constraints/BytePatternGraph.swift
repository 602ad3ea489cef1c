/// A regular language over bytes as a graph: states, edges of byte ranges, and edges that need no byte.
///
/// Thompson's construction (1968). It begins at `start`, and a text is whole at `end`.
struct BytePatternGraph: Sendable {
  struct Edge: Sendable {
    var bytes: ClosedRange<UInt8>
    var target: Int
  }

  /// A part with one entrance and one exit.
  struct Part {
    var start: Int, end: Int
  }

  /// The way that one character takes, over one edge or several.
  private struct Letter {
    var source: Int, target: Int
    var characters: [ClosedRange<UInt32>]
  }

  private(set) var edges: [[Edge]] = []
  private(set) var free: [[Int]] = []
  private var letters: [Letter] = []
  var start = 0, end = 0

  /// More states than this are refused: patterns that count far.
  static let largestCount = 200_000
  var isTooLarge: Bool { edges.count > Self.largestCount }

  mutating func addState() -> Int {
    edges.append([])
    free.append([])
    return edges.count - 1
  }

  mutating func connect(_ from: Int, _ to: Int) { free[from].append(to) }

  mutating func connect(_ from: Int, _ bytes: ClosedRange<UInt8>, _ to: Int) {
    edges[from].append(Edge(bytes: bytes, target: to))
  }

  /// With how few tokens a text can be ended from each state, where each is one character or one byte of a spelling;
  /// nil from where there is no way.
  ///
  /// A vocabulary may end it with fewer.
  func distances(_ spelling: Spelling) -> [Int?] {
    var before: [[(state: Int, cost: Int)]] = Array(repeating: [], count: edges.count)
    for state in edges.indices {
      for edge in edges[state] where spelling.hasByte(in: edge.bytes) { before[edge.target].append((state, 1)) }
      for target in free[state] { before[target].append((state, 0)) }
    }
    for letter in letters where letter.characters.contains(where: { spelling.hasCharacter(in: $0) }) {
      before[letter.target].append((letter.source, 1))
    }
    var result = [Int?](repeating: nil, count: edges.count)
    var level = [end], distance = 0
    while !level.isEmpty {
      var next: [Int] = []
      while let state = level.popLast() {
        guard result[state] == nil else { continue }
        result[state] = distance
        for (source, cost) in before[state] where result[source] == nil {
          if cost == 0 { level.append(source) } else { next.append(source) }
        }
      }
      level = next
      distance += 1
    }
    return result
  }
}

extension BytePatternGraph {
  /// A part that takes some bytes, one after the other.
  mutating func text(_ bytes: some Sequence<UInt8>) -> Part {
    let start = addState()
    var end = start
    for byte in bytes {
      let next = addState()
      connect(end, byte...byte, next)
      end = next
    }
    return Part(start: start, end: end)
  }

  /// A part that takes one of several.
  mutating func choice(_ parts: [Part]) -> Part {
    guard parts.count != 1 else { return parts[0] }
    let all = Part(start: addState(), end: addState())
    for part in parts {
      connect(all.start, part.start)
      connect(part.end, all.end)
    }
    return all
  }

  /// A part that takes one character of some ranges, as UTF-8.
  mutating func characters(_ ranges: [ClosedRange<UInt32>]) -> Part {
    let part = Part(start: addState(), end: addState())
    letters.append(Letter(source: part.start, target: part.end, characters: ranges))
    for range in ranges {
      // Surrogates are no characters.
      for piece in [range.clamped(to: 0...0xD7FF), range.clamped(to: 0xE000...0x10FFFF)]
      where range.overlaps(piece) {
        for sequence in Self.sequences(piece) {
          var state = part.start
          for (index, bytes) in sequence.enumerated() {
            let next = index == sequence.count - 1 ? part.end : addState()
            connect(state, bytes, next)
            state = next
          }
        }
      }
    }
    return part
  }

  /// The UTF-8 of a range of characters as sequences of byte ranges.
  private static func sequences(_ range: ClosedRange<UInt32>) -> [[ClosedRange<UInt8>]] {
    let (low, high) = (range.lowerBound, range.upperBound)
    for limit: UInt32 in [0x7F, 0x7FF, 0xFFFF] where low <= limit && high > limit {
      return sequences(low...limit) + sequences((limit + 1)...high)
    }
    if high <= 0x7F { return [[UInt8(low)...UInt8(high)]] }
    for shift: UInt32 in [6, 12, 18] {
      let mask: UInt32 = (1 << shift) - 1
      guard low & ~mask != high & ~mask else { continue }
      if low & mask != 0 { return sequences(low...(low | mask)) + sequences(((low | mask) + 1)...high) }
      if high & mask != mask { return sequences(low...((high & ~mask) - 1)) + sequences((high & ~mask)...high) }
    }
    return [zip(encoded(low), encoded(high)).map { $0...$1 }]
  }

  private static func encoded(_ scalar: UInt32) -> [UInt8] {
    let tail = { (shift: UInt32) in UInt8(0x80 | (scalar >> shift) & 0x3F) }
    return switch scalar {
    case ...0x7F: [UInt8(scalar)]
    case ...0x7FF: [UInt8(0xC0 | scalar >> 6), tail(0)]
    case ...0xFFFF: [UInt8(0xE0 | scalar >> 12), tail(6), tail(0)]
    default: [UInt8(0xF0 | scalar >> 18), tail(12), tail(6), tail(0)]
    }
  }
}
