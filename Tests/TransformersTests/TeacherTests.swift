import TestSupport
import Tensors
import Testing
import Transformers

/// A smaller model that learns from a larger one.
@Suite struct TeacherTests {
  typealias Family = TransformerConfiguration.Family

  private static func teacher(
    _ family: Family, _ kernels: KernelChoice, weight: Float = 0.7,
    changing change: (inout TransformerConfiguration) -> Void = { _ in }
  ) throws -> Teacher {
    let bench = try ModelBench(family, kernels) { configuration in
      configuration.layers = 3
      change(&configuration)
    }
    return Teacher(
      model: bench.model, weights: bench.model.initialWeights(seed: 70), weight: weight, temperature: 2)
  }

  private func targets(_ batch: TokenBatch, _ family: Family) -> LanguageTargets {
    guard !family.isCausal else { return LanguageTargets(nextTokensOf: batch) }
    let rows = Array(stride(from: 0, to: Int32(batch.tokens.count), by: 2))
    return LanguageTargets(rows: rows, tokens: rows.map { $0 % Int32(ModelBench.vocabularySize) })
  }

  /// The causal families teach each other, and so do the masked ones.
  @Test(
    "The gradient is the derivative", arguments: [(Family.gpt2, Family.llama), (.llama, .llama), (.bert, .roberta)],
    KernelChoice.allCases)
  func languageGradient(families: (Family, Family), kernels: KernelChoice) throws {
    let bench = try ModelBench(families.0, kernels) { $0.setDropout(0.2) }
    let batch = bench.batch([9, 4, 12])
    let activations = bench.activations(training: true)
    let teaching = Teaching(try Self.teacher(families.1, kernels), tokens: 40, sequences: 5)
    try bench.checkGradient { gradients in
      try bench.model.languageLoss(
        of: batch, targets: targets(batch, families.0), weights: bench.weights, gradients: gradients,
        activations: activations, execution: bench.execution, smoothing: 0.1, dropoutSeed: 5, teaching: teaching
      ).sum
    }
  }

  @Test("The gradient of a classifier is the derivative", arguments: [Family.gpt2, .roberta])
  func classifierGradient(family: Family) throws {
    let labels = ["a", "b", "c"]
    for (name, targets) in [
      ("one", ClassTargets.classes([2, 0])), ("several", .multiLabel([1, 0, 1, 0, 0, 1])),
      ("values", .values([0.5, -1, 2, 0, 1, 3])),
      ("tokens", .tokenClasses(rows: [1, 4, 9], classes: [0, 2, 1])),
    ] {
      func classify(_ configuration: inout TransformerConfiguration) {
        configuration =
          name == "tokens"
          ? configuration.classifying(tokensInto: labels)
          : configuration.classifying(
            sequencesInto: labels,
            problemType: name == "one" ? .singleLabel : name == "several" ? .multiLabel : .regression)
      }
      let bench = try ModelBench(family, changing: classify)
      let batch = bench.batch([7, 5])
      let activations = bench.activations(training: true)
      let teaching = Teaching(
        try Self.teacher(family, .reference, changing: classify), tokens: 40, sequences: 5)
      try bench.checkGradient { gradients in
        try bench.model.classificationLoss(
          of: batch, targets: targets, weights: bench.weights, gradients: gradients, activations: activations,
          execution: bench.execution, classWeights: name == "one" ? [1, 2, 3] : nil, teaching: teaching
        ).sum
      }
    }
  }

  @Test("A teacher that weighs nothing changes nothing but the last digits")
  func weightless() throws {
    let bench = try ModelBench(.llama)
    let batch = bench.batch([9, 4])
    let activations = bench.activations(training: true)
    let teaching = Teaching(try Self.teacher(.gpt2, .reference, weight: 0), tokens: 40, sequences: 5)
    func loss(_ teaching: Teaching?) throws -> LossSum {
      try bench.model.languageLoss(
        of: batch, targets: LanguageTargets(nextTokensOf: batch), weights: bench.weights, gradients: nil,
        activations: activations, execution: bench.execution, teaching: teaching)
    }
    let (with, without) = (try loss(teaching), try loss(nil))
    #expect(abs(with.sum - without.sum) < 1e-4 && with.count == without.count)
  }

  @Test("A teacher of other words or labels is refused")
  func refused() throws {
    let bench = try ModelBench(.llama)
    let batch = bench.batch([5])
    let other = try Self.teacher(.llama, .reference) { $0.vocabularySize += 1 }
    #expect(throws: ModelFailure.otherTeacher(what: "tokens", teacher: 30, student: 29)) {
      try bench.model.languageLoss(
        of: batch, targets: LanguageTargets(nextTokensOf: batch), weights: bench.weights, gradients: nil,
        activations: bench.activations(), execution: bench.execution,
        teaching: Teaching(other, tokens: 40, sequences: 5))
    }
    let classifier = try ModelBench(.llama) {
      $0 = $0.classifying(sequencesInto: ["a", "b"], problemType: .singleLabel)
    }
    for (labels, expected) in [
      (["a", "b", "c"], ModelFailure.otherTeacher(what: "labels", teacher: 3, student: 2)),
      (nil, .wrongHead(needed: "a classification head", found: .causalLanguage)),
    ] as [([String]?, ModelFailure)] {
      let other = try Self.teacher(.llama, .reference) { configuration in
        if let labels { configuration = configuration.classifying(sequencesInto: labels, problemType: .singleLabel) }
      }
      #expect(throws: expected) {
        try classifier.model.classificationLoss(
          of: batch, targets: .classes([1]), weights: classifier.weights, gradients: nil,
          activations: classifier.activations(), execution: classifier.execution,
          teaching: Teaching(other, tokens: 40, sequences: 5))
      }
    }
  }
}
