import Corpora
import Tensors
import Testing
import Tokenization

/// Windows whose text is cut into other pieces each time.
struct SubwordSamplingTests {
  private let tokenizer: Tokenizer
  private let stream: TokenStream
  private let text: [String]

  init() throws {
    let text = (0..<40).map { "The small grey bird number \($0) lives by the old oak and sings." }
    tokenizer = try Tokenizer.train(from: text, options: .init(modelType: .bpe, vocabularySize: 330)).tokenizer
    let shard = TokenShard(documents: text.map(tokenizer.encode), vocabularySize: tokenizer.vocabularySize)
    (self.text, stream) = (text, TokenStream(shard, begin: tokenizer.special.begin, end: tokenizer.special.end))
  }

  private func sampling(seed: UInt64 = 1) -> SubwordSampling { SubwordSampling(tokenizer, alpha: 0.3, seed: seed) }

  @Test(arguments: [true, false], [WindowOrder.shuffled(seed: 3), .random(seed: 3)])
  func causalWindowsFitAndDiffer(crossesDocuments: Bool, order: WindowOrder) throws {
    for context in [1, 2, 8, 64] {
      let windows = try CausalWindows(
        stream, context: context, order: order, crossesDocuments: crossesDocuments, sampling: sampling())
      var batches: Set<[Int32]> = []
      for number in 0..<3 * windows.sequencesPerEpoch {
        let batch = windows.batch(sequences: number..<number + 1)
        #expect(batch == windows.batch(sequences: number..<number + 1))
        #expect(batch.batch.tokens.count <= windows.maximumTokens(sequences: 1))
        #expect(batch.batch.lengths.count <= windows.maximumSequences(sequences: 1))
        #expect(batch.batch.lengths.allSatisfy { $0 > 0 && $0 <= context })
        #expect(batch.batch.lengths.reduce(0, +) == batch.batch.tokens.count)
        #expect(batch.targets.rows == (0..<Int32(batch.batch.tokens.count)).map(\.self))
        batches.insert(batch.batch.tokens)
      }
      if context == 64 { #expect(batches.count > 2 * windows.sequencesPerEpoch) }
    }
  }

  @Test(arguments: [true, false])
  func maskedWindowsFitAndDiffer(crossesDocuments: Bool) throws {
    let vocabulary = MaskingVocabulary(
      mask: 4, isSpecial: tokenizer.pieces.map { $0.kind == .control || $0.kind == .unknown })
    for context in [3, 4, 8, 64] {
      let windows = try MaskedWindows(
        stream.shard, begin: 1, end: 2, vocabulary: vocabulary, context: context, order: .shuffled(seed: 3),
        crossesDocuments: crossesDocuments, sampling: sampling())
      for number in 0..<3 * windows.sequencesPerEpoch {
        let batch = windows.batch(sequences: number..<number + 1)
        #expect(batch == windows.batch(sequences: number..<number + 1))
        #expect(batch.batch.tokens.count <= windows.maximumTokens(sequences: 1))
        #expect(batch.batch.lengths.count <= windows.maximumSequences(sequences: 1))
        #expect(batch.batch.lengths.allSatisfy { $0 > 2 && $0 <= context })
        #expect(batch.batch.lengths.reduce(0, +) == batch.batch.tokens.count)
      }
    }
  }

  /// With room for all of it, a document's window is the document in other pieces.
  @Test func aWindowIsItsText() throws {
    let windows = try CausalWindows(
      stream, context: 4000, order: .sequential, crossesDocuments: true, sampling: sampling())
    let batch = windows.batch(sequences: 0..<1)
    let all = batch.batch.tokens + [batch.targets.tokens.last ?? 0]
    #expect(all.count > stream.count)
    #expect(all.split(separator: 1).map { tokenizer.decode($0) } == text)
  }

  @Test func textsDifferByEpochAndSeed() {
    let (one, other) = (sampling(), sampling(seed: 2))
    let pieces = (0..<10).map { one.encode(text[0], epoch: $0, number: 0) }
    #expect(Set(pieces).count > 5)
    #expect(pieces.allSatisfy { tokenizer.decode($0) == text[0] })
    #expect(one.encode(text[0], epoch: 3, number: 0) == pieces[3])
    #expect((0..<10).map { other.encode(text[0], epoch: $0, number: 0) } != pieces)
  }
}
