import Tensors

/// Makes tokens that would go on with a repetition less likely, the more the longer it is already: "don't repeat
/// yourself", DRY (p-e-w 2024).
///
/// A token that followed an earlier run equal to the newest `length` tokens loses multiplier · base^(length - allowed),
/// for the longest such run, where it is at least `allowedLength` long.
public struct RepetitionGrowth: LogitsProcessor {
  /// What the penalty is a multiple of.
  public var multiplier: Float
  /// Its growth.
  public var base: Float
  /// The shortest repetition that counts.
  public var allowedLength: Int
  /// Tokens that no repetition reaches over.
  public var breakers: Set<Int32>

  /// Runs are compared so far: by then the penalty decides anyway.
  static let longest = 50

  /// A rule about repetitions.
  public init(multiplier: Float, base: Float, allowedLength: Int, breakers: Set<Int32>) {
    (self.multiplier, self.base, self.allowedLength, self.breakers) = (multiplier, base, allowedLength, breakers)
  }

  /// Looks for the newest token in all that came before it.
  public func process(_ logits: inout [Float], after history: TokenHistory) {
    let tokens = history.tokens
    guard let last = tokens.last, !breakers.contains(last) else { return }
    var lengths: [Int32: Int] = [:]
    for place in 0..<(tokens.count - 1) where tokens[place] == last {
      let next = tokens[place + 1]
      guard !breakers.contains(next) else { continue }
      var length = 1
      while length < Self.longest, length <= place {
        let token = tokens[tokens.count - 1 - length]
        guard tokens[place - length] == token, !breakers.contains(token) else { break }
        length += 1
      }
      lengths[next] = max(lengths[next] ?? 0, length)
    }
    for (token, length) in lengths where length >= allowedLength && logits.indices.contains(Int(token)) {
      logits[Int(token)] -= multiplier * Float(exponential(Double(length - allowedLength) * logarithm(Double(base))))
    }
  }
}
