import Tensors

/// Cuts a text by the merges of a BPE model, each left out with some probability (BPE-dropout, Provilkov and others
/// 2020, arXiv:1910.13267).
///
/// Without dropout it gives what SentencePiece's own encoder gives.
struct MergeSampler {
  private let tokenizer: SentencePieceTokenizer

  init(_ tokenizer: SentencePieceTokenizer) { self.tokenizer = tokenizer }

  /// A stretch of the text that is one piece so far; its neighbours by index, -1 for none.
  private struct Stretch {
    var range: Range<Int>
    var left: Int
    var right: Int
    /// The identifier where it is a user-defined symbol, which never merges.
    var symbol: Int32?
  }

  /// Two neighbours that together are a piece.
  private struct Candidate: Comparable {
    var score: Float
    var left: Int
    var right: Int
    /// Where the pair begins and ends, to tell whether it is still there.
    var range: Range<Int>

    /// The best score comes first, and of equal ones the leftmost.
    static func < (one: Candidate, other: Candidate) -> Bool {
      one.score != other.score ? one.score < other.score : one.left > other.left
    }
  }

  func sample(_ text: NormalizedText, dropout: Float, using random: inout RandomGenerator) -> [Int32] {
    var stretches = split(text)
    var candidates = Heap<Candidate>()
    for index in stretches.indices.dropFirst() { push(index - 1, index, stretches, text.bytes, &candidates) }
    /// The parts of merged pieces that are in the vocabulary, but not to be used.
    var parts: [Range<Int>: Int] = [:]
    while let candidate = candidates.popLargest() {
      let (left, right) = (candidate.left, candidate.right)
      guard !stretches[left].range.isEmpty, !stretches[right].range.isEmpty,
        stretches[left].range.lowerBound == candidate.range.lowerBound,
        stretches[right].range.upperBound == candidate.range.upperBound,
        stretches[left].range.upperBound == stretches[right].range.lowerBound
      else { continue }
      if dropout > 0, Float(random.uniform()) < dropout { continue }
      if kind(of: text.bytes[candidate.range]) == .unused {
        parts[candidate.range] = stretches[left].range.upperBound
      }
      stretches[left].range = candidate.range
      stretches[left].right = stretches[right].right
      if stretches[right].right >= 0 { stretches[stretches[right].right].left = left }
      stretches[right].range = candidate.range.upperBound..<candidate.range.upperBound
      push(stretches[left].left, left, stretches, text.bytes, &candidates)
      push(left, stretches[left].right, stretches, text.bytes, &candidates)
    }
    var identifiers: [Int32] = []
    for stretch in stretches where !stretch.range.isEmpty {
      if let symbol = stretch.symbol {
        identifiers.append(symbol)
      } else {
        append(stretch.range, of: text.bytes, parts, to: &identifiers)
      }
    }
    return identifiers
  }

  private func split(_ text: NormalizedText) -> [Stretch] {
    var stretches: [Stretch] = []
    var symbols = text.symbols[...]
    var start = 0
    while start < text.bytes.count {
      let index = stretches.count
      if let symbol = symbols.first, symbol.range.lowerBound == start {
        symbols.removeFirst()
        stretches.append(
          Stretch(range: symbol.range, left: index - 1, right: index + 1, symbol: symbol.identifier))
        start = symbol.range.upperBound
      } else {
        let end = start + UnigramSampler.width(of: text.bytes[start], in: text.bytes.count - start)
        stretches.append(Stretch(range: start..<end, left: index - 1, right: index + 1))
        start = end
      }
    }
    if !stretches.isEmpty { stretches[stretches.count - 1].right = -1 }
    return stretches
  }

  private func push(
    _ left: Int, _ right: Int, _ stretches: [Stretch], _ bytes: [UInt8], _ candidates: inout Heap<Candidate>
  ) {
    guard left >= 0, right >= 0, stretches[left].symbol == nil, stretches[right].symbol == nil else { return }
    let range = stretches[left].range.lowerBound..<stretches[right].range.upperBound
    guard let identifier = tokenizer.vocabulary.identifier(of: bytes[range]) else { return }
    let piece = tokenizer.vocabulary.pieces[Int(identifier)]
    guard piece.kind.isText || piece.kind == .unused else { return }
    candidates.insert(Candidate(score: piece.score, left: left, right: right, range: range))
  }

  private func kind(of bytes: ArraySlice<UInt8>) -> PieceKind? {
    tokenizer.vocabulary.identifier(of: bytes).map { tokenizer.vocabulary.pieces[Int($0)].kind }
  }

  private func append(
    _ range: Range<Int>, of bytes: [UInt8], _ parts: [Range<Int>: Int], to identifiers: inout [Int32]
  ) {
    let identifier = tokenizer.vocabulary.identifier(of: bytes[range])
    switch identifier.map({ tokenizer.vocabulary.pieces[Int($0)].kind }) {
    case .normal, .userDefined:
      if let identifier { identifiers.append(identifier) }
    case .unused:
      guard let middle = parts[range] else {
        if let identifier { identifiers.append(identifier) }
        return
      }
      append(range.lowerBound..<middle, of: bytes, parts, to: &identifiers)
      append(middle..<range.upperBound, of: bytes, parts, to: &identifiers)
    default:
      tokenizer.appendUnknown(bytes[range], to: &identifiers)
    }
  }
}
