import Corpora
import Files
import TestSupport
import Tensors
import Testing
import Training
import Transformers

@Suite struct TrainingLoopTests {
  private func settings(steps: Int, rate: Double = 0.01) -> LoopSettings {
    var settings = LoopSettings(
      optimizer: AdamW(), learningRate: LearningRate(peak: rate), budget: .steps(steps))
    settings.evaluationInterval = 5
    return settings
  }

  private func loop(
    _ task: any TrainingTask, _ settings: LoopSettings, threads: Int = 1, actions: LoopActions = LoopActions(),
    clock: @escaping () -> Double = Stopwatch.monotonicSeconds, total: Int? = nil
  ) -> TrainingLoop {
    var steps = total ?? 1
    if case .steps(let count) = settings.budget { steps = count }
    return TrainingLoop(
      task: task, settings: settings, weights: task.model.initialWeights(seed: 1),
      execution: KernelChoice.active.execution(threads: threads),
      progress: TrainingProgress(budget: StepBudget(total: steps), patience: settings.patience), actions: actions,
      clock: clock)
  }

  @Test(arguments: [1, 2, 4])
  func accumulationEqualsOneBigBatch(parts: Int) throws {
    let model = try toyModel()
    func weights(parts: Int) throws -> [Float] {
      var settings = settings(steps: 5)
      settings.accumulation = parts
      let task = LanguageTask(model: model, training: ToyWindows(), validation: nil, batch: 8 / parts)
      let loop = loop(task, settings)
      _ = try loop.run()
      #expect(loop.progress.tokens == 5 * 8 * 12)
      return (0..<loop.weights.all.count).map { loop.weights.all.pointer[$0] }
    }
    let (one, many) = (try weights(parts: 1), try weights(parts: parts))
    // The sums are the same, in another order: rounding alone, and what Adam makes of it near zero gradients.
    #expect(zip(one, many).allSatisfy { abs($0 - $1) < 2e-4 })
  }

  @Test(arguments: [false, true])
  func lossFallsFarBelowTheUnigramEntropy(hides: Bool) throws {
    let model = try toyModel(hides ? .bert : .gpt2)
    let task = LanguageTask(
      // What is hidden is hard to guess from a few windows; that they can be learned by heart is enough here.
      model: model, training: ToyWindows(hides: hides), validation: ToyWindows(seed: hides ? 1 : 2, hides: hides),
      validationBytes: 32 * 12, batch: 16)
    var settings = settings(steps: 300, rate: 0.01)
    settings.evaluationInterval = 100
    let loop = loop(task, settings)
    #expect(try loop.run() == .finished)
    guard case .language(let evaluation) = loop.lastEvaluation else {
      Issue.record("no evaluation of a language")
      return
    }
    #expect(evaluation.unigramEntropy > 2.2)
    #expect(evaluation.loss < 0.65 * evaluation.unigramEntropy, "\(evaluation.loss)")
    #expect(evaluation.tokens == (hides ? 32 * 2 : 32 * 12))
    #expect(evaluation.perplexity < 5)
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    let model = try toyModel(dropout: 0.1)
    func bits(threads: Int) throws -> [UInt32] {
      let task = LanguageTask(model: model, training: ToyWindows(), validation: nil, batch: 8)
      let loop = loop(task, settings(steps: 10), threads: threads)
      _ = try loop.run()
      return loop.weights.bits
    }
    #expect(try bits(threads: 1) == bits(threads: 2))
  }

  // MARK: Faults

  @Test func aLossThatIsNoNumberNamesStepAndTensor() throws {
    let model = try toyModel()
    let task = LanguageTask(model: model, training: ToyWindows(), validation: nil, batch: 4)
    let loop = loop(task, settings(steps: 3))
    let entry = try #require(model.layout.entries.first { $0.name.contains("h.1.mlp") })
    loop.weights[entry.parameter].pointer[3] = .nan
    #expect(throws: TrainingFailure.nonFiniteLoss(step: 1, tensor: entry.name)) { try loop.run() }
  }

  @Test func aGradientThatIsNotFiniteNamesStepAndTensor() throws {
    let task = try ScriptedTask()
    task.gradient = { $0 == 6 ? .infinity : 1 }
    let loop = loop(task, settings(steps: 20))
    let name = try #require(task.model.layout.entries.last?.name)
    #expect(throws: TrainingFailure.nonFiniteGradient(step: 7, tensor: name)) { try loop.run() }
    #expect(loop.weights.firstNonFiniteName == nil)
    #expect(loop.progress.step == 6)
  }

  @Test func anInfiniteLossStopsAtItsStep() throws {
    let task = try ScriptedTask()
    task.loss = { $0 == 3 ? .infinity : 1 }
    let loop = loop(task, settings(steps: 20))
    #expect(throws: TrainingFailure.nonFiniteLoss(step: 4, tensor: nil)) { try loop.run() }
  }

  @Test func anEvaluationThatIsNoNumberStops() throws {
    let task = try ScriptedTask()
    task.evaluations = [1, .nan]
    let loop = loop(task, settings(steps: 20))
    #expect(throws: TrainingFailure.nonFiniteEvaluation(step: 10, tensor: nil)) { try loop.run() }
    #expect(loop.best != nil)
  }

  /// A step without any target changes nothing, and is told in words: not as a loss of 0.
  @Test func aStepWithNothingToPredict() throws {
    struct Empty: LanguageBatchMaker {
      let sequencesPerEpoch = 4
      func maximumTokens(sequences: Int) -> Int { sequences }
      func maximumSequences(sequences: Int) -> Int { sequences }
      func append(_ number: Int, to batch: inout LanguageBatch) {}
    }
    let task = LanguageTask(model: try toyModel(), training: Empty(), validation: nil, batch: 4)
    var notices: [String] = []
    var losses = 0
    let actions = LoopActions(report: { event in
      if case .notice(let text) = event { notices.append(text) }
      if case .step = event { losses += 1 }
    })
    let loop = loop(task, settings(steps: 2), actions: actions)
    let before = loop.weights.bits
    _ = try loop.run()
    #expect(loop.weights.bits == before)
    #expect(
      losses == 0
        && notices == [
          "Step 1 had nothing to predict, and changed nothing.", "Step 2 had nothing to predict, and changed nothing.",
        ])
    #expect(loop.progress.trainLoss == nil)
  }

  // MARK: Evaluations

  @Test func keepsTheBestAndStopsEarly() throws {
    let task = try ScriptedTask()
    task.evaluations = [3, 2, 2.5, 2.2, 1]
    var settings = settings(steps: 100)
    settings.patience = 2
    var kept: [Double] = []
    let loop = loop(
      task, settings, actions: LoopActions(keepBest: { kept.append($1.loss) }))
    #expect(try loop.run() == .stoppedEarly)
    #expect(kept == [3, 2])
    #expect(loop.progress.step == 20)
    #expect(loop.progress.stopping.bestStep == 10)
    #expect(loop.bestEvaluation?.loss == 2)
  }

  @Test func theLastStepIsAlwaysEvaluated() throws {
    let task = try ScriptedTask()
    task.evaluations = [1]
    let loop = loop(task, settings(steps: 12))
    _ = try loop.run()
    #expect(task.evaluationCount == 3)
    #expect(loop.progress.evaluatedStep == 12)
  }

  @Test func evaluationsWithoutAnIntervalAreSpreadEvenly() throws {
    let task = try ScriptedTask()
    task.evaluations = [1]
    var settings = settings(steps: 100)
    settings.evaluationInterval = nil
    var steps: [Int] = []
    let actions = LoopActions(report: { event in
      if case .evaluated(let step, _, _, _) = event { steps.append(step) }
    })
    _ = try loop(task, settings, actions: actions).run()
    #expect(steps == Array(stride(from: 10, through: 100, by: 10)))
  }

  @Test func theAverageIsWhatIsEvaluatedAndKept() throws {
    let task = try ScriptedTask()
    task.evaluations = [1]
    var settings = settings(steps: 5)
    settings.averageDecay = 0.9
    let loop = loop(task, settings)
    _ = try loop.run()
    #expect(loop.current !== loop.weights)
    #expect(loop.result.bits == loop.current.bits)
    #expect(loop.result.bits != loop.weights.bits)
  }

  // MARK: Minutes

  /// A machine of which a micro-batch takes 0.1 s at first, and then, when half of the time is over, longer or
  /// shorter.
  @Test(arguments: [1.0, 0.5, 3.0])
  func minutesAreKeptWhateverTheMachineDoes(slowdown: Double) throws {
    let task = try ScriptedTask()
    task.evaluations = [1]
    var now = 100.0
    task.onMicroBatch = { now += now < 130 ? 0.1 : 0.1 * slowdown }
    task.onEvaluation = { now += 0.4 }
    var settings = settings(steps: 1)
    settings.budget = .minutes(1)
    settings.evaluationInterval = nil
    settings.learningRate.schedule = LinearSchedule()
    let loop = loop(task, settings, clock: { now }, total: 50)
    var last = 0.0
    #expect(try loop.run() == .finished)
    last = loop.progress.seconds
    #expect(abs(last - 60) < 3, "\(last) seconds")
    #expect(loop.progress.budget.progress(at: loop.progress.step) == 1)
    // The rate came down to the end, in small steps.
    #expect(loop.progress.lastRate < 0.01 * 0.1)
    #expect(task.evaluationCount == 10)
  }

  @Test func reportsEveryStep() throws {
    let task = try ScriptedTask()
    task.loss = { 5 - Double($0) }
    var losses: [Double] = []
    let actions = LoopActions(report: { event in
      if case .step(let report) = event { losses.append(report.loss) }
    })
    var settings = settings(steps: 2)
    settings.accumulation = 2
    _ = try loop(task, settings, actions: actions).run()
    #expect(losses == [4.5, 2.5])
  }
}
