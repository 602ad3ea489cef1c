import KernelSupport
import Layers
import Testing

@Suite struct BatchRowsTests {
  @Test("Sequences lie one behind the other, each with positions of its own")
  func sequences() {
    var rows = BatchRows(tokens: 5, sequences: 2)
    rows.append(tokens: [7, 8, 9], segments: [0, 0, 1], firstPosition: 2)
    rows.append(tokens: [4, 5], segments: [], firstPosition: 2)
    #expect(rows.count == 5 && rows.tokens == [7, 8, 9, 4, 5])
    #expect(rows.segments == [0, 0, 1, 0, 0])
    #expect(rows.positions == [2, 3, 4, 2, 3])
    #expect(rows.spans == [SequenceSpan(first: 0, count: 3), SequenceSpan(first: 3, count: 2)])
    #expect(rows.firstRows == [0, 3] && rows.lastRows == [2, 4])
    rows.removeAll()
    #expect(rows.count == 0 && rows.spans.isEmpty && rows.lastRows.isEmpty)
  }

  @Test("New tokens of a cached text ask about all of it")
  func continuation() {
    var rows = BatchRows(tokens: 3, sequences: 2)
    rows.append(tokens: [7], after: 4, firstKey: 10)
    rows.append(tokens: [8, 9], after: 0, firstKey: 20)
    #expect(rows.positions == [4, 0, 1])
    #expect(
      rows.spans == [
        SequenceSpan(firstQuery: 0, queries: 1, firstKey: 10, keys: 5),
        SequenceSpan(firstQuery: 1, queries: 2, firstKey: 20, keys: 2),
      ])
  }
}
