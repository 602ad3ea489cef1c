import TestSupport
import Tensors
import Testing
import Transformers

@Suite struct TransformerGenerationTests {
  typealias Family = TransformerConfiguration.Family

  /// The products of one row and of many may be summed in another order, which moves logits of size 10 by some 1e-6;
  /// 1e-4 is a hundred times that, and far below what changes a sampled token.
  static let tolerance: Float = 1e-4

  private func uncached(_ bench: ModelBench, _ tokens: [Int32]) throws -> [Float] {
    try bench.model.logits(
      of: TokenBatch([tokens]), rows: [Int32(tokens.count - 1)], weights: bench.weights,
      activations: bench.activations(), execution: bench.execution
    ).row(0)
  }

  @Test("Logits equal the uncached ones, token by token", arguments: [Family.gpt2, .llama], KernelChoice.allCases)
  func tokenByToken(family: Family, kernels: KernelChoice) throws {
    let bench = try ModelBench(family, kernels)
    let tokens = bench.batch([12]).tokens
    let cache = KeyValueCache(bench.model, sequences: 1, capacity: 12)
    let activations = bench.activations(tokens: 3, sequences: 1)
    for end in 1...12 {
      let logits = try bench.model.extend(
        cache, [(0, [tokens[end - 1]])], weights: bench.weights, activations: activations, execution: bench.execution)
      #expect(largestDifference(logits.row(0), try uncached(bench, Array(tokens[..<end]))) <= Self.tolerance)
    }
    #expect(cache.lengths == [12])
  }

  @Test(
    "Several texts of different lengths in one pass, prompts and single tokens mixed",
    arguments: [Family.gpt2, .llama],
    KernelChoice.allCases)
  func severalTexts(family: Family, kernels: KernelChoice) throws {
    let bench = try ModelBench(family, kernels)
    let cache = KeyValueCache(bench.model, sequences: 3, capacity: 12)
    let activations = bench.activations()
    var texts: [[Int32]] = [[], [], []]
    let rounds: [[(sequence: Int, tokens: [Int32])]] = [
      [(0, [5, 6, 7, 8]), (2, [9])], [(2, [10, 11, 12]), (1, [6, 6, 6, 6, 6, 6]), (0, [13])],
      [(1, [20]), (0, [21, 22])],
    ]
    for prompts in rounds {
      let logits = try bench.model.extend(
        cache, prompts, weights: bench.weights, activations: activations, execution: bench.execution)
      #expect(logits.rows == prompts.count && logits.columns == ModelBench.vocabularySize)
      for (row, prompt) in prompts.enumerated() {
        texts[prompt.sequence] += prompt.tokens
        #expect(largestDifference(logits.row(row), try uncached(bench, texts[prompt.sequence])) <= Self.tolerance)
      }
    }
    #expect(cache.lengths == texts.map(\.count))
  }

  @Test("A text that is cut goes on as if the rest had never been", arguments: [Family.gpt2, .llama])
  func truncation(family: Family) throws {
    let bench = try ModelBench(family)
    let cache = KeyValueCache(bench.model, sequences: 2, capacity: 12)
    let activations = bench.activations()
    func extend(_ prompts: [(sequence: Int, tokens: [Int32])]) throws -> [Float] {
      try bench.model.extend(
        cache, prompts, weights: bench.weights, activations: activations, execution: bench.execution
      ).row(0)
    }
    _ = try extend([(1, [5, 6, 7, 8, 9, 10])])
    cache.truncate(sequence: 1, to: 2)
    #expect(largestDifference(try extend([(1, [20, 21])]), try uncached(bench, [5, 6, 20, 21])) <= Self.tolerance)
    cache.truncate(sequence: 1, to: 100)
    #expect(cache.lengths == [0, 4])
    cache.truncate(sequence: 1, to: 0)
    #expect(largestDifference(try extend([(1, [7])]), try uncached(bench, [7])) <= Self.tolerance)
  }

  @Test("The end of the capacity is an error that changes nothing")
  func capacity() throws {
    let bench = try ModelBench(.gpt2)
    let cache = KeyValueCache(bench.model, sequences: 2, capacity: 1000)
    #expect(cache.capacity == ModelBench.context)
    let activations = bench.activations()
    func extend(_ prompts: [(sequence: Int, tokens: [Int32])]) throws {
      _ = try bench.model.extend(
        cache, prompts, weights: bench.weights, activations: activations, execution: bench.execution)
    }
    try extend([(0, [Int32](repeating: 5, count: 12))])
    #expect(throws: ModelFailure.cacheFull(sequence: 0, length: 12, added: 1, capacity: 12)) {
      try extend([(1, [5]), (0, [6])])
    }
    #expect(cache.lengths == [12, 0])
    #expect(throws: ModelFailure.unknownSequence(sequence: 2, sequences: 2)) { try extend([(2, [5])]) }
    #expect(throws: ModelFailure.unknownSequence(sequence: 1, sequences: 2)) { try extend([(1, [5]), (1, [6])]) }
    #expect(throws: ModelFailure.empty(sequence: 1)) { try extend([(1, [])]) }
    #expect(throws: ModelFailure.empty(sequence: nil)) { try extend([]) }
    #expect(throws: ModelFailure.tokenOutOfRange(token: 29, row: 1, vocabularySize: 29)) { try extend([(1, [5, 29])]) }
    let other = try ModelBench(.gpt2) { $0.layers = 1 }
    #expect(throws: ModelFailure.otherModel(what: "cached keys and values")) {
      _ = try other.model.extend(
        cache, [(1, [5])], weights: other.weights, activations: other.activations(), execution: other.execution)
    }
  }

  @Test("A cache takes the memory that it says")
  func memory() throws {
    let bench = try ModelBench(.llama)
    let cache = KeyValueCache(bench.model, sequences: 2, capacity: 10)
    // layers · sequences · capacity · keys and values · heads · width, and cosines and sines of 10 positions
    #expect(cache.byteCount == 4 * (2 * 2 * 10 * 2 * 1 * 16 + 2 * 10 * 8))
    #expect(cache.byteCount == KeyValueCache.byteCount(bench.model, sequences: 2, capacity: 10))
  }
}
