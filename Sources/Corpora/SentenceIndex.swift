/// What finding sentences must know about a vocabulary.
public struct SentenceMarks: Sendable {
  /// Which tokens end a sentence, if the next one begins a word.
  public let endsSentence: [Bool]
  /// Which tokens begin a word.
  public let beginsWord: [Bool]

  /// The facts, one entry a token.
  public init(endsSentence: [Bool], beginsWord: [Bool]) {
    precondition(endsSentence.count == beginsWord.count, "both lists have an entry a token")
    (self.endsSentence, self.beginsWord) = (endsSentence, beginsWord)
  }
}

/// Where the sentences of a shard begin, found from its tokens.
///
/// It takes eight bytes a sentence. What is called a sentence ends with the document, behind a token that ends
/// sentences if a word follows, and in any case after `longest` tokens; so an abbreviation ends one too. That is good
/// enough to part a text at, which is all that it is for.
public struct SentenceIndex: Sendable {
  /// Where each sentence begins, in tokens of the shard; then where the last one ends.
  let starts: [Int]
  /// The first sentence of each document; then how many sentences there are.
  let firstSentences: [Int]

  /// How many sentences.
  public var count: Int { starts.count - 1 }
  /// How many documents, empty ones included.
  public var documentCount: Int { firstSentences.count - 1 }

  /// Reads a shard once.
  /// - Parameter longest: How many tokens a sentence has at most.
  public init(_ shard: TokenShard, marks: SentenceMarks, longest: Int) {
    precondition(longest > 0, "sentences of \(longest) tokens")
    var starts: [Int] = []
    var firstSentences: [Int] = []
    var tokens: [Int32] = []
    for document in 0..<shard.documentCount {
      firstSentences.append(starts.count)
      let range = shard.start(ofDocument: document)..<shard.start(ofDocument: document + 1)
      tokens.removeAll(keepingCapacity: true)
      shard.append(range, to: &tokens)
      var length = longest
      var mayEnd = false
      for (offset, token) in tokens.enumerated() {
        if length == longest || offset == 0 || (mayEnd && marks.beginsWord[Int(token)]) {
          starts.append(range.lowerBound + offset)
          length = 0
        }
        length += 1
        mayEnd = marks.endsSentence[Int(token)]
      }
    }
    firstSentences.append(starts.count)
    starts.append(shard.tokenCount)
    (self.starts, self.firstSentences) = (starts, firstSentences)
  }

  /// The sentences of a document.
  public func sentences(ofDocument document: Int) -> Range<Int> {
    firstSentences[document]..<firstSentences[document + 1]
  }

  /// The tokens of some sentences that follow each other in one document.
  public func tokens(_ sentences: Range<Int>) -> Range<Int> {
    starts[sentences.lowerBound]..<starts[sentences.upperBound]
  }
}
