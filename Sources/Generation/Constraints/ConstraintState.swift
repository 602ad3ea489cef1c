/// A pattern that a tokenizer's pieces walk along: which tokens can come next, and how far it is to the end.
///
/// A token is allowed where a way to the end of the pattern is left, in the tokens of the vocabulary and in the number of
/// them that may still come; so each beginning that is allowed can be ended.
/// States of the pattern are made when they are reached first; for each the whole vocabulary is walked once and
/// remembered. One object serves one text.
final class ConstraintState {
  private let graph: BytePatternGraph
  /// With how few tokens a text can be ended from each state of the graph; nil from where it cannot.
  private let distances: [Int?]
  /// Whether bytes lead from each state to the end; in the middle of a character no token may begin, but some end one.
  private let isAlive: [Bool]
  /// What each token says after other text; nil for those that say nothing.
  private let bytes: [[UInt8]?]
  /// The sets of graph states that make a state here, by number.
  private var sets: [[Int]] = []
  /// The least of the distances of each.
  private var setDistances: [Int] = []
  private var numbers: [[Int]: Int] = [:]
  /// The state behind each byte: `unknown` until it is asked for, `dead` where there is none.
  private var steps: [[Int32]] = []
  /// The state behind each token.
  private var targets: [Int: [Int32]] = [:]
  private var current = 0
  private var firstBytes: [[UInt8]?]?

  private static let unknown: Int32 = -2, dead: Int32 = -1
  private static let mostRemembered = 128

  /// The beginning of a text.
  ///
  /// - Parameters:
  ///   - bytes: what each token says after other text; nil for those that say nothing, or end the text.
  ///   - firstBytes: what each says as the first of the text; nil where that is the same.
  init(_ constraint: TextConstraint, bytes: [[UInt8]?], firstBytes: [[UInt8]?]?) throws(GenerationFailure) {
    graph = try constraint.graph
    (self.bytes, self.firstBytes) = (bytes, firstBytes)
    distances = graph.distances(Spelling(bytes))
    isAlive = graph.distances(.all).map { $0 != nil }
    guard let start = number(of: [graph.start]), distance(start) < .max else { throw .constraintCannotGoOn(token: 0) }
    current = start
  }

  /// With how few tokens the text can be ended; 0 where it is whole.
  var distance: Int { distance(current) }

  /// Whether the text is whole, and nothing can follow.
  ///
  /// - Parameter remaining: how many tokens may still come.
  func isComplete(remaining: Int) -> Bool {
    distance == 0 && !targetsOfTokens().contains { isAllowed($0, remaining: remaining) }
  }

  private func isAllowed(_ target: Int32, remaining: Int) -> Bool {
    target != Self.dead && distance(Int(target)) < remaining
  }

  /// Forbids every token that leads off the pattern, or too far from its end.
  ///
  /// - Parameter remaining: how many tokens may still come, this one among them.
  func mask(_ scores: inout [Float], remaining: Int) {
    let targets = targetsOfTokens()
    for token in scores.indices {
      if token >= targets.count || !isAllowed(targets[token], remaining: remaining) { scores[token] = -.infinity }
    }
  }

  /// Goes on by a token that was allowed.
  func follow(_ token: Int32) {
    let target = targetsOfTokens()[Int(token)]
    if target >= 0 { current = Int(target) }
    firstBytes = nil
  }

  private func distance(_ state: Int) -> Int { setDistances[state] }

  private func targetsOfTokens() -> [Int32] {
    let key = firstBytes == nil ? current : -1
    if let known = targets[key] { return known }
    let found = (firstBytes ?? bytes).map { bytes -> Int32 in
      guard let bytes, !bytes.isEmpty else { return Self.dead }
      var state = Int32(current)
      for byte in bytes {
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
    var stack = states.filter { isAlive[$0] }
    while let state = stack.popLast() {
      guard seen.insert(state).inserted else { continue }
      for target in graph.free[state] where isAlive[target] { stack.append(target) }
    }
    guard !seen.isEmpty else { return nil }
    let set = seen.sorted()
    if let number = numbers[set] { return number }
    numbers[set] = sets.count
    sets.append(set)
    setDistances.append(set.reduce(Int.max) { min($0, distances[$1] ?? .max) })
    steps.append([Int32](repeating: Self.unknown, count: 256))
    return sets.count - 1
  }
}
