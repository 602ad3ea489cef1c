import Corpora
import Tensors
import Testing
import Transformers

struct WindowsTests {
  private static let vocabulary = MaskingVocabulary(mask: 4, isSpecial: (0..<20_000).map { $0 < 10 })

  /// The targets of an epoch, in the order of the stream.
  private func targets(_ windows: some LanguageBatchMaker, epoch: Int) -> [Int32] {
    let first = epoch * windows.sequencesPerEpoch
    return windows.batch(sequences: first..<first + windows.sequencesPerEpoch).targets.tokens.sorted()
  }

  @Test(arguments: [1, 2, 3, 7, 16, 100, 1000], [WindowOrder.sequential, .shuffled(seed: 3)])
  func aCausalEpochPredictsEveryTokenOnce(_ context: Int, _ order: WindowOrder) throws {
    let stream = TokenStream(countingShard(lengths: [40, 3, 1, 77]), begin: nil, end: nil)
    let windows = try CausalWindows(stream, context: context, order: order)
    for epoch in 0..<5 { #expect(targets(windows, epoch: epoch) == Array(stream[1..<stream.count])) }
  }

  @Test(arguments: [1, 2, 3, 7, 16, 100, 1000], [WindowOrder.sequential, .shuffled(seed: 3)])
  func partedAtDocumentsEveryTokenOfADocumentIsPredictedOnce(_ context: Int, _ order: WindowOrder) throws {
    let stream = TokenStream(countingShard(lengths: [40, 3, 1, 77]), begin: 1, end: 2)
    let windows = try CausalWindows(stream, context: context, order: order, crossesDocuments: false)
    let wanted = stream[0..<stream.count].filter { $0 != 1 }.sorted()
    for epoch in 0..<5 { #expect(targets(windows, epoch: epoch) == wanted) }
  }

  @Test func aCausalTargetIsTheNextTokenOfTheStream() throws {
    let stream = TokenStream(countingShard(lengths: [50, 30]), begin: 1, end: 2)
    let whole = stream[0..<stream.count]
    for order in [WindowOrder.shuffled(seed: 1), .random(seed: 1), .sequential] {
      let windows = try CausalWindows(stream, context: 8, order: order)
      for number in 0..<50 {
        let batch = windows.batch(sequences: number..<number + 1)
        #expect(batch.batch.lengths.reduce(0, +) == batch.batch.tokens.count)
        #expect(batch.targets.rows == (0..<Int32(batch.batch.tokens.count)).map(\.self))
        for (token, target) in zip(batch.batch.tokens, batch.targets.tokens) where token > 2 {
          let place = whole.firstIndex(of: token) ?? 0
          #expect(whole[place + 1] == target)
        }
      }
    }
  }

  @Test func epochsDifferAndBordersMove() throws {
    let stream = TokenStream(countingShard(lengths: [1000]), begin: nil, end: nil)
    let windows = try CausalWindows(stream, context: 16, order: .shuffled(seed: 9))
    let starts = (0..<4).map { epoch in
      Set(
        (0..<windows.sequencesPerEpoch).compactMap {
          windows.batch(sequences: epoch * windows.sequencesPerEpoch + $0..<epoch * windows.sequencesPerEpoch + $0 + 1)
            .batch.tokens.first.map { $0 % 16 }
        })
    }
    #expect(Set(starts).count > 1)
    #expect(windows.batch(sequences: 0..<4) != windows.batch(sequences: 63..<67))
  }

  @Test func aBatchIsAFunctionOfItsNumbersAlone() throws {
    let shard = countingShard(lengths: (1...60).map { $0 * 7 % 31 + 1 })
    let makers: [any LanguageBatchMaker] = [
      try CausalWindows(TokenStream(shard, begin: 1, end: 2), context: 9, order: .shuffled(seed: 4)),
      try CausalWindows(TokenStream(shard, begin: 1, end: 2), context: 9, order: .random(seed: 4)),
      try MaskedWindows(
        shard, begin: 1, end: 2, vocabulary: Self.vocabulary, context: 9, order: .shuffled(seed: 4)),
    ]
    for maker in makers {
      var reused = LanguageBatch()
      for step in 0..<40 { maker.fill(&reused, sequences: step * 3..<step * 3 + 3) }
      // The run that stopped after 39 steps and goes on.
      #expect(reused == maker.batch(sequences: 117..<120))
    }
  }

  @Test(arguments: [3, 5, 16, 200], [true, false])
  func plannedSizesAreNeverExceeded(_ context: Int, _ crosses: Bool) throws {
    let shard = countingShard(lengths: (1...60).map { $0 * 13 % 7 + 1 })
    let makers: [any LanguageBatchMaker] = [
      try CausalWindows(
        TokenStream(shard, begin: 1, end: 2), context: context, order: .shuffled(seed: 4), crossesDocuments: crosses),
      try MaskedWindows(
        shard, begin: 1, end: 2, vocabulary: Self.vocabulary, context: context, order: .shuffled(seed: 4),
        crossesDocuments: crosses),
    ]
    for maker in makers {
      for number in 0..<4 * maker.sequencesPerEpoch {
        let batch = maker.batch(sequences: number..<number + 1).batch
        #expect(batch.tokens.count <= maker.maximumTokens(sequences: 1))
        #expect(batch.lengths.count <= maker.maximumSequences(sequences: 1))
        #expect(batch.lengths.allSatisfy { $0 > 0 && $0 <= context })
      }
    }
  }

  @Test func tooLittleTextIsAnError() throws {
    let one = TokenStream(countingShard(lengths: [1]), begin: nil, end: nil)
    #expect(throws: CorpusFailure.tooFewTokens(found: 1, least: 2)) {
      _ = try CausalWindows(one, context: 8, order: .sequential)
    }
    #expect(throws: CorpusFailure.badContext(0, least: 1)) {
      _ = try CausalWindows(TokenStream(countingShard(lengths: [9]), begin: 1, end: 2), context: 0, order: .sequential)
    }
    #expect(throws: CorpusFailure.tooFewTokens(found: 0, least: 1)) {
      _ = try MaskedWindows(
        countingShard(lengths: []), begin: 1, end: 2, vocabulary: Self.vocabulary, context: 8, order: .sequential)
    }
  }

  @Test(arguments: [true, false])
  func maskedWindowsShowEveryTokenOnce(_ crosses: Bool) throws {
    let shard = countingShard(lengths: [40, 3, 1, 77])
    let windows = try MaskedWindows(
      shard, begin: 1, end: 2, vocabulary: Self.vocabulary, context: 12, order: .shuffled(seed: 2),
      crossesDocuments: crosses)
    for epoch in 0..<5 {
      let first = epoch * windows.sequencesPerEpoch
      let batch = windows.batch(sequences: first..<first + windows.sequencesPerEpoch)
      var tokens = batch.batch.tokens
      for (row, token) in zip(batch.targets.rows, batch.targets.tokens) { tokens[Int(row)] = token }
      #expect(tokens.filter { $0 >= 10 }.sorted() == (10..<131).map(\.self))
      var row = 0
      for length in batch.batch.lengths {
        #expect(tokens[row] == 1 && tokens[row + length - 1] == 2)
        if !crosses { #expect(tokens[row..<row + length].count { $0 == 2 } == 1) }
        row += length
      }
    }
  }
}
