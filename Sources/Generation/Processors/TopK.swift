/// Forbids all but the `count` likeliest tokens; those level with the last of them stay, too.
public struct TopK: LogitsProcessor {
  /// How many stay.
  public var count: Int

  /// A count.
  public init(count: Int) { self.count = count }

  /// Forbids every token below the `count`-th.
  public func process(_ logits: inout [Float], after history: TokenHistory) {
    guard count > 0, count < logits.count else { return }
    // The smallest of the largest so far is at the front of the heap: most tokens are dismissed by one comparison.
    var largest = BinaryHeap<Float>(logits[..<count], precedes: <)
    var threshold = largest.first ?? -.infinity
    logits.withUnsafeMutableBufferPointer { logits in
      for value in logits[count...] where value > threshold {
        largest.replaceFirst(by: value)
        threshold = largest.first ?? -.infinity
      }
      for index in logits.indices { logits[index] = logits[index] < threshold ? -.infinity : logits[index] }
    }
  }
}
