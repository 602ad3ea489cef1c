import Tensors
import Testing
import Tokenization

@Suite("Subword sampling")
struct SamplingTests {
  @Test("Every sample is the same text", arguments: ["unigram", "bpe"])
  func sameText(name: String) throws {
    let tokenizer = try Fixture.tokenizer(name)
    var random = RandomGenerator(seed: 1)
    for text in HostileText.texts + HostileText.random(300, seed: 23) {
      for alpha: Float in [0, 0.1, 0.5, 1] {
        let sample = tokenizer.sample(text, alpha: alpha, using: &random)
        #expect(Array(tokenizer.decode(sample).utf8) == Array(text.utf8))
      }
    }
  }

  @Test("Merging without dropout is encoding")
  func noDropout() throws {
    let tokenizer = try Fixture.tokenizer("bpe")
    var random = RandomGenerator(seed: 1)
    for text in try Fixture.lines("lines.txt").map({ String(decoding: $0, as: UTF8.self) }) + HostileText.texts {
      #expect(tokenizer.sample(text, alpha: 0, using: &random) == tokenizer.encode(text))
    }
  }

  @Test("A large power leaves only the best segmentation, or one as good")
  func largeAlpha() throws {
    let tokenizer = try Fixture.tokenizer("unigram")
    var random = RandomGenerator(seed: 1)
    let score = { (identifiers: [Int32]) in identifiers.reduce(0.0) { $0 + Double(tokenizer.score($1)) } }
    var same = 0
    let lines = try Fixture.lines("lines.txt").prefix(110).map { String(decoding: $0, as: UTF8.self) }
    for text in lines {
      let (best, sample) = (tokenizer.encode(text), tokenizer.sample(text, alpha: 10_000, using: &random))
      #expect(abs(score(best) - score(sample)) < 1e-3)
      if best == sample { same += 1 }
    }
    #expect(same > 100)
  }

  @Test("Segmentations come as often as their probabilities say")
  func distribution() throws {
    // With the dummy prefix "ab" is ▁ and then "ab", or "a" "b".
    let tokenizer = try Tokenizer(modelBytes: ModelBuilder().bytes)
    for alpha: Float in [0, 0.2, 1] {
      var random = RandomGenerator(seed: 9)
      let count = 20_000
      let whole = (0..<count).count { _ in tokenizer.sample("ab", alpha: alpha, using: &random) == [3, 6] }
      let odds = exponential(Double(alpha) * (-1.5 - (-2.5 - 3)))
      let expected = odds / (1 + odds)
      // Five standard deviations.
      let tolerance = 5 * (expected * (1 - expected) / Double(count)).squareRoot()
      #expect(abs(Double(whole) / Double(count) - expected) < tolerance)
    }
  }

  @Test("Dropout leaves out merges as often as it says")
  func dropout() throws {
    var builder = ModelBuilder()
    builder.modelType = 2
    let tokenizer = try Tokenizer(modelBytes: builder.bytes)
    for dropout: Float in [0, 0.1, 0.5, 1] {
      var random = RandomGenerator(seed: 4)
      let count = 20_000
      let merged = (0..<count).count { _ in tokenizer.sample("ab", alpha: dropout, using: &random) == [3, 6] }
      let expected = 1 - Double(dropout)
      let tolerance = 5 * (expected * (1 - expected) / Double(count)).squareRoot()
      #expect(abs(Double(merged) / Double(count) - expected) <= tolerance)
    }
  }

  @Test("The same state of the generator gives the same sample")
  func reproducible() throws {
    let tokenizer = try Fixture.tokenizer("unigram")
    var (one, other) = (RandomGenerator(seed: 6), RandomGenerator(seed: 6))
    let text = "Before we proceed any further, hear me speak."
    let samples = (0..<20).map { _ in tokenizer.sample(text, alpha: 0.1, using: &one) }
    #expect(samples == (0..<20).map { _ in tokenizer.sample(text, alpha: 0.1, using: &other) })
    #expect(Set(samples).count > 10)
  }

  @Test("Other pieces stand for the same text, also for a stretch out of a longer one", arguments: ["unigram", "bpe"])
  func resampling(name: String) throws {
    let tokenizer = try Fixture.tokenizer(name)
    #expect(tokenizer.hasSeveralSegmentations)
    var random = RandomGenerator(seed: 8)
    let identifiers = tokenizer.encode("Before we proceed any further, hear me speak.\nSpeak \u{9CE5}, speak!")
    var seen: Set<[Int32]> = []
    for start in 0..<identifiers.count {
      let stretch = Array(identifiers[start...])
      // A token before it, so that the first space counts.
      let context = identifiers[0]
      for _ in 0..<10 {
        let other = tokenizer.resample(stretch, alpha: 0.3, using: &random)
        #expect(tokenizer.decode([context] + other) == tokenizer.decode([context] + stretch))
        seen.insert(other)
      }
    }
    #expect(seen.count > identifiers.count)
    // What is not text stays where it is.
    let marks = [tokenizer.special.begin, tokenizer.special.end, tokenizer.special.unknown].compactMap(\.self)
    #expect(tokenizer.resample(marks + [-1, .max], alpha: 0.9, using: &random) == marks + [-1, .max])
  }

  @Test("Byte-level BPE gives other pieces of the same bytes; WordPiece has one segmentation")
  func resamplingOfOthers() throws {
    let bytes = try Tokenizer(modelBytes: Fixture.bytes("bytelevel.json"))
    let words = try Tokenizer(modelBytes: Fixture.bytes("wordpiece.json"))
    #expect(bytes.hasSeveralSegmentations && !words.hasSeveralSegmentations)
    var random = RandomGenerator(seed: 9)
    let identifiers = bytes.encode("Before we proceed any further, hear me speak.")
    let others = (0..<20).map { _ in bytes.resample(identifiers, alpha: 0.5, using: &random) }
    #expect(others.allSatisfy { bytes.decode($0) == bytes.decode(identifiers) })
    #expect(Set(others).count > 10)
    let pieces = words.encode("before we proceed")
    #expect(words.resample(pieces, alpha: 0.5, using: &random) == pieces)
  }
}
