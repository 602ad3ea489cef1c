import Corpora
import Testing

struct TokenStreamTests {
  private static let lengths = [3, 1, 5, 2]

  private func whole(begin: Int32?, end: Int32?) -> [Int32] {
    let shard = countingShard(lengths: Self.lengths)
    return (0..<shard.documentCount).flatMap { document in
      [begin].compactMap(\.self) + shard.document(document) + [end].compactMap(\.self)
    }
  }

  @Test(arguments: [(nil, nil), (1, nil), (nil, 2), (1, 2)] as [(Int32?, Int32?)])
  func everyRangeIsThatOfTheWhole(_ begin: Int32?, _ end: Int32?) {
    let stream = TokenStream(countingShard(lengths: Self.lengths), begin: begin, end: end)
    let whole = whole(begin: begin, end: end)
    #expect(stream.count == whole.count)
    for low in 0...whole.count {
      for high in low...whole.count { #expect(stream[low..<high] == Array(whole[low..<high])) }
    }
  }

  @Test func documentsAreFound() {
    let stream = TokenStream(countingShard(lengths: Self.lengths), begin: 1, end: 2)
    let documents = Self.lengths.enumerated().flatMap { [Int](repeating: $0.offset, count: $0.element + 2) }
    #expect((0..<stream.count).map { stream.document(at: $0) } == documents)
  }
}
