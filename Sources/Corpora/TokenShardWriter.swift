import Files

/// Collects the tokens of documents, in memory or in a file that appears whole or not at all.
public final class TokenShardWriter {
  private let vocabularySize: Int
  private let width: Int
  private let file: AtomicFileWriter?
  private var tokens: [Int32] = []
  private var lengths: [UInt32] = []
  private var openLength = 0
  private var tokenCount = 0
  private var textByteCount = 0
  private var characterCount = 0
  private var checksum = Checksum()
  private var buffer: [UInt8] = []

  /// Begins a shard.
  /// - Parameter path: The file; nil keeps the tokens in memory.
  public init(vocabularySize: Int, path: String? = nil) throws(CorpusFailure) {
    self.vocabularySize = vocabularySize
    self.width = vocabularySize <= 1 << 16 ? 2 : 4
    if let path {
      file = try reading { () throws(FileFailure) in try AtomicFileWriter(path) }
      try write(ShardFormat.header(width: width))
    } else {
      file = nil
    }
  }

  /// Appends tokens to the document that is being written.
  public func append(
    _ newTokens: some Sequence<Int32>, textBytes: Int, characters: Int
  ) throws(CorpusFailure) {
    textByteCount += textBytes
    characterCount += characters
    for token in newTokens {
      guard token >= 0, Int(token) < vocabularySize else {
        throw .tokenOutsideVocabulary(token, vocabularySize: vocabularySize)
      }
      openLength += 1
      if file == nil {
        tokens.append(token)
      } else {
        buffer.append(UInt8(truncatingIfNeeded: token))
        buffer.append(UInt8(truncatingIfNeeded: token >> 8))
        if width == 4 {
          buffer.append(UInt8(truncatingIfNeeded: token >> 16))
          buffer.append(UInt8(truncatingIfNeeded: token >> 24))
        }
      }
    }
    if buffer.count >= 1 << 18 { try flush() }
  }

  /// Ends the document that is being written; one without tokens is left out.
  public func endDocument() {
    guard openLength > 0 else { return }
    tokenCount += openLength
    // A document of more than 2³² tokens is told by a length of 0 before each further 2³².
    while openLength > Int(UInt32.max) {
      lengths.append(0)
      openLength -= Int(UInt32.max)
    }
    lengths.append(UInt32(openLength))
    openLength = 0
  }

  /// Ends the shard.
  public func finish() throws(CorpusFailure) -> TokenShard {
    endDocument()
    guard let file else {
      var starts = [0]
      forEachStart { starts.append($0) }
      return TokenShard(
        tokens: tokens, starts: starts, vocabularySize: vocabularySize, textByteCount: textByteCount,
        characterCount: characterCount)
    }
    buffer.append(contentsOf: [UInt8](repeating: 0, count: (8 - tokenCount * width % 8) % 8))
    ShardFormat.append(0, to: &buffer)
    var documents = 0
    var failure: CorpusFailure?
    forEachStart { start in
      guard failure == nil else { return }
      documents += 1
      ShardFormat.append(UInt64(start), to: &buffer)
      if buffer.count >= 1 << 18 {
        do throws(CorpusFailure) { try flush() } catch { failure = error }
      }
    }
    if let failure { throw failure }
    try flush()
    var footer: [UInt8] = []
    for count in [tokenCount, documents, textByteCount, characterCount, vocabularySize] {
      ShardFormat.append(UInt64(count), to: &footer)
    }
    footer.append(contentsOf: withUnsafeBytes(of: UInt32(checksum.value).littleEndian) { Array($0) })
    var footerSum = Checksum()
    footerSum.update(footer)
    footer.append(contentsOf: withUnsafeBytes(of: UInt32(footerSum.value).littleEndian) { Array($0) })
    footer.append(contentsOf: [UInt8](repeating: 0, count: 8))
    footer.append(contentsOf: ShardFormat.footerMagic)
    try reading { () throws(FileFailure) in
      try file.write(footer)
      try file.commit()
    }
    return try TokenShard(contentsOf: file.path)
  }

  /// Calls `body` with where each document ends.
  private func forEachStart(_ body: (Int) -> Void) {
    var start = 0
    for length in lengths {
      start += length == 0 ? Int(UInt32.max) : Int(length)
      if length != 0 { body(start) }
    }
  }

  private func flush() throws(CorpusFailure) {
    let bytes = buffer
    buffer.removeAll(keepingCapacity: true)
    try write(bytes)
  }

  private func write(_ bytes: [UInt8]) throws(CorpusFailure) {
    guard let file else { return }
    checksum.update(bytes)
    try reading { () throws(FileFailure) in try file.write(bytes) }
  }
}
