import TestSupport
import Tensors
import Testing
import Transformers

@Suite struct TransformerLanguageTests {
  typealias Family = TransformerConfiguration.Family

  @Test(
    "The gradient is the derivative along a direction, dropout and smoothing included", arguments: Family.allCases,
    KernelChoice.allCases)
  func directionalDerivative(family: Family, kernels: KernelChoice) throws {
    try checkDirectionalDerivative(ModelBench(family, kernels) { $0.setDropout(0.2) })
  }

  private func checkDirectionalDerivative(_ bench: ModelBench) throws {
    let batch = bench.batch([9, 4, 12])
    let activations = bench.activations(training: true)
    try bench.checkGradient { gradients in
      try bench.loss(batch, gradients, activations, smoothing: 0.1, dropoutSeed: 5).sum
    }
  }

  @Test("With norms of heads, too, the gradient is the derivative", arguments: KernelChoice.allCases)
  func directionalDerivativeWithHeadNorms(kernels: KernelChoice) throws {
    try checkDirectionalDerivative(
      ModelBench(.llama, kernels) {
        $0.setDropout(0.2)
        $0.hasHeadNorms = true
      })
  }

  @Test("Gradients are added, so two batches are as good as one", arguments: Family.allCases)
  func accumulation(family: Family) throws {
    let bench = try ModelBench(family)
    let (first, second) = (bench.batch([4, 8]), bench.batch([6, 10], seed: 2))
    let both = TokenBatch(tokens: first.tokens + second.tokens, lengths: first.lengths + second.lengths)
    let activations = bench.activations(training: true)
    let one = ParameterBuffer(zeros: bench.model.layout), two = ParameterBuffer(zeros: bench.model.layout)
    func targets(_ batch: TokenBatch) -> LanguageTargets {
      let rows = (0..<Int32(batch.tokens.count)).map { $0 }
      return LanguageTargets(rows: rows, tokens: batch.tokens.map { ($0 + 1) % 29 })
    }
    func loss(_ batch: TokenBatch, _ gradients: ParameterBuffer) throws -> LossSum {
      try bench.model.languageLoss(
        of: batch, targets: targets(batch), weights: bench.weights, gradients: gradients, activations: activations,
        execution: bench.execution)
    }
    var sum = try loss(first, one)
    sum += try loss(second, one)
    let whole = try loss(both, two)
    #expect(sum.count == whole.count && abs(sum.sum - whole.sum) < 1e-4)
    // The same products, summed in another order.
    let largest = two.all.values.reduce(0) { max($0, abs($1)) }
    #expect(largestDifference(one.all.values, two.all.values) <= 1e-5 * largest)
  }

  @Test("Frozen layers get no gradient, and the others the same one", arguments: Family.allCases)
  func frozen(family: Family) throws {
    // Without a tied head nothing but the embeddings themselves reaches the table of tokens.
    let bench = try ModelBench(family) { if family.isCausal { $0.tiesEmbeddings = false } }
    let batch = bench.batch([7, 5])
    let activations = bench.activations(training: true)
    let all = ParameterBuffer(zeros: bench.model.layout)
    _ = try bench.loss(batch, all, activations)
    for frozenDepth in 0...3 {
      let some = ParameterBuffer(zeros: bench.model.layout)
      _ = try bench.loss(batch, some, activations, frozenDepth: frozenDepth)
      for entry in bench.model.layout.entries {
        let values = some[entry.parameter].values
        if entry.depth >= frozenDepth {
          #expect(values == all[entry.parameter].values, "\(entry.name)")
        } else if family.isCausal || !entry.name.contains("word_embeddings") {
          #expect(values.allSatisfy { $0 == 0 }, "\(entry.name)")
        }
      }
    }
  }

  @Test("Dropout depends on its seed alone, and none is none", arguments: Family.allCases)
  func dropout(family: Family) throws {
    let bench = try ModelBench(family) { $0.setDropout(0.3) }
    let plain = try ModelBench(family)
    let batch = bench.batch([9, 9])
    func loss(_ bench: ModelBench, _ seed: UInt64?) throws -> Double {
      try bench.loss(batch, nil, bench.activations(), dropoutSeed: seed).sum
    }
    #expect(try loss(bench, 4) == loss(bench, 4))
    #expect(try loss(bench, 4) != loss(bench, 5))
    #expect(try loss(bench, nil) == loss(plain, 4))
  }

  @Test(
    "A loss without gradients is the same, and activations without training are enough for it",
    arguments: Family.allCases)
  func evaluation(family: Family) throws {
    let bench = try ModelBench(family)
    let batch = bench.batch([9, 2, 12])
    let trained = try bench.loss(batch, ParameterBuffer(zeros: bench.model.layout), bench.activations(training: true))
    #expect(try bench.loss(batch, nil, bench.activations(training: false)) == trained)
  }

  @Test("Nothing to predict is a loss of nothing")
  func noTargets() throws {
    let bench = try ModelBench(.bert)
    let gradients = ParameterBuffer(zeros: bench.model.layout)
    let loss = try bench.model.languageLoss(
      of: bench.batch([5]), targets: LanguageTargets(), weights: bench.weights, gradients: gradients,
      activations: bench.activations(training: true), execution: bench.execution)
    #expect(loss == LossSum())
    #expect(gradients.all.values.allSatisfy { $0 == 0 })
  }
}
