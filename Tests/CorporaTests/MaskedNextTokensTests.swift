import Corpora
import Tensors
import Testing
import Transformers

struct MaskedNextTokensTests {
  private static let vocabulary = MaskingVocabulary(mask: 4, isSpecial: (0..<20_000).map { $0 < 10 })
  private static let shard = countingShard(lengths: (0..<40).map { $0 * 11 % 60 + 1 })

  private func masked(copies: Int? = nil, sentences: SentenceIndex? = nil) throws -> MaskedWindows {
    try MaskedWindows(
      Self.shard, begin: 1, end: 2, vocabulary: Self.vocabulary, context: 16, order: .shuffled(seed: 3),
      sentences: sentences, copies: copies)
  }

  @Test func aHiddenTokenIsPredictedFromThePositionBeforeIt() throws {
    let windows = try masked()
    let (plain, shifted) = (windows.batch(sequences: 3..<9), MaskedNextTokens(windows).batch(sequences: 3..<9))
    #expect(shifted.batch.tokens == plain.batch.tokens && shifted.targets.tokens == plain.targets.tokens)
    #expect(shifted.targets.rows == plain.targets.rows.map { $0 - 1 } && shifted.targets.rows.allSatisfy { $0 >= 0 })
    #expect(plain.batch.attention == .ofFamily && shifted.batch.attention == .bidirectional)
  }

  @Test(arguments: [0.25, 0.5, 0.7]) func batchesOfBothObjectivesTakeTurns(_ share: Double) throws {
    let causal = try CausalWindows(TokenStream(Self.shard, begin: 1, end: 2), context: 16, order: .shuffled(seed: 3))
    let masked = MaskedNextTokens(try masked())
    let both = HybridWindows(causal: causal, masked: masked, batch: 4, maskedShare: share)
    var (next, hidden) = (0, 0)
    var batch = LanguageBatch()
    for number in 0..<200 {
      both.fill(&batch, sequences: number * 4..<number * 4 + 4)
      if batch.batch.attention == .bidirectional {
        #expect(batch == masked.batch(sequences: hidden * 4..<hidden * 4 + 4))
        hidden += 1
      } else {
        #expect(batch == causal.batch(sequences: next * 4..<next * 4 + 4))
        next += 1
      }
      #expect(batch.batch.tokens.count <= both.maximumTokens(sequences: 4))
      #expect(batch.batch.lengths.count <= both.maximumSequences(sequences: 4))
    }
    #expect(abs(Double(hidden) - 200 * share) <= 1)
  }

  @Test func masksOfACopyReturn() throws {
    let windows = try masked(copies: 3)
    let epoch = windows.sequencesPerEpoch
    func batch(_ number: Int) -> LanguageBatch { windows.batch(sequences: number * epoch..<(number + 1) * epoch) }
    #expect(batch(0) == batch(3) && batch(1) == batch(4) && batch(0) != batch(1))
  }

  @Test func windowsOfWholeSentences() throws {
    let marks = SentenceMarks(
      endsSentence: (0..<20_000).map { $0 % 5 == 0 }, beginsWord: [Bool](repeating: true, count: 20_000))
    let windows = try masked(sentences: SentenceIndex(Self.shard, marks: marks, longest: 14))
    let beginnings = Set(
      (0..<Self.shard.documentCount).map { Int32(Self.shard.start(ofDocument: $0) + 10) })
    for epoch in 0..<3 {
      let made = windows.batch(sequences: epoch * windows.sequencesPerEpoch..<(epoch + 1) * windows.sequencesPerEpoch)
      var tokens = made.batch.tokens
      for (row, token) in zip(made.targets.rows, made.targets.tokens) { tokens[Int(row)] = token }
      #expect(tokens.filter { $0 >= 10 }.sorted() == (10..<Int32(Self.shard.tokenCount + 10)).map { $0 })
      var row = 0
      for length in made.batch.lengths {
        #expect(length <= 16)
        // A window begins behind a token that ends sentences, or with a document.
        let first = tokens[row + 1]
        #expect(first % 5 == 1 || beginnings.contains(first), "\(first)")
        row += length
      }
    }
  }
}
