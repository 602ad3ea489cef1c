import Tokenization

/// A pattern that a tokenizer's pieces walk along: which tokens can come next, and how far it is to the end.
///
/// States of the pattern are made when they are reached first; for each the whole vocabulary is walked once and
/// remembered. One object serves one text.
final class ConstraintState {
  private let graph: BytePatternGraph
  private let distances: [Int?]
  /// What each token says after other text; nil for those that say nothing.
  private let bytes: [[UInt8]?]
  /// The sets of graph states that make a state here, by number.
  private var sets: [[Int]] = []
  private var numbers: [[Int]: Int] = [:]
  /// The state behind each byte: `unknown` until it is asked for, `dead` where there is none.
  private var steps: [[Int32]] = []
  /// The state behind each token.
  private var targets: [Int: [Int32]] = [:]
  private var current = 0
  private var isAtBeginning: Bool

  private static let unknown: Int32 = -2, dead: Int32 = -1
  private static let mostRemembered = 128

  /// The beginning of a text.
  ///
  /// - Parameter dropsFirstSpace: whether the tokenizer drops a space before the first word, as nothing stands before it.
  init(
    _ constraint: TextConstraint, tokenizer: Tokenizer, vocabularySize: Int, dropsFirstSpace: Bool
  ) throws(GenerationFailure) {
    graph = try PatternParser.graph(of: constraint.pattern)
    distances = graph.distances()
    bytes = (0..<vocabularySize).map { tokenizer.continuationBytes(of: Int32($0)) }
    isAtBeginning = dropsFirstSpace
    current = number(of: [graph.start]) ?? 0
  }

  /// The bytes that are at least missing to a whole text; 0 where it is one.
  var distance: Int { distance(current) }

  /// Whether nothing can follow.
  var isComplete: Bool { distance == 0 && (0..<256).allSatisfy { step(current, UInt8($0)) == Self.dead } }

  /// Forbids every token that leads off the pattern, or too far from its end.
  ///
  /// - Parameter remaining: how many tokens may still come, this one among them. A byte costs at most a token.
  func mask(_ scores: inout [Float], remaining: Int) {
    let targets = targetsOfTokens()
    for token in scores.indices {
      let target = token < targets.count ? targets[token] : Self.dead
      if target == Self.dead || distance(Int(target)) > remaining - 1 { scores[token] = -.infinity }
    }
  }

  /// Goes on by a token that was allowed.
  func follow(_ token: Int32) {
    let target = targetsOfTokens()[Int(token)]
    if target >= 0 { current = Int(target) }
    isAtBeginning = false
  }

  private func distance(_ state: Int) -> Int { sets[state].reduce(Int.max) { min($0, distances[$1] ?? .max) } }

  private func targetsOfTokens() -> [Int32] {
    let key = isAtBeginning ? -1 : current
    if let known = targets[key] { return known }
    let found = bytes.map { bytes -> Int32 in
      guard var rest = bytes?[...], !rest.isEmpty else { return Self.dead }
      if isAtBeginning, rest.first == UInt8(ascii: " ") { rest = rest.dropFirst() }
      var state = Int32(current)
      for byte in rest {
        state = step(Int(state), byte)
        if state == Self.dead { break }
      }
      return state
    }
    if targets.count >= Self.mostRemembered { targets.removeAll(keepingCapacity: true) }
    targets[key] = found
    return found
  }

  private func step(_ state: Int, _ byte: UInt8) -> Int32 {
    let known = steps[state][Int(byte)]
    if known != Self.unknown { return known }
    var reached: [Int] = []
    for member in sets[state] {
      for edge in graph.edges[member] where edge.bytes.contains(byte) { reached.append(edge.target) }
    }
    let result = number(of: reached).map { Int32($0) } ?? Self.dead
    steps[state][Int(byte)] = result
    return result
  }

  /// The number of the state that some graph states and all that are free from there make; nil for none that lead to the
  /// end.
  private func number(of states: [Int]) -> Int? {
    var seen = Set<Int>()
    var stack = states.filter { distances[$0] != nil }
    while let state = stack.popLast() {
      guard seen.insert(state).inserted else { continue }
      for target in graph.free[state] where distances[target] != nil { stack.append(target) }
    }
    guard !seen.isEmpty else { return nil }
    let set = seen.sorted()
    if let number = numbers[set] { return number }
    numbers[set] = sets.count
    sets.append(set)
    steps.append([Int32](repeating: Self.unknown, count: 256))
    return sets.count - 1
  }
}
