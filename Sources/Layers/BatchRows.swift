import KernelSupport

/// What the rows of a batch are: their tokens, and whose they are, and at which positions they stand.
///
/// It is filled anew for each batch, in the memory of the one before.
package struct BatchRows: Sendable {
  /// The token, segment and position of each row.
  package private(set) var tokens: [Int32] = [], segments: [Int32] = [], positions: [Int32] = []
  /// Where the sequences are.
  package private(set) var spans: [SequenceSpan] = []
  /// The first and the last row of each sequence.
  package private(set) var firstRows: [Int32] = [], lastRows: [Int32] = []
  /// Whether each row sees all of its sequence, even where the model's attention is causal.
  package var seesAll = false
  /// 0, 1, 2 …, at least as many as there are rows.
  private var numbers: [Int32] = []

  /// The numbers of all rows.
  package var allRows: ArraySlice<Int32> { numbers.prefix(count) }

  /// How many rows.
  package var count: Int { tokens.count }

  /// Room for so many rows and sequences.
  package init(tokens: Int, sequences: Int) {
    self.tokens.reserveCapacity(tokens)
    numbers.reserveCapacity(tokens)
    segments.reserveCapacity(tokens)
    positions.reserveCapacity(tokens)
    spans.reserveCapacity(sequences)
    firstRows.reserveCapacity(sequences)
    lastRows.reserveCapacity(sequences)
  }

  /// Forgets all rows.
  package mutating func removeAll() {
    tokens.removeAll(keepingCapacity: true)
    segments.removeAll(keepingCapacity: true)
    positions.removeAll(keepingCapacity: true)
    spans.removeAll(keepingCapacity: true)
    firstRows.removeAll(keepingCapacity: true)
    lastRows.removeAll(keepingCapacity: true)
    seesAll = false
  }

  /// Appends a sequence, whose rows ask about each other.
  package mutating func append(
    tokens newTokens: ArraySlice<Int32>, segments newSegments: ArraySlice<Int32>, firstPosition: Int
  ) {
    let span = SequenceSpan(first: count, count: newTokens.count)
    append(newTokens, newSegments, firstPosition: firstPosition, span)
  }

  /// Appends the continuation of a sequence whose keys and values stand in a cache from `firstKey` on.
  package mutating func append(tokens newTokens: [Int32], after length: Int, firstKey: Int) {
    let span = SequenceSpan(
      firstQuery: count, queries: newTokens.count, firstKey: firstKey, keys: length + newTokens.count)
    append(newTokens[...], [], firstPosition: length, span)
  }

  private mutating func append(
    _ newTokens: ArraySlice<Int32>, _ newSegments: ArraySlice<Int32>, firstPosition: Int, _ span: SequenceSpan
  ) {
    firstRows.append(Int32(count))
    spans.append(span)
    tokens.append(contentsOf: newTokens)
    if newSegments.isEmpty {
      for _ in newTokens { segments.append(0) }
    } else {
      segments.append(contentsOf: newSegments)
    }
    for position in firstPosition..<firstPosition + newTokens.count { positions.append(Int32(position)) }
    lastRows.append(Int32(count - 1))
    while numbers.count < count { numbers.append(Int32(numbers.count)) }
  }
}
