import TestSupport
import Tensors
import Testing
import Transformers

/// Where a head reads few rows, the last block computes no others behind its attention.
///
/// The second method is the same model when all rows are asked for, which leaves nothing out.
@Suite struct RowSelectionTests {
  typealias Family = TransformerConfiguration.Family

  /// Of each sequence other rows.
  private static let lengths = [9, 4, 12], few: [Int32] = [1, 2, 8, 9, 14, 20, 24]

  private static func targets(_ rows: [Int32]) -> LanguageTargets {
    LanguageTargets(rows: rows, tokens: rows.map { ($0 * 7 + 3) % Int32(ModelBench.vocabularySize) })
  }

  @Test("The gradient is the derivative", arguments: Family.allCases, KernelChoice.allCases)
  func gradient(family: Family, kernels: KernelChoice) throws {
    let bench = try ModelBench(family, kernels) { $0.setDropout(0.2) }
    let (batch, activations) = (bench.batch(Self.lengths), bench.activations(training: true))
    try bench.checkGradient { gradients in
      try bench.model.languageLoss(
        of: batch, targets: Self.targets(Self.few), weights: bench.weights, gradients: gradients,
        activations: activations, execution: bench.execution, smoothing: 0.1, dropoutSeed: 5
      ).sum
    }
  }

  /// Also of one row alone, where products have a path of their own.
  @Test("Scores are those that all rows' pass gives", arguments: Family.allCases, KernelChoice.allCases)
  func scores(family: Family, kernels: KernelChoice) throws {
    let bench = try ModelBench(family, kernels)
    let (batch, activations) = (bench.batch(Self.lengths), bench.activations())
    func logits(_ rows: [Int32]) throws -> [[Float]] {
      let logits = try bench.model.logits(
        of: batch, rows: rows, weights: bench.weights, activations: activations, execution: bench.execution)
      return rows.indices.map { logits.row($0) }
    }
    let all = try logits((0..<25).map { $0 })
    for rows in [Self.few, [17], [0, 3, 24]] {
      for (row, found) in try zip(rows, logits(rows)) {
        // Sums of 48 products of numbers near 1, in another order.
        #expect(largestDifference(found, all[Int(row)]) <= 1e-4, "row \(row)")
      }
    }
  }

  @Test("The gradients of three parts of the rows add up to that of all", arguments: Family.allCases)
  func gradients(family: Family) throws {
    let bench = try ModelBench(family)
    let (batch, activations) = (bench.batch(Self.lengths), bench.activations(training: true))
    func gradients(_ parts: [[Int32]]) throws -> (loss: Double, values: [Float]) {
      let gradients = ParameterBuffer(zeros: bench.model.layout)
      var loss = LossSum()
      for rows in parts {
        loss += try bench.model.languageLoss(
          of: batch, targets: Self.targets(rows), weights: bench.weights, gradients: gradients,
          activations: activations, execution: bench.execution)
      }
      return (loss.sum, gradients.all.values)
    }
    let all = Array(0..<Int32(25))
    let parts = (0..<3).map { part in all.filter { $0 % 3 == part } }
    let (found, expected) = (try gradients(parts), try gradients([all]))
    #expect(abs(found.loss - expected.loss) < 1e-4)
    // The same products, summed in another order.
    let largest = expected.values.reduce(0) { max($0, abs($1)) }
    #expect(largestDifference(found.values, expected.values) <= 1e-5 * largest)
  }

  @Test("BERT's two tasks read rows of their own")
  func nextSentence() throws {
    let bench = try ModelBench(.bert) { $0.head = .maskedLanguageAndNextSentence }
    let (batch, activations) = (bench.batch(Self.lengths), bench.activations(training: true))
    try bench.checkGradient { gradients in
      var targets = Self.targets(Self.few)
      (targets.nextSentence, targets.nextSentenceWeight) = ([0, 1, 0], 1)
      let loss = try bench.model.languageLoss(
        of: batch, targets: targets, weights: bench.weights, gradients: gradients, activations: activations,
        execution: bench.execution)
      return loss.sum + loss.nextSentenceSum
    }
  }

  @Test("The same bits come out on one thread and on several", arguments: [Family.bert, .llama])
  func threads(family: Family) throws {
    let results = try [1, 2, 4].map { threads in
      let bench = try ModelBench(family, .active, threads: threads)
      let gradients = ParameterBuffer(zeros: bench.model.layout)
      _ = try bench.model.languageLoss(
        of: bench.batch(Self.lengths), targets: Self.targets(Self.few), weights: bench.weights, gradients: gradients,
        activations: bench.activations(training: true), execution: bench.execution)
      return gradients.all.values
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }
}
