import Corpora
import Testing

struct TokenMaskingTests {
  private static let size: Int32 = 30_000
  private static let vocabulary = MaskingVocabulary(
    mask: 4, isSpecial: (0..<size).map { $0 < 10 }, beginsWord: (0..<size).map { $0 % 3 == 0 })

  private func windows(
    _ order: WindowOrder, _ masking: TokenMasking = TokenMasking(), lengths: [Int] = [20_000]
  ) throws -> MaskedWindows {
    try MaskedWindows(
      countingShard(lengths: lengths, vocabularySize: Int(Self.size)), begin: 1, end: 2, vocabulary: Self.vocabulary,
      context: 64, order: order, masking: masking)
  }

  @Test func sharesAreAsAsked() throws {
    let windows = try windows(.shuffled(seed: 7))
    var (hidden, masked, kept, random) = (0, 0, 0, 0)
    for epoch in 0..<5 {
      let first = epoch * windows.sequencesPerEpoch
      let batch = windows.batch(sequences: first..<first + windows.sequencesPerEpoch)
      hidden += batch.targets.rows.count
      for (row, token) in zip(batch.targets.rows, batch.targets.tokens) {
        #expect(token >= 10)
        switch batch.batch.tokens[Int(row)] {
        case 4: masked += 1
        case token: kept += 1
        case let other:
          #expect(other >= 10)
          random += 1
        }
      }
    }
    // 15,000 of 100,000; five standard deviations of each share.
    #expect(abs(Double(hidden) / 100_000 - 0.15) < 0.002)
    #expect(abs(Double(masked) / Double(hidden) - 0.8) < 0.017)
    #expect(abs(Double(kept) / Double(hidden) - 0.1) < 0.013)
    #expect(abs(Double(random) / Double(hidden) - 0.1) < 0.013)
  }

  @Test func rowsAscendAndEachSequenceHasOne() throws {
    let windows = try windows(.shuffled(seed: 1), lengths: [Int](repeating: 1, count: 50) + [300])
    for number in 0..<windows.sequencesPerEpoch {
      let batch = windows.batch(sequences: number..<number + 1)
      #expect(zip(batch.targets.rows, batch.targets.rows.dropFirst()).allSatisfy { $0 < $1 })
      #expect(batch.targets.rows.count >= batch.batch.lengths.count)
    }
  }

  @Test func masksAreNewInEachEpochAndFixedInEvaluation() throws {
    let shuffled = try windows(.shuffled(seed: 1))
    let perEpoch = shuffled.sequencesPerEpoch
    let hidden = (0..<2).map { epoch in
      Set(shuffled.batch(sequences: epoch * perEpoch..<(epoch + 1) * perEpoch).targets.tokens)
    }
    #expect(hidden[0] != hidden[1])
    let fixed = try windows(.sequential)
    #expect(fixed.batch(sequences: 0..<perEpoch) == fixed.batch(sequences: perEpoch..<2 * perEpoch))
  }

  @Test func wholeWordsAreHiddenTogether() throws {
    let windows = try windows(
      .sequential, TokenMasking(share: 0.3, masked: 1, random: 0, wholeWords: true), lengths: [600])
    let batch = windows.batch(sequences: 0..<windows.sequencesPerEpoch)
    let hidden = Set(batch.targets.rows)
    var first = 0
    for length in batch.batch.lengths {
      for row in first + 2..<first + length - 1 {
        var token = batch.batch.tokens[row]
        if let place = batch.targets.rows.firstIndex(of: Int32(row)) { token = batch.targets.tokens[place] }
        // A piece that begins no word has the fate of the one before it.
        if token % 3 != 0 { #expect(hidden.contains(Int32(row)) == hidden.contains(Int32(row - 1))) }
      }
      first += length
    }
  }
}
