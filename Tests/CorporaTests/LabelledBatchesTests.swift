import Corpora
import Testing
import Transformers

struct LabelledBatchesTests {
  private func examples(_ count: Int, kind: LabelKind = .single) -> EncodedExamples {
    let rows = (0..<count).map { index in
      LabelledRow(
        text: String(repeating: "x", count: 1 + index * 7 % 13),
        labels: kind == .single ? [Int32(index % 3)] : [0, 2], value: Double(index))
    }
    return EncodedExamples(
      LabelledData(rows: rows, labelNames: kind == .value ? [] : ["a", "b", "c"], kind: kind),
      template: ExampleTemplate(begin: 1, end: 2, maximumTokens: 10)
    ) { $0.utf8.map(Int32.init) }
  }

  @Test(arguments: [LabelledBatchSize.sequences(8), .sequences(1), .tokens(40), .tokens(1)], [true, false])
  func anEpochHasEveryRowOnce(_ size: LabelledBatchSize, _ bucketed: Bool) {
    let batches = LabelledBatches(examples(101), size: size, seed: 3, bucketed: bucketed)
    for epoch in 0..<3 {
      let plan = batches.plan(epoch: epoch)
      #expect(plan.joined().sorted() == Array(0..<101))
      #expect(plan == batches.plan(epoch: epoch))
      for rows in plan {
        let batch = batches.batch(rows: rows)
        #expect(batch.batch.tokens.count <= batches.maximumTokens)
        #expect(batch.batch.lengths.count <= batches.maximumSequences)
        #expect(batch.targets == .classes(rows.map { Int32($0 % 3) }))
      }
    }
    #expect(batches.plan(epoch: 0) != batches.plan(epoch: 1))
  }

  @Test func withoutASeedRowsAreInOrder() {
    let batches = LabelledBatches(examples(10), size: .sequences(4), seed: nil)
    #expect(batches.plan(epoch: 0) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
  }

  @Test func targetsOfEachKind() {
    #expect(examples(2, kind: .multiple).targets(of: [0, 1]) == .multiLabel([1, 0, 1, 1, 0, 1]))
    #expect(examples(3, kind: .value).targets(of: [2, 0]) == .values([2, 0]))
  }

  @Test func longTextsAreCutAndCounted() {
    let examples = examples(13)
    #expect((0..<13).allSatisfy { examples.length($0) <= 10 })
    // Lengths are 1 … 13, and there is room for 8.
    #expect(examples.truncatedCount == 5)
  }

  @Test func pairsByFamily() {
    let (a, b): ([Int32], [Int32]) = ([10, 11], [20])
    let bert = ExampleTemplate(begin: 1, end: 2, usesSegments: true, maximumTokens: 16)
    #expect(bert.sequence(a, b).tokens == [1, 10, 11, 2, 20, 2])
    #expect(bert.sequence(a, b).segments == [0, 0, 0, 0, 1, 1])
    let roberta = ExampleTemplate(begin: 1, end: 2, doublesSeparator: true, maximumTokens: 16)
    #expect(roberta.sequence(a, b).tokens == [1, 10, 11, 2, 2, 20, 2])
    #expect(roberta.sequence(a).tokens == [1, 10, 11, 2])
  }

  @Test(arguments: 1...30) func noSequenceIsTooLong(_ limit: Int) {
    for template in [
      ExampleTemplate(begin: 1, end: 2, doublesSeparator: true, maximumTokens: limit),
      ExampleTemplate(begin: 1, end: 2, usesSegments: true, maximumTokens: limit),
      ExampleTemplate(begin: nil, end: nil, maximumTokens: limit),
    ] {
      for (first, second) in [(0, 0), (1, 20), (20, 1), (9, 9), (20, 20), (3, 4)] {
        let (a, b) = ([Int32](repeating: 5, count: first), [Int32](repeating: 6, count: second))
        let (tokens, segments, truncated) = template.sequence(a, b)
        #expect(tokens.count <= limit)
        #expect(segments.isEmpty || segments.count == tokens.count)
        #expect(truncated == (tokens.count { $0 >= 5 } < first + second))
        if truncated, limit > 8, first == second {
          #expect(abs(tokens.count { $0 == 5 } - tokens.count { $0 == 6 }) <= 1)
        }
      }
    }
  }
}
