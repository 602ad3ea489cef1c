import Checkpoints
import Corpora
import Files
import TestSupport
import Tensors
import Testing
import Tokenization
import Training
import Transformers

/// Runs with a teacher.
@Suite struct TaughtRunsTests {
  private let tokenizer: Tokenizer
  private let training: TokenShard, validation: TokenShard
  private let scratch: ScratchFolder

  init() throws {
    tokenizer = try ToyTexts.tokenizer()
    training = ToyTexts.shard(tokenizer, documents: 40, seed: 1)
    validation = ToyTexts.shard(tokenizer, documents: 6, seed: 2)
    scratch = try ScratchFolder()
  }

  /// Smaller than the teachers.
  private func student(_ family: TransformerConfiguration.Family) -> TransformerConfiguration {
    var configuration = ToyTexts.configuration(family, tokenizer)
    (configuration.width, configuration.layers, configuration.heads, configuration.keyHeads) = (16, 1, 2, 2)
    (configuration.headWidth, configuration.innerWidth) = (8, 32)
    return configuration
  }

  private func languageRun(
    _ configuration: TransformerConfiguration, steps: Int, teacher: String? = nil, weight: Double = 0.5,
    output: String? = nil, threads: Int = 1, adapt: (inout PretrainingSettings) -> Void = { _ in },
    actions: LoopActions = LoopActions()
  ) throws -> PretrainingRun {
    var settings = PretrainingSettings.recommended(
      for: configuration, corpusTokens: training.tokenCount, budget: .steps(steps))
    (settings.batch, settings.context, settings.loop.seed) = (4, 24, 3)
    settings.distillation = teacher.map { DistillationSettings(teacher: $0) }
    settings.distillation?.weight = weight
    adapt(&settings)
    return try PretrainingRun(
      configuration: configuration, tokenizer: tokenizer, training: training, validation: validation,
      settings: settings, execution: KernelChoice.active.execution(threads: threads), output: output,
      actions: actions)
  }

  private func languageTeacher(_ family: TransformerConfiguration.Family, steps: Int = 150) throws -> String {
    let path = Files.path(scratch.path, "teacher-\(family)")
    _ = try languageRun(ToyTexts.configuration(family, tokenizer), steps: steps, output: path).run()
    return path
  }

  private func classifier(
    _ configuration: TransformerConfiguration, steps: Int, teacher: String? = nil, output: String? = nil,
    tokenizer: Tokenizer? = nil, adapter: LowRankSettings? = nil, base: String? = nil, rows: LabelledData? = nil,
    weight: Double = 0.5
  ) throws -> FineTuningRun {
    var settings = FineTuningSettings.recommended(for: configuration, pretrained: false, rows: 60, kind: .single)
    settings.loop.budget = .steps(steps)
    settings.distillation = teacher.map { DistillationSettings(teacher: $0) }
    settings.distillation?.weight = weight
    settings.adapter = adapter
    return try FineTuningRun(
      base: base.map { .folder($0) } ?? .new(configuration, tokenizer ?? self.tokenizer),
      training: rows ?? ToyTexts.labelled(rows: 60, seed: 5), validation: ToyTexts.labelled(rows: 20, seed: 6),
      settings: settings, execution: KernelChoice.active.execution(), output: output)
  }

  /// With the teacher alone to learn from, the student comes to predict the text that it has never been asked for.
  @Test(arguments: [TransformerConfiguration.Family.llama, .roberta])
  func teachersTeach(family: TransformerConfiguration.Family) throws {
    let teacher = try languageTeacher(family)
    let start = try languageRun(student(family), steps: 1, teacher: teacher, weight: 1)
    let begun = try #require(try start.run().evaluation)
    let taught = try languageRun(student(family), steps: 120, teacher: teacher, weight: 1).run()
    let loss = try #require(taught.evaluation).loss
    #expect(loss < 0.75 * begun.loss, "\(loss), at the beginning \(begun.loss)")
  }

  @Test func threadsChangeNothing() throws {
    let teacher = try languageTeacher(.llama, steps: 20)
    let runs = try [1, 2].map { threads in
      let run = try languageRun(student(.llama), steps: 12, teacher: teacher, threads: threads)
      _ = try run.run()
      return run.weights.bits
    }
    #expect(runs[0] == runs[1])
  }

  @Test func stoppingChangesNothing() throws {
    let teacher = try languageTeacher(.llama, steps: 20)
    let configuration = student(.llama)
    let outcome = try ResumeVerification(steps: 8, scratchFolder: scratch.path) {
      folder, resumes, actions, shouldStop in
      let run =
        resumes
        ? try PretrainingRun(
          resuming: folder, tokenizer: tokenizer, training: training, validation: validation,
          execution: KernelChoice.active.execution(), actions: actions)
        : try languageRun(
          configuration, steps: 8, teacher: teacher, output: folder, adapt: { $0.loop.evaluationInterval = 3 },
          actions: actions)
      _ = try run.run(until: shouldStop)
    }.run()
    #expect(outcome.stops == 8)
  }

  @Test func aRunGoesOnOnlyWithItsTeacher() throws {
    let teacher = try languageTeacher(.llama, steps: 20)
    let folder = Files.path(scratch.path, "student")
    // A run holds its folder as long as it lives.
    func begin() throws -> DistillationSettings? {
      var done = 0
      let run = try languageRun(
        student(.llama), steps: 6, teacher: teacher, output: folder,
        actions: LoopActions(report: { if case .step(let step) = $0 { done = step.step } }))
      #expect(try run.run(until: { done >= 3 }).outcome == .interrupted)
      return run.settings.distillation
    }
    let distillation = try #require(try begin())
    #expect(distillation.sha256?.count == 64)
    func resume() throws -> PretrainingRun {
      try PretrainingRun(
        resuming: folder, tokenizer: tokenizer, training: training, validation: validation,
        execution: KernelChoice.active.execution())
    }
    #expect(try resume().settings.distillation == distillation)
    let other = try ModelFolder(reading: teacher)
    other.weights.all.pointer[5] += 1e-3
    try other.write(to: teacher)
    #expect { try resume() } throws: { failure in
      guard case TrainingFailure.teacher(_, let problem) = failure else { return false }
      return problem.contains("changed")
    }
    try Files.removeFolder(teacher)
    #expect(throws: FileFailure.self) { try resume() }
  }

  @Test func theTeacherIsInThePlan() throws {
    let teacher = try languageTeacher(.llama, steps: 2)
    let plain = try languageRun(student(.llama), steps: 2).plan.memory
    let taught = try languageRun(student(.llama), steps: 2, teacher: teacher).plan.memory
    let weights = 4 * (try ModelFolder(reading: teacher).weights.layout.bufferCount)
    #expect(plain.teacher == 0 && taught.teacher > weights && taught.total == plain.total + taught.teacher)
    #expect(throws: TrainingFailure.memory(needed: taught.total, limit: taught.total - 1)) {
      try languageRun(
        student(.llama), steps: 2, teacher: teacher, adapt: { $0.memoryLimit = taught.total - 1 })
    }
  }

  @Test func classifiersLearnFromClassifiers() throws {
    let path = Files.path(scratch.path, "teacher")
    _ = try classifier(ToyTexts.configuration(.roberta, tokenizer), steps: 80, output: path).run()
    // What the labels say is turned round; the teacher alone is heard.
    var wrong = ToyTexts.labelled(rows: 60, seed: 5)
    for index in wrong.rows.indices { wrong.rows[index].labels = wrong.rows[index].labels.map { 1 - $0 } }
    let taught = try classifier(student(.roberta), steps: 120, teacher: path, rows: wrong, weight: 1).run()
    guard case .labels(let metrics) = taught.evaluation else {
      Issue.record("no evaluation of labels")
      return
    }
    #expect(metrics.accuracy > 0.85, "\(metrics.accuracy)")

    // With an adapter, too.
    let language = try languageTeacher(.roberta, steps: 2)
    let adapted = try classifier(
      student(.roberta), steps: 3, teacher: path, adapter: LowRankSettings(), base: language)
    #expect(adapted.plan.memory.teacher > 0)
    _ = try adapted.run()
  }

  @Test func teachersThatDoNotFitAreRefused() throws {
    func refused(_ words: String, _ body: () throws -> Void) throws {
      let failure = #expect(throws: TrainingFailure.self, performing: body)
      guard case .teacher(_, let problem) = failure else {
        Issue.record("\(words): \(String(describing: failure))")
        return
      }
      #expect(problem.contains(words), "\(problem)")
    }
    let causal = try languageTeacher(.llama, steps: 2), masked = try languageTeacher(.roberta, steps: 2)
    try refused("hidden tokens") { _ = try languageRun(student(.roberta), steps: 2, teacher: causal) }
    try refused("next tokens") { _ = try languageRun(student(.llama), steps: 2, teacher: masked) }
    try refused("at most 32") {
      var long = student(.llama)
      long.maximumPositions = 64
      _ = try languageRun(long, steps: 2, teacher: causal, adapt: { $0.context = 48 })
    }
    let classifiers = Files.path(scratch.path, "classifier")
    _ = try classifier(student(.roberta), steps: 2, output: classifiers).run()
    try refused("a sequence classification head") {
      _ = try languageRun(student(.llama), steps: 2, teacher: classifiers)
    }
    try refused("marks") { _ = try classifier(student(.bert), steps: 2, teacher: classifiers) }
    try refused("a masked language head") { _ = try classifier(student(.roberta), steps: 2, teacher: masked) }
    let others = try Tokenizer.train(
      from: (0..<300).map { "other words of number \($0) \n" }, options: .init(modelType: .bpe, vocabularySize: 330)
    ).tokenizer
    var configuration = student(.roberta)
    configuration.vocabularySize = others.vocabularySize
    try refused("another tokenizer") {
      _ = try classifier(configuration, steps: 2, teacher: classifiers, tokenizer: others)
    }
    for (weight, temperature) in [(1.5, 2.0), (-0.1, 2), (0.5, 0)] {
      #expect(throws: TrainingFailure.self) {
        try languageRun(student(.llama), steps: 2, teacher: causal) {
          $0.distillation?.weight = weight
          $0.distillation?.temperature = temperature
        }
      }
    }
  }
}
