/// What a piece is for.
///
/// The numbers are those of SentencePiece's `ModelProto` and of GGUF.
public enum PieceKind: Int32, Sendable, Hashable, CaseIterable {
  /// Text.
  case normal = 1
  /// What stands for text that the vocabulary cannot write.
  case unknown = 2
  /// A mark that never comes out of a text: `<s>`, `</s>` …
  case control = 3
  /// A text that is always one token.
  case userDefined = 4
  /// In the vocabulary, but never used.
  case unused = 5
  /// One byte of a character that has no piece: `<0x0A>`.
  case byte = 6
}

/// An entry of a vocabulary.
public struct Piece: Sendable, Hashable {
  /// The text of the piece; SentencePiece writes a space as `▁`.
  public var text: String
  /// The score: a log-probability in a unigram model, the negative rank of the merge in a BPE model.
  public var score: Float
  /// What the piece is for.
  public var kind: PieceKind

  /// An entry of a vocabulary.
  public init(text: String, score: Float, kind: PieceKind) {
    self.text = text
    self.score = score
    self.kind = kind
  }
}

/// The pieces of a vocabulary in order of their identifiers, findable by their bytes.
struct Vocabulary: Sendable {
  /// The pieces; the identifier is the index.
  let pieces: [Piece]
  /// The bytes of all pieces, one behind the other; those of piece `i` begin at `starts[i]`.
  private let bytes: [UInt8]
  private let starts: [Int]
  /// A table with open addressing: identifier + 1, or 0 where there is nothing.
  ///
  /// Its size is a power of two.
  private let slots: [Int32]
  /// The longest piece in bytes.
  let longestPiece: Int

  init(_ pieces: [Piece]) {
    self.pieces = pieces
    var bytes: [UInt8] = []
    var starts = [0]
    starts.reserveCapacity(pieces.count + 1)
    for piece in pieces {
      bytes += piece.text.utf8
      starts.append(bytes.count)
    }
    var size = 16
    while size < pieces.count * 2 { size *= 2 }
    var slots = [Int32](repeating: 0, count: size)
    var longest = 0
    for identifier in pieces.indices {
      let range = starts[identifier]..<starts[identifier + 1]
      longest = max(longest, range.count)
      var slot = Self.hash(bytes[range]).slot(in: size)
      while slots[slot] != 0 { slot = (slot + 1) & (size - 1) }
      slots[slot] = Int32(identifier) + 1
    }
    self.bytes = bytes
    self.starts = starts
    self.slots = slots
    longestPiece = longest
  }

  /// The identifier of the piece with exactly these bytes (canonically equivalent strings are different pieces).
  func identifier(of text: some Collection<UInt8>) -> Int32? {
    identifier(of: text, hash: Self.hash(text))
  }

  /// The same, where the hash of the bytes is already known.
  func identifier(of text: some Collection<UInt8>, hash: PieceHash) -> Int32? {
    var slot = hash.slot(in: slots.count)
    while slots[slot] != 0 {
      let identifier = Int(slots[slot] - 1)
      if bytes[starts[identifier]..<starts[identifier + 1]].elementsEqual(text) { return Int32(identifier) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// The bytes of a piece.
  func bytes(of identifier: Int32) -> ArraySlice<UInt8> {
    bytes[starts[Int(identifier)]..<starts[Int(identifier) + 1]]
  }

  private static func hash(_ text: some Sequence<UInt8>) -> PieceHash {
    var hash = PieceHash()
    for byte in text { hash.add(byte) }
    return hash
  }
}

/// A hash that grows byte by byte (FNV-1a), so that all prefixes of a text are looked up in one pass.
struct PieceHash: Sendable {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ byte: UInt8) { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }

  /// The first slot to look at in a table of `size` slots, a power of two.
  func slot(in size: Int) -> Int { Int(truncatingIfNeeded: (state ^ (state >> 29)) & UInt64(size - 1)) }
}
