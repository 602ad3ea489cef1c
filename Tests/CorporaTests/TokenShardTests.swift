import CZlib
import Corpora
import Files
import Tensors
import Testing

struct TokenShardTests {
  private func write(_ documents: [[Int32]], vocabularySize: Int, to path: String?) throws -> TokenShard {
    let writer = try TokenShardWriter(vocabularySize: vocabularySize, path: path)
    for document in documents {
      // In two pieces, as a long document comes.
      try writer.append(document.prefix(2), textBytes: 2, characters: 1)
      try writer.append(document.dropFirst(2), textBytes: document.count, characters: 1)
      writer.endDocument()
    }
    return try writer.finish()
  }

  @Test(arguments: [(300, true), (65_536, true), (65_537, true), (100_000, true), (300, false)])
  func whatIsWrittenIsRead(_ vocabularySize: Int, _ inFile: Bool) throws {
    let scratch = try Scratch()
    var random = Randomness(seed: 1).generator
    let documents = (0..<500).map { index in
      (0..<(index % 7 == 0 ? 0 : index % 23)).map { _ in
        Int32.random(in: 0..<Int32(vocabularySize), using: &random)
      }
    }
    let shard = try write(
      documents, vocabularySize: vocabularySize, to: inFile ? Files.path(scratch.path, "a.tokens") : nil)
    let kept = documents.filter { !$0.isEmpty }
    #expect(shard.documentCount == kept.count)
    #expect(shard.tokenCount == kept.joined().count)
    #expect(shard.vocabularySize == vocabularySize)
    #expect(shard.textByteCount == documents.reduce(0) { $0 + 2 + $1.count })
    #expect((0..<kept.count).map { shard.document($0) } == kept)
  }

  @Test func aTokenOutsideTheVocabularyIsRefused() throws {
    for token in [-1, 300] as [Int32] {
      #expect(throws: CorpusFailure.tokenOutsideVocabulary(token, vocabularySize: 300)) {
        _ = try write([[token]], vocabularySize: 300, to: nil)
      }
    }
  }

  @Test func everyTruncationAndEveryFlippedBitIsFound() throws {
    let scratch = try Scratch()
    let path = Files.path(scratch.path, "a.tokens")
    _ = try write([[1, 2, 3], [4, 5]], vocabularySize: 300, to: path)
    let bytes = try Files.read(path)
    let damaged = scratch.path + "/damaged.tokens"
    for length in 0..<bytes.count {
      try AtomicFile.write(Array(bytes.prefix(length)), to: damaged)
      #expect(throws: CorpusFailure.self, "cut at \(length)") { _ = try TokenShard(contentsOf: damaged) }
    }
    try AtomicFile.write(bytes + [0], to: damaged)
    #expect(throws: CorpusFailure.self) { _ = try TokenShard(contentsOf: damaged) }
    for bit in 0..<bytes.count * 8 {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << (bit % 8)
      try AtomicFile.write(flipped, to: damaged)
      let failure = #expect(throws: CorpusFailure.self, "bit \(bit)") { _ = try TokenShard(contentsOf: damaged) }
      guard case .corruptShard = failure else { return #expect(Bool(false), "\(String(describing: failure))") }
    }
  }

  /// Checksums that fit do not make a file true: the starts of documents and the tokens are looked at, too.
  @Test func aForgedFileIsRefused() throws {
    let scratch = try Scratch()
    let path = Files.path(scratch.path, "a.tokens")
    _ = try write([[1, 2, 3], [4, 5]], vocabularySize: 300, to: path)
    let bytes = try Files.read(path)
    let footer = bytes.count - 64
    func put(_ value: UInt64, _ width: Int, at offset: Int, in bytes: inout [UInt8]) {
      for index in 0..<width { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
    }
    func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
      Array(bytes).withUnsafeBytes { UInt64(crc32(0, $0.bindMemory(to: UInt8.self).baseAddress, uInt($0.count))) }
    }
    // Five tokens of two bytes behind 16 bytes, padded to 32; then the starts 0, 3, 5.
    for (offset, value, width, words) in [
      (16, 300, 2, "the token 300"), (32, 1, 8, "begin and end"), (40, 6, 8, "begins before"),
      (48, 4, 8, "begin and end"), (40, UInt64.max, 8, "begins before"), (footer + 32, 5, 8, "the token 5"),
      (footer + 32, 1 << 40, 8, "is too large"), (footer + 32, 0, 8, "the token 5"),
    ] as [(Int, UInt64, Int, String)] {
      var forged = bytes
      put(value, width, at: offset, in: &forged)
      put(checksum(forged[..<footer]), 4, at: footer + 40, in: &forged)
      put(checksum(forged[footer..<footer + 44]), 4, at: footer + 44, in: &forged)
      try AtomicFile.write(forged, to: path)
      guard
        case .corruptShard(_, let reason)? = #expect(
          throws: CorpusFailure.self, performing: { _ = try TokenShard(contentsOf: path) })
      else {
        Issue.record("another failure")
        continue
      }
      #expect(reason.contains(words), "\(offset): \(reason)")
    }
  }
}
