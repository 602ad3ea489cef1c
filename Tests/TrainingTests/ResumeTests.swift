import Corpora
import Files
import TestSupport
import Tensors
import Testing
import Training
import Transformers

/// A run that was stopped and goes on is the run that never was.
@Suite struct ResumeTests {
  private static let steps = 24

  private static func settings(budget: RunBudget = .steps(steps)) -> LoopSettings {
    var settings = LoopSettings(
      optimizer: AdamW(beta2: 0.99),
      learningRate: LearningRate(peak: 0.01, warmup: .steps(5), schedule: CosineSchedule()), budget: budget)
    settings.accumulation = 2
    settings.averageDecay = 0.95
    settings.evaluationInterval = 4
    settings.patience = 4
    settings.seed = 11
    return settings
  }

  private static func task(hides: Bool) throws -> LanguageTask {
    LanguageTask(
      model: try toyModel(hides ? .roberta : .gpt2, context: 24, dropout: 0.1),
      training: ToyWindows(sequencesPerEpoch: 10, length: 8, hides: hides),
      validation: ToyWindows(seed: 9, sequencesPerEpoch: 6, length: 8, hides: hides), batch: 3)
  }

  private static func loop(
    hides: Bool, threads: Int, folder: RunFolder?, saved: SavedRun? = nil, losses: @escaping (Double) -> Void
  ) throws -> TrainingLoop {
    let task = try task(hides: hides)
    let settings = settings()
    let loop = TrainingLoop(
      task: task, settings: settings, weights: task.model.initialWeights(seed: 3),
      execution: KernelChoice.active.execution(threads: threads),
      progress: TrainingProgress(budget: StepBudget(total: steps), patience: settings.patience), folder: folder,
      actions: LoopActions(report: { event in
        if case .step(let report) = event { losses(report.loss) }
        if case .evaluated(_, let evaluation, _, _) = event { losses(evaluation.loss) }
      }))
    if let saved { try loop.restore(saved) }
    return loop
  }

  @Test(arguments: [false, true], [1, 2])
  func atEveryStep(hides: Bool, threads: Int) throws {
    var straightLosses: [Double] = []
    let straight = try Self.loop(hides: hides, threads: threads, folder: nil) { straightLosses.append($0) }
    let outcome = try straight.run()
    for stop in 0...straight.progress.step {
      let scratch = try ScratchFolder()
      var losses: [Double] = []
      do {
        let first = try Self.loop(
          hides: hides, threads: threads, folder: RunFolder(creating: scratch.path, settings: .null)
        ) { losses.append($0) }
        let outcome = try first.run(until: { first.progress.step >= stop })
        #expect(outcome == .interrupted)
      }

      let (folder, saved) = try #require(try RunFolder.resume(scratch.path))
      #expect(saved.progress.step == stop)
      // The other number of threads, for good measure.
      let second = try Self.loop(hides: hides, threads: 3 - threads, folder: folder, saved: saved) {
        losses.append($0)
      }
      #expect(try second.run() == outcome)
      #expect(losses == straightLosses, "stopped after step \(stop)")
      #expect(second.weights.bits == straight.weights.bits, "stopped after step \(stop)")
      #expect(second.result.bits == straight.result.bits, "stopped after step \(stop)")
      #expect(second.progress.stopping == straight.progress.stopping)
    }
  }

  @Test func inTheMiddleOfAStepOrAnEvaluation() throws {
    var straightLosses: [Double] = []
    let straight = try Self.loop(hides: false, threads: 1, folder: nil) { straightLosses.append($0) }
    _ = try straight.run()
    // The question is asked before each micro-batch and each batch of an evaluation; stop at each of the first 40.
    for stop in 1...40 {
      let scratch = try ScratchFolder()
      var losses: [Double] = []
      var questions = 0
      do {
        let first = try Self.loop(
          hides: false, threads: 1, folder: RunFolder(creating: scratch.path, settings: .null)
        ) { losses.append($0) }
        _ = try first.run(until: {
          questions += 1
          return questions >= stop
        })
      }
      let (folder, saved) = try #require(try RunFolder.resume(scratch.path))
      let second = try Self.loop(hides: false, threads: 1, folder: folder, saved: saved) { losses.append($0) }
      _ = try second.run()
      #expect(losses == straightLosses, "stopped at question \(stop)")
      #expect(second.weights.bits == straight.weights.bits, "stopped at question \(stop)")
    }
  }

  /// A process that dies has told nobody: the run goes on from the newest checkpoint, and forgets what was logged
  /// after it.
  @Test func afterADeathWithoutSaving() throws {
    struct Death: Error {}
    let straight = try Self.loop(hides: false, threads: 1, folder: nil) { _ in }
    _ = try straight.run()
    let scratch = try ScratchFolder()
    do {
      var count = 0
      let folder = try RunFolder(creating: scratch.path, settings: .null)
      let settings = Self.settings()
      let task = try Self.task(hides: false)
      let dying = TrainingLoop(
        task: task, settings: settings, weights: task.model.initialWeights(seed: 3),
        execution: KernelChoice.active.execution(),
        progress: TrainingProgress(budget: StepBudget(total: Self.steps), patience: settings.patience),
        folder: folder,
        actions: LoopActions(keepBest: { _, _ in
          count += 1
          if count == 3 { throw Death() }
        }))
      #expect(throws: Death.self) { try dying.run() }
    }
    let (folder, saved) = try #require(try RunFolder.resume(scratch.path))
    #expect(saved.progress.step == 8)
    let second = try Self.loop(hides: false, threads: 1, folder: folder, saved: saved) { _ in }
    _ = try second.run()
    #expect(second.weights.bits == straight.weights.bits)
    #expect(second.result.bits == straight.result.bits)
    let log = try Files.readText(scratch.path + "/training/" + RunFolder.logName)
    let steps = try log.split(separator: "\n").map { try JSONValue(parsing: String($0))["step"]?.int }
    #expect(steps == Array(1...second.progress.step))
  }

  @Test func aFinishedRunStaysAsItIs() throws {
    let scratch = try ScratchFolder()
    var outcome = TrainingOutcome.interrupted
    var bits: [UInt32] = []
    do {
      let first = try Self.loop(
        hides: false, threads: 1, folder: RunFolder(creating: scratch.path, settings: .null)
      ) { _ in }
      outcome = try first.run()
      bits = first.weights.bits
    }
    let (folder, saved) = try #require(try RunFolder.resume(scratch.path))
    let second = try Self.loop(hides: false, threads: 1, folder: folder, saved: saved) { _ in
      Issue.record("a step of a finished run")
    }
    #expect(try second.run() == outcome)
    #expect(second.weights.bits == bits)
  }

  @Test func aFolderWithARunIsNotOverwritten() throws {
    let scratch = try ScratchFolder()
    do {
      let first = try Self.loop(
        hides: false, threads: 1, folder: RunFolder(creating: scratch.path, settings: .null)
      ) { _ in }
      _ = try first.run(until: { first.progress.step >= 2 })
    }
    #expect(throws: TrainingFailure.runExists(path: scratch.path)) {
      _ = try RunFolder(creating: scratch.path, settings: .null)
    }
  }

  @Test func aFolderWithoutARunHasNothingToResume() throws {
    let scratch = try ScratchFolder()
    let run = try RunFolder.resume(scratch.path)
    #expect(run == nil)
  }

  @Test func progressComesBackFromItsFile() throws {
    var budget = StepBudget(total: 100)
    budget.correct(at: 7, total: 93)
    var progress = TrainingProgress(budget: budget, evaluations: 7, patience: 3)
    _ = progress.stopping.record(0.1 + 0.2, step: 5)
    (progress.step, progress.tokens, progress.seconds, progress.lossSum) = (9, 1234, 1.0 / 3, 2.0 / 3)
    (progress.validationLoss, progress.lastRate, progress.lastNorm, progress.logBytes) = (1.1, 1e-7, 3e9, 77)
    let text = progress.json.serialized()
    #expect(TrainingProgress(json: try JSONValue(parsing: text)) == progress)
  }

  @Test(arguments: ["step", "budget", "stopping", "evaluations", "loss_sum"])
  func aStateWithoutAKeyIsRefused(key: String) {
    var json = TrainingProgress(budget: StepBudget(total: 3)).json
    json[key] = nil
    #expect(TrainingProgress(json: json) == nil)
  }
}
