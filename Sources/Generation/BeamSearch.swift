import Tensors

/// Looks for the likeliest text on several ways at once, as transformers does: `num_beams`, `length_penalty`,
/// `early_stopping`.
///
/// A way's score is the sum of the logarithms of its tokens' probabilities, after the rules of the settings; finished
/// texts are compared by score / length^`length_penalty`.
struct BeamSearch {
  /// A way, and the text of the model's memory in which it is.
  private struct Beam {
    var tokens: [Int32]
    var score: Float
    var slot: Int
  }

  private struct Candidate {
    var beam: Int, token: Int32, score: Float
  }

  let settings: GenerationSettings
  let endTokens: [Int32]
  let pipeline: LogitsPipeline

  /// The new tokens of the best text; those found so far where it was interrupted.
  ///
  /// - Parameters:
  ///   - prompt: the tokens of the prompt.
  ///   - memory: room for `num_beams` texts.
  ///   - mostNew: how many tokens may come.
  func search(
    _ prompt: [Int32], _ memory: any ScorerMemory, mostNew: Int, isInterrupted: () -> Bool
  ) throws -> [Int32] {
    let count = settings.numBeams
    var scores: [Float] = []
    var reader = PromptReader([(0, prompt)])
    while let (parts, _) = reader.next() { try memory.extend(parts) }
    var beams = [Beam(tokens: [], score: 0, slot: 0)]
    var finished: [(tokens: [Int32], score: Float)] = []

    for length in 1...max(1, mostNew) {
      if isInterrupted() { break }
      var candidates: [Candidate] = []
      for index in beams.indices {
        memory.copyScores(of: index, to: &scores)
        guard let distribution = Distribution(scores) else {
          throw GenerationFailure.notFinite(token: prompt.count + length - 1)
        }
        let logTotal = logarithm(distribution.total)
        for token in scores.indices { scores[token] = Float(distribution.exponent(scores[token]) - logTotal) }
        pipeline.process(
          &scores, after: TokenHistory(tokens: prompt + beams[index].tokens, promptCount: prompt.count))
        for token in scores.indices where scores[token] > -.infinity {
          candidates.append(Candidate(beam: index, token: Int32(token), score: scores[token] + beams[index].score))
        }
      }
      guard !candidates.isEmpty else { throw GenerationFailure.nothingAllowed(token: prompt.count + length - 1) }
      let best = likeliest(candidates, max(2, 1 + endTokens.count) * count)

      var next: [Candidate] = []
      for (rank, candidate) in best.enumerated() {
        if endTokens.contains(candidate.token) || length == mostNew {
          guard rank < count else { continue }
          finished.append(
            (
              beams[candidate.beam].tokens + [candidate.token],
              candidate.score / power(Float(length), settings.lengthPenalty)
            ))
        } else if next.count < count {
          next.append(candidate)
        }
      }
      finished = Array(finished.sorted { $0.score > $1.score }.prefix(count))
      guard !next.isEmpty, length < mostNew else { break }
      if finished.count == count {
        let attainable = next[0].score / power(Float(length), settings.lengthPenalty)
        if settings.earlyStopping || (finished.last?.score ?? 0) >= attainable { break }
      }
      beams = follow(next, beams, memory)
      try memory.extend(beams.map { ($0.slot, [$0.tokens[$0.tokens.count - 1]]) })
    }
    return finished.first?.tokens ?? beams.first?.tokens ?? []
  }

  /// The best candidates, best first; of equal ones that of the earlier beam and the smaller token.
  private func likeliest(_ candidates: [Candidate], _ count: Int) -> [Candidate] {
    var heap = BinaryHeap(candidates) { one, other in
      one.score != other.score ? one.score > other.score : (one.beam, one.token) < (other.beam, other.token)
    }
    var best: [Candidate] = []
    while best.count < count, let candidate = heap.removeFirst() { best.append(candidate) }
    return best
  }

  /// The first way that goes on from a beam stays in its place; others are copied to places that are free.
  private func follow(_ next: [Candidate], _ beams: [Beam], _ memory: any ScorerMemory) -> [Beam] {
    let continued = Set(next.map { beams[$0.beam].slot })
    var free = (0..<settings.numBeams).filter { !continued.contains($0) }
    var taken = Set<Int>()
    return next.map { candidate in
      let parent = beams[candidate.beam]
      var slot = parent.slot
      if !taken.insert(parent.slot).inserted, let place = free.popLast() {
        memory.copy(parent.slot, to: place)
        slot = place
      }
      return Beam(tokens: parent.tokens + [candidate.token], score: candidate.score, slot: slot)
    }
  }

  private func power(_ length: Float, _ exponent: Float) -> Float {
    Float(exponential(Double(exponent) * logarithm(Double(length))))
  }
}
