import Tokenization

/// A token that could come next.
public struct NextToken: Sendable, Hashable {
  /// Its identifier.
  public var token: Int32
  /// The piece as the vocabulary has it, `▁` for a space.
  public var piece: String
  /// How likely it is, from 0 to 1.
  public var probability: Double
}

extension TextGenerator {
  /// The likeliest tokens after a prompt, likeliest first, with the probabilities that the model gives them before any
  /// setting changes them.
  public func nextTokens(after prompt: Prompt, count: Int = 10) throws -> [NextToken] {
    let tokens = try tokens(of: prompt)
    guard tokens.count <= contextLength else {
      throw GenerationFailure.promptTooLong(tokens: tokens.count, context: contextLength)
    }
    let memory = try scorer.makeMemory(sequences: 1, capacity: tokens.count)
    var reader = PromptReader([(0, tokens)])
    while let (parts, _) = reader.next() { try memory.extend(parts) }
    var scores: [Float] = []
    memory.copyScores(of: 0, to: &scores)
    guard scores.allSatisfy(\.isFinite), let distribution = Distribution(scores) else {
      throw GenerationFailure.notFinite(token: tokens.count)
    }
    var order = BinaryHeap(scores.indices) { [scores] in
      scores[$0] > scores[$1] || (scores[$0] == scores[$1] && $0 < $1)
    }
    var best: [NextToken] = []
    while best.count < count, let index = order.removeFirst() {
      best.append(
        NextToken(
          token: Int32(index), piece: tokenizer.piece(Int32(index)),
          probability: distribution.probability(scores[index])))
    }
    return best
  }
}
