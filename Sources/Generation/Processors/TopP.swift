import Tensors

/// Forbids all but the likeliest tokens that together have at least a given probability (nucleus sampling, Holtzman and
/// others 2020).
///
/// The likeliest always stays.
public struct TopP: LogitsProcessor {
  /// The probability.
  public var probability: Float

  /// A probability.
  public init(probability: Float) { self.probability = probability }

  /// Goes down from the likeliest token until the probability is reached.
  public func process(_ logits: inout [Float], after history: TokenHistory) {
    guard let distribution = Distribution(logits) else { return }
    let needed = Double(probability) * distribution.total
    var candidates = BinaryHeap(
      logits.indices.filter { logits[$0] > -.infinity },
      precedes: { [logits] in logits[$0] > logits[$1] || (logits[$0] == logits[$1] && $0 < $1) })
    var kept: [(index: Int, value: Float)] = []
    var mass = 0.0
    while mass < needed || kept.isEmpty, let index = candidates.removeFirst() {
      kept.append((index, logits[index]))
      mass += distribution.weight(logits[index])
    }
    for index in logits.indices { logits[index] = -.infinity }
    for (index, value) in kept { logits[index] = value }
  }
}
