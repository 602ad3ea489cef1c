import Corpora
import Testing

struct SentenceIndexTests {
  /// 1 is a word, 2 a word with a full stop, 3 continues a word.
  private static let marks = SentenceMarks(
    endsSentence: [false, false, true, false], beginsWord: [false, true, true, false])

  private func sentences(_ documents: [[Int32]], longest: Int = 100) -> [[[Int32]]] {
    let shard = TokenShard(documents: documents, vocabularySize: 4)
    let index = SentenceIndex(shard, marks: Self.marks, longest: longest)
    #expect(index.documentCount == documents.count)
    return (0..<index.documentCount).map { document in
      index.sentences(ofDocument: document).map { sentence in
        var tokens: [Int32] = []
        shard.append(index.tokens(sentence..<sentence + 1), to: &tokens)
        return tokens
      }
    }
  }

  @Test func aSentenceEndsBeforeAWordAndWithItsDocument() {
    #expect(
      sentences([[1, 3, 2, 1, 2, 3, 1, 2], [], [1], [2, 2]])
        == [[[1, 3, 2], [1, 2, 3, 1, 2]], [], [[1]], [[2], [2]]])
  }

  @Test func aLongSentenceIsCut() {
    #expect(sentences([[1, 1, 1, 1, 1, 2, 1]], longest: 2) == [[[1, 1], [1, 1], [1, 2], [1]]])
  }
}
