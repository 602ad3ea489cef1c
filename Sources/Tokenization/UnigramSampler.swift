import Tensors

/// Draws a segmentation of a text from a unigram model by forward filtering and backward sampling (Kudo 2018,
/// arXiv:1804.10959).
struct UnigramSampler {
  private let tokenizer: SentencePieceTokenizer
  /// The score of a character without a piece: ten below the worst piece, as in SentencePiece.
  private let unknownScore: Double

  init(_ tokenizer: SentencePieceTokenizer) {
    self.tokenizer = tokenizer
    let worst = tokenizer.vocabulary.pieces.lazy.filter { $0.kind == .normal }.map(\.score).min() ?? 0
    unknownScore = Double(worst) - 10
  }

  /// A way over the text: a piece, or a character that has none (nil), that begins at `start`.
  private struct Arc {
    var start: Int
    var identifier: Int32?
    var score: Double
  }

  func sample(_ text: NormalizedText, alpha: Float, using random: inout RandomGenerator) -> [Int32] {
    var identifiers: [Int32] = []
    var start = 0
    for symbol in text.symbols {
      appendSample(of: text.bytes[start..<symbol.range.lowerBound], alpha, to: &identifiers, &random)
      identifiers.append(symbol.identifier)
      start = symbol.range.upperBound
    }
    appendSample(of: text.bytes[start...], alpha, to: &identifiers, &random)
    return identifiers
  }

  /// Between two symbols the lattice stands alone.
  private func appendSample(
    of text: ArraySlice<UInt8>, _ alpha: Float, to identifiers: inout [Int32], _ random: inout RandomGenerator
  ) {
    let bytes = Array(text)
    guard !bytes.isEmpty else { return }
    let arcs = lattice(over: bytes)
    let alpha = Double(alpha)
    // total[e]: the logarithm of the sum over all ways to `e` of exp(alpha · score).
    var total = [Double](repeating: -.infinity, count: bytes.count + 1)
    total[0] = 0
    for end in 1...bytes.count where !arcs[end].isEmpty {
      let ways = arcs[end].map { total[$0.start] + alpha * $0.score }
      let best = ways.max() ?? -.infinity
      guard best > -.infinity else { continue }
      total[end] = best + logarithm(ways.reduce(0) { $0 + exponential($1 - best) })
    }
    var chosen: [(range: Range<Int>, identifier: Int32?)] = []
    var end = bytes.count
    while end > 0 {
      var left = random.uniform()
      var arc = arcs[end][0]
      for candidate in arcs[end] {
        let probability = exponential(total[candidate.start] + alpha * candidate.score - total[end])
        guard probability > 0 else { continue }
        arc = candidate
        left -= probability
        if left < 0 { break }
      }
      chosen.append((arc.start..<end, arc.identifier))
      end = arc.start
    }
    for (range, identifier) in chosen.reversed() {
      if let identifier {
        identifiers.append(identifier)
      } else {
        tokenizer.appendUnknown(bytes[range], to: &identifiers)
      }
    }
  }

  /// For each place the arcs that end there.
  private func lattice(over bytes: [UInt8]) -> [[Arc]] {
    var arcs = [[Arc]](repeating: [], count: bytes.count + 1)
    var start = 0
    while start < bytes.count {
      let width = Self.width(of: bytes[start], in: bytes.count - start)
      var hash = PieceHash()
      var hasCharacter = false
      for end in start + 1...min(start + max(tokenizer.vocabulary.longestPiece, width), bytes.count) {
        hash.add(bytes[end - 1])
        guard let identifier = tokenizer.vocabulary.identifier(of: bytes[start..<end], hash: hash) else { continue }
        let piece = tokenizer.vocabulary.pieces[Int(identifier)]
        guard piece.kind.isText else { continue }
        if end == start + width { hasCharacter = true }
        arcs[end].append(Arc(start: start, identifier: identifier, score: Double(piece.score)))
      }
      if !hasCharacter { arcs[start + width].append(Arc(start: start, identifier: nil, score: unknownScore)) }
      start += width
    }
    return arcs
  }

  /// The length of the character that begins with this byte; the text is valid UTF-8.
  static func width(of lead: UInt8, in limit: Int) -> Int {
    min(lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4, limit)
  }
}
