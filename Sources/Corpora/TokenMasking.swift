import Tensors

/// What masking must know about a vocabulary.
public struct MaskingVocabulary: Sendable {
  /// The token that stands for a hidden one.
  public let mask: Int32
  /// Which tokens are symbols, never hidden and never put in another's place.
  public let isSpecial: [Bool]
  /// Which tokens begin a word; empty where words are not wanted.
  public let beginsWord: [Bool]

  private let ordinary: [Int32]

  /// The facts, one entry a token in `isSpecial`, and in `beginsWord` unless that is empty.
  public init(mask: Int32, isSpecial: [Bool], beginsWord: [Bool] = []) {
    precondition(beginsWord.isEmpty || beginsWord.count == isSpecial.count, "both lists have an entry a token")
    self.mask = mask
    self.isSpecial = isSpecial
    self.beginsWord = beginsWord
    self.ordinary = isSpecial.indices.filter { !isSpecial[$0] }.map(Int32.init)
  }

  /// A token drawn evenly from those that are not symbols.
  func randomToken(_ generator: inout RandomGenerator) -> Int32 {
    ordinary.randomElement(using: &generator) ?? mask
  }
}

/// How many tokens are hidden from a masked model, and how.
public struct TokenMasking: Sendable, Equatable {
  /// The share of tokens that must be predicted.
  public var share = 0.15
  /// Of these, the share that becomes the mask token.
  public var masked = 0.8
  /// Of these, the share that becomes a random token; the rest stays as it is.
  public var random = 0.1
  /// Whether whole words are hidden.
  public var wholeWords = false

  /// The usual 15 %, of which 80 % masked, 10 % random, 10 % as they are.
  public init(share: Double = 0.15, masked: Double = 0.8, random: Double = 0.1, wholeWords: Bool = false) {
    self.share = share
    self.masked = masked
    self.random = random
    self.wholeWords = wholeWords
  }

  /// Hides tokens of the rows from `row` on, and appends them to the targets in the order of their rows.
  ///
  /// The number of hidden tokens is rounded up or down at random, so that its mean is exact, and is at least one
  /// where there is a token that may be hidden.
  func hide(
    from row: Int, in batch: inout LanguageBatch, _ vocabulary: MaskingVocabulary, _ randomness: Randomness
  ) {
    var generator = randomness.generator
    var units = maskableUnits(from: row, in: batch.batch.tokens, vocabulary)
    let maskable = units.reduce(0) { $0 + $1.count }
    guard maskable > 0 else { return }
    let wanted = max(1, Int(Double(maskable) * share + generator.uniform()))
    var chosen: [Int] = []
    chosen.reserveCapacity(wanted)
    var taken = 0
    while chosen.count < wanted, taken < units.count {
      units.swapAt(taken, Int.random(in: taken..<units.count, using: &generator))
      chosen.append(contentsOf: units[taken])
      taken += 1
    }
    chosen.sort()
    for position in chosen {
      batch.targets.rows.append(Int32(position))
      batch.targets.tokens.append(batch.batch.tokens[position])
      let draw = generator.uniform()
      if draw < masked {
        batch.batch.tokens[position] = vocabulary.mask
      } else if draw < masked + random {
        batch.batch.tokens[position] = vocabulary.randomToken(&generator)
      }
    }
  }

  /// The rows that are hidden together: single tokens, or the pieces of a word.
  private func maskableUnits(from row: Int, in tokens: [Int32], _ vocabulary: MaskingVocabulary) -> [Range<Int>] {
    var units: [Range<Int>] = []
    units.reserveCapacity(tokens.count - row)
    let joins = wholeWords && !vocabulary.beginsWord.isEmpty
    for position in row..<tokens.count {
      let token = Int(tokens[position])
      guard !vocabulary.isSpecial[token] else { continue }
      if joins, !vocabulary.beginsWord[token], let last = units.last, last.upperBound == position {
        units[units.count - 1] = last.lowerBound..<position + 1
      } else {
        units.append(position..<position + 1)
      }
    }
    return units
  }
}
