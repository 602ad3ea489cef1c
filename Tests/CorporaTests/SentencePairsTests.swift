import Corpora
import Tensors
import Testing
import Transformers

struct SentencePairsTests {
  private static let size = 20_000
  private static let vocabulary = MaskingVocabulary(mask: 4, isSpecial: (0..<size).map { $0 < 10 })
  private static let shard = countingShard(lengths: (0..<120).map { $0 * 17 % 90 + 1 })
  /// Sentences of seven tokens and less.
  private static let marks = SentenceMarks(
    endsSentence: (0..<size).map { $0 % 7 == 0 }, beginsWord: [Bool](repeating: true, count: size))

  private func pairs(
    _ shard: TokenShard = shard, context: Int = 32, options: SentencePairOptions = .init(), seed: UInt64? = 5
  ) throws -> SentencePairs {
    try SentencePairs(
      shard, sentences: SentenceIndex(shard, marks: Self.marks, longest: min(12, (context - 2) / 2)), begin: 1, end: 2,
      vocabulary: Self.vocabulary, context: context, options: options, seed: seed)
  }

  /// A pair as it was before tokens were hidden.
  private struct Seen: Hashable {
    var first: [Int32], second: [Int32], follows: Bool, hidden: [Int32: Int32]
  }

  private func seen(_ pairs: SentencePairs, _ number: Int) throws -> Seen {
    let made = pairs.batch(sequences: number..<number + 1)
    var tokens = made.batch.tokens
    var hidden: [Int32: Int32] = [:]
    for (row, token) in zip(made.targets.rows, made.targets.tokens) {
      hidden[row] = tokens[Int(row)]
      tokens[Int(row)] = token
    }
    #expect(made.batch.lengths == [tokens.count] && tokens.count <= pairs.context && !hidden.isEmpty)
    let middle = try #require(made.batch.segments.firstIndex(of: 1))
    #expect(made.batch.segments.count == tokens.count && made.batch.segments[middle...].allSatisfy { $0 == 1 })
    #expect(tokens[0] == 1 && tokens[middle - 1] == 2 && tokens[tokens.count - 1] == 2)
    return Seen(
      first: Array(tokens[1..<middle - 1]), second: Array(tokens[middle..<tokens.count - 1]),
      follows: made.targets.nextSentence == [0], hidden: hidden)
  }

  private func document(of token: Int32) -> Int {
    (0..<Self.shard.documentCount).first { Self.shard.start(ofDocument: $0 + 1) > Int(token) - 10 } ?? -1
  }

  @Test(arguments: [5, 16, 32, 200]) func aPairIsTwoRunsOfTextAndTheTruthAboutThem(_ context: Int) throws {
    let pairs = try pairs(context: context)
    var following = 0
    let count = min(3 * pairs.sequencesPerEpoch, 900)
    for number in 0..<count {
      let seen = try seen(pairs, number)
      for part in [seen.first, seen.second] {
        #expect(!part.isEmpty && part == (part[0]..<part[0] + Int32(part.count)).map { $0 })
        #expect(document(of: part[0]) == document(of: part[part.count - 1]))
      }
      let isSame = document(of: seen.first[0]) == document(of: seen.second[0])
      #expect(seen.follows == isSame)
      if seen.follows {
        #expect(seen.second[0] > seen.first[seen.first.count - 1])
        following += 1
      }
    }
    // A document's only sentence has no follower, so it is less than a half.
    #expect(following > count / 5 && following < count * 3 / 5, "\(following) of \(count)")
  }

  @Test func pairsAndMasksStayAndComeInANewOrder() throws {
    let pairs = try pairs(options: SentencePairOptions(copies: 2))
    // Copies have numbers of pairs of their own; the whole round is a multiple of nothing, so it is looked for.
    let round = try #require(
      (2 * pairs.sequencesPerEpoch - 2...2 * pairs.sequencesPerEpoch).first { round in
        let one = Set((0..<round).compactMap { try? seen(pairs, $0) })
        let two = Set((round..<2 * round).compactMap { try? seen(pairs, $0) })
        return one.count > round * 9 / 10 && one == two
      })
    #expect(try (0..<20).map { try seen(pairs, $0) } != (round..<round + 20).map { try seen(pairs, $0) })
  }

  @Test func someAreShort() throws {
    func share(_ shortShare: Double) throws -> Double {
      let pairs = try pairs(context: 48, options: SentencePairOptions(copies: 1, shortShare: shortShare))
      let lengths = try (0..<pairs.sequencesPerEpoch).map { number in
        let seen = try seen(pairs, number)
        return seen.first.count + seen.second.count
      }
      return Double(lengths.count { $0 < 22 }) / Double(lengths.count)
    }
    #expect(try share(1) > share(0) + 0.3)
  }

  @Test func withoutASeedTheyAreAlwaysTheSameInTheOrderOfTheText() throws {
    let options = SentencePairOptions(copies: 1, shortShare: 0)
    let (one, other) = (try pairs(options: options, seed: nil), try pairs(options: options, seed: nil))
    let epoch = one.sequencesPerEpoch
    #expect(one.batch(sequences: 0..<epoch) == other.batch(sequences: epoch..<2 * epoch))
    let firsts = try (0..<epoch).map { try seen(one, $0).first[0] }
    #expect(firsts == firsts.sorted())
  }

  @Test func aSumOfTwoMeans() throws {
    let targets = try pairs().batch(sequences: 0..<8).targets
    #expect(targets.nextSentenceWeight == Float(targets.rows.count) / 8)
    #expect(LanguageBatch().targets.nextSentenceWeight == 1)
  }

  @Test func oneDocumentIsPairedWithItself() throws {
    let pairs = try pairs(countingShard(lengths: [400]))
    var kinds: Set<Bool> = []
    for number in 0..<pairs.sequencesPerEpoch { kinds.insert(try seen(pairs, number).follows) }
    #expect(kinds == [true, false])
  }

  @Test func tooLittleTextIsAnError() throws {
    #expect(throws: CorpusFailure.tooFewSentences(found: 1, least: 3)) { _ = try pairs(countingShard(lengths: [3])) }
    #expect(throws: CorpusFailure.badContext(4, least: 5)) { _ = try pairs(context: 4) }
  }
}
