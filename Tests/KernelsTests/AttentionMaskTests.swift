import Kernels
import TestSupport
import Testing

/// What is hidden has no influence, whatever it holds: zero times a not-a-number would be one.
@Suite struct AttentionMaskTests {
  /// Rows `row` of `width` numbers for which `isChecked` holds are the same bits in both.
  private func expectSame(
    _ found: [Float], _ clean: [Float], width: Int, _ comment: String, _ isChecked: (_ row: Int) -> Bool
  ) {
    for row in 0..<clean.count / width where isChecked(row) {
      let range = row * width..<(row + 1) * width
      let same = zip(found[range], clean[range]).allSatisfy { $0.bitPattern == $1.bitPattern }
      #expect(same, "\(comment): row \(row)")
    }
  }

  /// Not-a-numbers and infinities in each of some rows of a sequence between two others.
  @Test(arguments: Variant.all, Precision.allCases) func hiddenRowsHaveNoInfluence(
    variant: Variant, precision: Precision
  ) {
    for (queries, keys) in [(61, 61), (60, 95), (40, 81), (210, 210)] {
      let spans = [
        SequenceSpan(first: 0, count: 20),
        SequenceSpan(firstQuery: 20, queries: queries, firstKey: 20, keys: keys),
        SequenceSpan(firstQuery: 20 + queries, queries: 13, firstKey: 20 + keys, keys: 13),
      ]
      for causal in [true, false] {
        var test = AttentionCase(
          spans: spans, heads: 2, keyHeads: 1, headWidth: 20, causal: causal, precision: precision)
        let clean = test.results(of: variant)
        let places = [0, 1, 2, 11, 12, 15, 16, 17, 31, 32, 33, 59, 191, 192].filter { $0 < queries } + [queries - 1]
        for (number, place) in zip([Float.nan, .infinity, -.infinity, .nan, .nan].cycled(places.count), places) {
          let isHiddenKey = { (row: Int) in row >= 20 && row < 20 + keys }
          let isOther = { (row: Int) in row < 20 || row >= 20 + queries }
          // A key that is seen from query `place` on.
          let key = place + keys - queries
          test.poison = (number, 20 + key, isKey: true)
          var found = test.results(of: variant)
          var comment = "\(test.name): \(number) in key \(key)"
          let before = { (row: Int) in isOther(row) || causal && row < 20 + place }
          expectSame(found.output, clean.output, width: 40, comment, before)
          expectSame(found.logSumExp, clean.logSumExp, width: 2, comment, before)
          expectSame(found.queries, clean.queries, width: 40, comment, before)
          expectSame(found.keys, clean.keys, width: 20, comment) { !isHiddenKey($0) }
          expectSame(found.values, clean.values, width: 20, comment) { !isHiddenKey($0) }
          // A query, which has nothing to say to the keys behind it.
          test.poison = (number, 20 + place, isKey: false)
          found = test.results(of: variant)
          comment = "\(test.name): \(number) in query \(place)"
          let others = { (row: Int) in row != 20 + place }
          expectSame(found.output, clean.output, width: 40, comment, others)
          expectSame(found.logSumExp, clean.logSumExp, width: 2, comment, others)
          expectSame(found.queries, clean.queries, width: 40, comment, others)
          let after = { (row: Int) in !isHiddenKey(row) || causal && row > 20 + key }
          expectSame(found.keys, clean.keys, width: 20, comment, after)
          expectSame(found.values, clean.values, width: 20, comment, after)
        }
      }
    }
  }
}

extension Array {
  /// The elements again and again, up to `count`.
  fileprivate func cycled(_ count: Int) -> [Element] { (0..<count).map { self[$0 % self.count] } }
}
