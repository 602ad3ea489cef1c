import Files

/// The tokens of many documents, in memory or in a file that is mapped: a corpus may be larger than memory.
public final class TokenShard: Sendable {
  private enum Storage: Sendable {
    case memory(tokens: [Int32], starts: [Int])
    case file(MappedFile, width: Int)
  }

  /// Tokens of all documents.
  public let tokenCount: Int
  /// Documents.
  public let documentCount: Int
  /// Bytes of the text that the tokens stand for.
  public let textByteCount: Int
  /// Characters (Unicode scalars) of that text.
  public let characterCount: Int
  /// Every token is below this.
  public let vocabularySize: Int

  private let storage: Storage

  /// Tokens in memory.
  public init(documents: [[Int32]], vocabularySize: Int, textByteCount: Int = 0, characterCount: Int = 0) {
    var starts = [0]
    for document in documents { starts.append(starts[starts.count - 1] + document.count) }
    self.storage = .memory(tokens: Array(documents.joined()), starts: starts)
    self.tokenCount = starts[starts.count - 1]
    self.documentCount = documents.count
    self.vocabularySize = vocabularySize
    self.textByteCount = textByteCount
    self.characterCount = characterCount
  }

  init(
    tokens: [Int32], starts: [Int], vocabularySize: Int, textByteCount: Int, characterCount: Int
  ) {
    self.storage = .memory(tokens: tokens, starts: starts)
    self.tokenCount = tokens.count
    self.documentCount = starts.count - 1
    self.vocabularySize = vocabularySize
    self.textByteCount = textByteCount
    self.characterCount = characterCount
  }

  /// Opens a file that `TokenShardWriter` wrote, and checks that it is whole.
  /// - Throws: `CorpusFailure.corruptShard` that names the damage.
  public init(contentsOf path: String) throws(CorpusFailure) {
    let file = try reading { () throws(FileFailure) in try MappedFile(path) }
    let bytes = file.bytes
    func refuse(_ reason: String) -> CorpusFailure { .corruptShard(path: path, reason: reason) }
    func number(at offset: Int) -> UInt64 {
      UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    let footer = bytes.count - ShardFormat.footerBytes
    guard footer >= ShardFormat.headerBytes + 8 else { throw refuse("it is only \(bytes.count) bytes long") }
    guard bytes[0..<8].elementsEqual(ShardFormat.magic) else { throw refuse("it does not begin as one") }
    guard bytes[(footer + 56)...].elementsEqual(ShardFormat.footerMagic) else {
      throw refuse("it does not end as one, so it was cut off or lengthened")
    }
    let widthAndVersion = number(at: 8)
    let width = Int(widthAndVersion >> 32)
    guard widthAndVersion & 0xFFFF_FFFF == UInt64(ShardFormat.version), width == 2 || width == 4 else {
      throw refuse("its version or width is unknown")
    }
    let checksums = number(at: footer + 40)
    var footerSum = Checksum()
    footerSum.update(UnsafeRawBufferPointer(rebasing: bytes[footer..<footer + 44]))
    guard UInt64(footerSum.value) == checksums >> 32, number(at: footer + 48) == 0 else {
      throw refuse("the checksum of its footer is wrong")
    }
    let counts = (0..<5).map { Int(clamping: number(at: footer + 8 * $0)) }
    guard ShardFormat.fileBytes(tokens: counts[0], documents: counts[1], width: width) == bytes.count else {
      throw refuse("its length does not fit its counts")
    }
    var sum = Checksum()
    sum.update(UnsafeRawBufferPointer(rebasing: bytes[0..<footer]))
    guard UInt64(sum.value) == checksums & 0xFFFF_FFFF else { throw refuse("the checksum of its tokens is wrong") }
    (tokenCount, documentCount, textByteCount) = (counts[0], counts[1], counts[2])
    (characterCount, vocabularySize) = (counts[3], counts[4])
    storage = .file(file, width: width)
    // Checksums tell what was damaged, not what was made to mislead.
    if let problem { throw refuse(problem) }
  }

  /// What is wrong with documents or tokens of a file whose checksums are right; nil if nothing is.
  private var problem: String? {
    guard start(ofDocument: 0) == 0, start(ofDocument: documentCount) == tokenCount else {
      return "its documents do not begin and end with its tokens"
    }
    var before = 0
    for document in 0...documentCount {
      let start = start(ofDocument: document)
      guard start >= before else { return "document \(document) begins before the one before it" }
      before = start
    }
    guard vocabularySize <= Int32.max else { return "its vocabulary of \(vocabularySize) tokens is too large" }
    guard case .file(let file, let width) = storage else { return nil }
    var largest: UInt32 = 0
    for position in 0..<tokenCount {
      let offset = ShardFormat.headerBytes + width * position
      largest = max(
        largest,
        width == 2
          ? UInt32(UInt16(littleEndian: file.bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
          : UInt32(littleEndian: file.bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }
    return tokenCount == 0 || largest < vocabularySize
      ? nil : "it has the token \(largest) in a vocabulary of \(vocabularySize)"
  }

  /// Where a document's tokens begin; `documentCount` gives the end of the last one.
  public func start(ofDocument document: Int) -> Int {
    precondition((0...documentCount).contains(document), "document \(document) of \(documentCount)")
    switch storage {
    case .memory(_, let starts): return starts[document]
    case .file(let file, let width):
      let offset = ShardFormat.offsetsStart(tokens: tokenCount, width: width) + 8 * document
      return Int(Int64(littleEndian: file.bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self)))
    }
  }

  /// Appends the tokens at `range` to `tokens`.
  public func append(_ range: Range<Int>, to tokens: inout [Int32]) {
    precondition(range.lowerBound >= 0 && range.upperBound <= tokenCount, "tokens \(range) of \(tokenCount)")
    switch storage {
    case .memory(let all, _): tokens.append(contentsOf: all[range])
    case .file(let file, width: 2):
      for position in range {
        let offset = ShardFormat.headerBytes + 2 * position
        tokens.append(Int32(UInt16(littleEndian: file.bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))))
      }
    case .file(let file, _):
      for position in range {
        let offset = ShardFormat.headerBytes + 4 * position
        tokens.append(Int32(littleEndian: file.bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
      }
    }
  }

  /// The tokens of a document.
  public func document(_ document: Int) -> [Int32] {
    var tokens: [Int32] = []
    append(start(ofDocument: document)..<start(ofDocument: document + 1), to: &tokens)
    return tokens
  }
}
