import Tensors

/// GPT-2's and RoBERTa's tokenizer: words, whose bytes are merged pair by pair (Radford and others 2019).
struct ByteLevelTokenizer: TokenizerModel {
  /// Two pieces that become one.
  struct Pair: Hashable {
    var left: Int32
    var right: Int32
  }

  let vocabulary: Vocabulary
  let special: SpecialTokens
  let fileBytes: [UInt8]
  let symbols: SymbolFinder
  /// The rank of each merge, the best first, and what it makes.
  let merges: [Pair: (rank: Int, piece: Int32)]
  /// The piece of each byte; `dropped` for one that has none, where nothing stands for unknown ones.
  let bytePieces: [Int32]
  let addsSpace: Bool
  /// Whether a word that is a piece is not cut any further.
  let takesWholeWords: Bool

  static let dropped: Int32 = -1

  let decoding = DecodingRules.byteLevel

  func encode(_ text: UnsafeRawBufferPointer, to identifiers: inout [Int32]) {
    encode(text, addsSpace: addsSpace, dropout: nil, to: &identifiers)
  }

  func encodeContinuation(_ text: UnsafeRawBufferPointer, to identifiers: inout [Int32]) {
    encode(text, addsSpace: false, dropout: nil, to: &identifiers)
  }

  let samples = true

  func sample(_ text: [UInt8], alpha: Float, using random: inout RandomGenerator) -> [Int32] {
    sample(text, addsSpace: addsSpace, alpha: alpha, using: &random)
  }

  /// Pieces whose bytes are not UTF-8, since a character is parted at one of their ends, stay as they are.
  func resample(_ pieces: ArraySlice<Int32>, alpha: Float, using random: inout RandomGenerator) -> [Int32] {
    var bytes: [UInt8] = []
    for piece in pieces {
      for scalar in vocabulary.pieces[Int(piece)].text.unicodeScalars {
        guard let byte = ByteAlphabet.byte(of: scalar) else { return Array(pieces) }
        bytes.append(byte)
      }
    }
    guard String(validating: bytes, as: UTF8.self) != nil else { return Array(pieces) }
    return sample(bytes, addsSpace: false, alpha: alpha, using: &random)
  }

  private func sample(
    _ text: [UInt8], addsSpace: Bool, alpha: Float, using random: inout RandomGenerator
  ) -> [Int32] {
    var identifiers: [Int32] = []
    var generator = random
    text.withUnsafeBytes { text in
      encode(
        text, addsSpace: addsSpace, dropout: { alpha > 0 && Float(generator.uniform()) < alpha }, to: &identifiers)
    }
    random = generator
    return identifiers
  }

  func tokenizerJSON(_ template: SequenceTemplate) -> [UInt8] { fileBytes }

  private func encode(
    _ text: UnsafeRawBufferPointer, addsSpace: Bool, dropout: (() -> Bool)?, to identifiers: inout [Int32]
  ) {
    symbols.forEachPart(of: text) { part in
      switch part {
      case .symbol(let identifier):
        identifiers.append(identifier)
      case .text(let text):
        var scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
        if addsSpace, let first = scalars.first, first != " " { scalars.insert(" ", at: 0) }
        ByteLevelWords.forEachWord(in: scalars) { word in
          append(Array(String(String.UnicodeScalarView(word)).utf8), dropout, to: &identifiers)
        }
      }
    }
  }

  /// A piece of a word, with the places of its neighbours; -1 for none.
  private struct Stretch {
    var piece: Int32
    var left: Int
    var right: Int
    var isGone = false
  }

  private struct Candidate: Comparable {
    var rank: Int
    var left: Int
    var right: Int
    var pair: Pair
    var piece: Int32

    /// The lowest rank comes first, and of equal ones the leftmost.
    static func < (one: Candidate, other: Candidate) -> Bool { (one.rank, one.left) > (other.rank, other.left) }
    static func == (one: Candidate, other: Candidate) -> Bool { (one.rank, one.left) == (other.rank, other.left) }
  }

  private func append(_ word: [UInt8], _ dropout: (() -> Bool)?, to identifiers: inout [Int32]) {
    if takesWholeWords, dropout == nil {
      var spelled = String.UnicodeScalarView()
      for byte in word { spelled.append(ByteAlphabet.characters[Int(byte)]) }
      if let identifier = vocabulary.identifier(of: String(spelled).utf8) { return identifiers.append(identifier) }
    }
    let pieces = word.lazy.map { bytePieces[Int($0)] }.filter { $0 != Self.dropped }
    var stretches = pieces.enumerated().map { Stretch(piece: $1, left: $0 - 1, right: $0 + 1) }
    if let last = stretches.indices.last { stretches[last].right = -1 }
    var candidates = Heap<Candidate>()
    func push(_ left: Int, _ right: Int) {
      guard left >= 0, right >= 0 else { return }
      let pair = Pair(left: stretches[left].piece, right: stretches[right].piece)
      guard let merge = merges[pair] else { return }
      candidates.insert(Candidate(rank: merge.rank, left: left, right: right, pair: pair, piece: merge.piece))
    }
    for index in stretches.indices.dropFirst() { push(index - 1, index) }
    while let candidate = candidates.popLargest() {
      let (left, right) = (candidate.left, candidate.right)
      guard !stretches[left].isGone, !stretches[right].isGone, stretches[left].right == right,
        Pair(left: stretches[left].piece, right: stretches[right].piece) == candidate.pair, dropout?() != true
      else { continue }
      stretches[left].piece = candidate.piece
      stretches[left].right = stretches[right].right
      stretches[right].isGone = true
      if stretches[left].right >= 0 { stretches[stretches[left].right].left = left }
      push(stretches[left].left, left)
      push(left, stretches[left].right)
    }
    for stretch in stretches where !stretch.isGone { identifiers.append(stretch.piece) }
  }
}
