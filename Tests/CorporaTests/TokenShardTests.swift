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
}
