import TestSupport
import Tensors
import Testing
import Transformers

@Suite struct TransformerTests {
  typealias Family = TransformerConfiguration.Family

  @Test(
    "Causal means causal: what comes later changes no bit", arguments: [Family.gpt2, .llama], KernelChoice.allCases)
  func causal(family: Family, kernels: KernelChoice) throws {
    let bench = try ModelBench(family, kernels)
    let width = bench.model.configuration.width
    var batch = bench.batch([10, 7])
    let before = try bench.hidden(batch)
    for changed in 0..<10 {
      let token = batch.tokens[changed]
      batch.tokens[changed] = (token + 1) % 29
      let after = try bench.hidden(batch)
      #expect(after[..<(changed * width)] == before[..<(changed * width)], "before token \(changed)")
      #expect(after[(10 * width)...] == before[(10 * width)...], "the other sequence, token \(changed)")
      #expect(after[(changed * width)..<(10 * width)] != before[(changed * width)..<(10 * width)])
      batch.tokens[changed] = token
    }
  }

  @Test("A bidirectional model sees what comes later", arguments: [Family.bert, .roberta])
  func bidirectional(family: Family) throws {
    let bench = try ModelBench(family)
    var batch = bench.batch([10])
    let before = try bench.hidden(batch)
    batch.tokens[9] = 5
    #expect(try bench.hidden(batch).prefix(48) != before.prefix(48))
  }

  /// There is no padding, so nothing but its own tokens can reach a sequence.
  ///
  /// Bitwise, because a row of a product is summed in the same order however many rows there are; only a product of a
  /// few rows has a way of its own.
  @Test("A sequence alone and among others gives the same bits", arguments: Family.allCases, KernelChoice.allCases)
  func alone(family: Family, kernels: KernelChoice) throws {
    let bench = try ModelBench(family, kernels)
    let sequences = [5, 12, 1, 9].enumerated().map { bench.batch([$1], seed: UInt64($0)).tokens }
    let together = try bench.hidden(TokenBatch(sequences))
    let width = bench.model.configuration.width
    var first = 0
    for sequence in sequences {
      let expected = Array(together[first..<first + sequence.count * width])
      let alone = try bench.hidden(TokenBatch([sequence]))
      if sequence.count > 4 {
        #expect(alone == expected, "\(sequence.count) tokens alone")
      } else {
        #expect(largestDifference(alone, expected) <= 1e-4)
      }
      let others = try bench.hidden(TokenBatch([[7, 8, 9, 10, 11, 12, 13], sequence, [20]]))
      #expect(Array(others[(7 * width)..<((7 + sequence.count) * width)]) == expected, "\(sequence.count) tokens")
      first += sequence.count * width
    }
  }

  @Test("The same bits for any number of threads", arguments: Family.allCases, KernelChoice.allCases)
  func threads(family: Family, kernels: KernelChoice) throws {
    var results: [[Float]] = []
    for threads in [1, 2, 4] {
      let bench = try ModelBench(family, kernels, threads: threads) { $0.setDropout(0.1) }
      let gradients = ParameterBuffer(zeros: bench.model.layout)
      let loss = try bench.loss(
        bench.batch([11, 3, 12, 8]), gradients, bench.activations(training: true), dropoutSeed: 3)
      results.append(gradients.all.values + [Float(loss.sum)])
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  @Test("What an earlier batch left behind changes nothing", arguments: Family.allCases)
  func leftovers(family: Family) throws {
    let bench = try ModelBench(family)
    let batch = bench.batch([6, 9])
    let fresh = ParameterBuffer(zeros: bench.model.layout), again = ParameterBuffer(zeros: bench.model.layout)
    let expected = try bench.loss(batch, fresh, bench.activations(training: true))

    let poison = ParameterBuffer(zeros: bench.model.layout)
    poison.all.pointer.update(repeating: .nan, count: poison.all.count)
    let activations = bench.activations(training: true)
    _ = try bench.model.languageLoss(
      of: bench.batch([12, 12, 12]), targets: LanguageTargets(rows: [0, 20], tokens: [1, 2]), weights: poison,
      gradients: ParameterBuffer(zeros: bench.model.layout), activations: activations, execution: bench.execution)
    #expect(try bench.loss(batch, again, activations) == expected)
    #expect(again.all.values == fresh.all.values)
  }

  /// transformers 5.23, sum(p.numel() for p in model.parameters()) of the published configurations.
  @Test("Published models have their number of parameters")
  func parameterCounts() throws {
    func count(_ family: Family, _ vocabularySize: Int, _ change: (inout TransformerConfiguration) -> Void) throws
      -> Int
    {
      var configuration = TransformerConfiguration.preset(
        .base, family: family, vocabularySize: vocabularySize, context: 512)
      change(&configuration)
      return try Transformer(configuration).layout.parameterCount
    }
    #expect(try count(.gpt2, 50257) { $0.maximumPositions = 1024 } == 124_439_808)
    #expect(try count(.bert, 30522) { _ in } == 109_514_298)
    #expect(try count(.roberta, 50265) { $0.maximumPositions = 514 } == 124_697_433)
    #expect(
      try count(.llama, 32000) {
        ($0.width, $0.layers, $0.heads, $0.keyHeads, $0.headWidth, $0.innerWidth) = (288, 6, 6, 6, 48, 768)
      } == 15_191_712)
  }
}
