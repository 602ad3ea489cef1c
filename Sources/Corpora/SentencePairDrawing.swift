import Tensors

/// Draws the pairs of one copy of a text.
///
/// A document is read in chunks of whole sentences of about the wanted length. A chunk is parted at a random sentence;
/// either both parts are a pair that follows, or the first gets a partner of about the missing length from elsewhere,
/// and the second part is read again with the next chunk.
struct SentencePairDrawing {
  let sentences: SentenceIndex
  /// How many tokens both segments have at most.
  let room: Int
  let options: SentencePairOptions
  /// Documents with at least one sentence.
  private let documents: [Int]

  init(_ sentences: SentenceIndex, room: Int, options: SentencePairOptions) {
    (self.sentences, self.room, self.options) = (sentences, room, options)
    documents = (0..<sentences.documentCount).filter { !sentences.sentences(ofDocument: $0).isEmpty }
  }

  func append(to pairs: inout [SentencePairs.Pair], _ randomness: Randomness) {
    for (place, document) in documents.enumerated() {
      var generator = randomness.derive("document", document).generator
      let isShort = generator.uniform() < options.shortShare
      let wanted = isShort ? Int.random(in: 2...room, using: &generator) : room
      let all = sentences.sentences(ofDocument: document)
      var start = all.lowerBound
      while start < all.upperBound {
        let chunk = start..<end(from: start, in: all, wanted: wanted)
        let middle =
          chunk.count > 1
          ? Int.random(in: chunk.lowerBound + 1..<chunk.upperBound, using: &generator) : chunk.upperBound
        if middle < chunk.upperBound, generator.uniform() >= options.randomShare {
          pairs.append(pair(start..<middle, middle..<chunk.upperBound, follows: true))
          start = chunk.upperBound
        } else {
          let length = sentences.tokens(start..<middle).count
          let partner = partner(place, after: middle, wanted: wanted - length, &generator)
          pairs.append(pair(start..<middle, partner, follows: false))
          start = middle
        }
      }
    }
  }

  private func pair(_ first: Range<Int>, _ second: Range<Int>, follows: Bool) -> SentencePairs.Pair {
    SentencePairs.Pair(
      start: Int32(first.lowerBound), middle: Int32(first.upperBound), secondStart: Int32(second.lowerBound),
      secondEnd: Int32(second.upperBound), follows: follows)
  }

  /// Where sentences with as many tokens as are wanted end; at least one sentence.
  private func end(from start: Int, in all: Range<Int>, wanted: Int) -> Int {
    var end = start + 1
    while end < all.upperBound, sentences.tokens(start..<end).count < wanted { end += 1 }
    return end
  }

  /// Sentences of another document; where there is only one, of another place in it.
  private func partner(
    _ place: Int, after middle: Int, wanted: Int, _ generator: inout RandomGenerator
  ) -> Range<Int> {
    let all: Range<Int>
    var start: Int
    if documents.count > 1 {
      let other = (place + Int.random(in: 1..<documents.count, using: &generator)) % documents.count
      all = sentences.sentences(ofDocument: documents[other])
      start = Int.random(in: all, using: &generator)
    } else {
      all = sentences.sentences(ofDocument: documents[place])
      start = Int.random(in: all.lowerBound..<all.upperBound - 1, using: &generator)
      // The sentence that does follow is left out.
      if start >= middle { start += 1 }
    }
    return start..<end(from: start, in: all, wanted: wanted)
  }
}
