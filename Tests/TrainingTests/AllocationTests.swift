import AllocationCounter
import KernelSupport
import Synchronization
import Tensors
import TestSupport
import Testing
import Training
import Transformers

/// A warm training step and a warm decoded token allocate nothing, on any thread.
@Suite(.enabled(if: swiftlet_can_count_allocations())) struct AllocationTests {
  /// The allocations of all of a pool's threads while `body` runs.
  private func allocations(of execution: Execution, during body: () throws -> Void) rethrows -> Int {
    let total = Atomic<Int>(0)
    onEveryThread(of: execution) { swiftlet_start_counting_allocations() }
    try body()
    onEveryThread(of: execution) {
      total.wrappingAdd(swiftlet_stop_counting_allocations(), ordering: .sequentiallyConsistent)
    }
    return total.load(ordering: .sequentiallyConsistent)
  }

  /// The allocations of `body` once it is warm, which it is when it allocates nothing.
  ///
  /// A thread's scratch memory grows when it first takes a task of a kind, and which thread takes a task is chance: so
  /// on several threads being warm may take more than a few rounds, and here it gets a hundred. What every round
  /// allocates is found in any case.
  private func allocationsWhenWarm(of execution: Execution, during body: () throws -> Void) rethrows -> Int {
    var found = Int.max
    for _ in 0..<100 where found > 0 { found = try allocations(of: execution, during: body) }
    return found
  }

  /// Each task waits for the others, so every thread has one.
  private func onEveryThread(of execution: Execution, _ body: () -> Void) {
    let arrived = Atomic<Int>(0)
    execution.pool.run(tasks: execution.pool.threads) { _, _ in
      arrived.wrappingAdd(1, ordering: .sequentiallyConsistent)
      while arrived.load(ordering: .sequentiallyConsistent) < execution.pool.threads {}
      body()
    }
  }

  /// Large enough that products, norms and attention are divided among threads.
  private func configuration(_ family: TransformerConfiguration.Family) -> TransformerConfiguration {
    var c = TransformerConfiguration.preset(.nano, family: family, vocabularySize: 300, context: 64)
    (c.layers, c.heads, c.keyHeads, c.headWidth, c.width, c.innerWidth) = (2, 4, 4, 32, 128, 256)
    return c
  }

  @Test func allocationsAreCounted() {
    let execution = Execution(threads: 2)
    var kept: [[Int]] = []
    #expect(allocations(of: execution) { kept.append(Array(0..<100)) } > 0)
    let elsewhere = Atomic<Int>(0)
    let found = allocations(of: execution) {
      onEveryThread(of: execution) {
        elsewhere.wrappingAdd(MatrixStorage(rows: 4, columns: 4).matrix.count, ordering: .relaxed)
      }
    }
    #expect(found >= 2 && elsewhere.load(ordering: .relaxed) == 32)
    #expect(allocations(of: execution) {} == 0)
  }

  @Test(
    arguments: [TransformerConfiguration.Family.gpt2, .llama, .bert], [(Precision.fp32, false), (.bf16, true)])
  func aWarmStepAllocatesNothing(
    family: TransformerConfiguration.Family, setting: (precision: Precision, hasTeacher: Bool)
  ) throws {
    let precision = setting.precision
    for threads in [1, 2] {
      let execution = Execution(threads: threads, precision: precision)
      let model = try Transformer(configuration(family))
      let weights = model.initialWeights(seed: 1)
      let gradients = ParameterBuffer(zeros: model.layout)
      let activations = Activations(model, tokens: 8 * 64, sequences: 8, training: true)
      let teacher = Teacher(model: model, weights: model.initialWeights(seed: 2), weight: 0.5, temperature: 2)
      let teaching = setting.hasTeacher ? Teaching(teacher, tokens: 8 * 64, sequences: 8) : nil
      let updater = ParameterUpdater(AdamW(), layout: model.layout)
      let batch = TokenBatch((0..<8).map { row in (0..<64).map { Int32(5 + ($0 * 7 + row) % 290) } })
      var targets = LanguageTargets(nextTokensOf: batch)
      if family == .bert {
        let rows = (0..<76).map { Int32($0 * 6) }
        targets = LanguageTargets(rows: rows, tokens: rows.map { $0 % 300 })
      }
      func step(_ number: Int) throws {
        gradients.clear()
        let loss = try model.languageLoss(
          of: batch, targets: targets, weights: weights, gradients: gradients, activations: activations,
          execution: execution, dropoutSeed: UInt64(number), teaching: teaching)
        let count = Double(loss.count)
        let norm = updater.norm(of: gradients, execution: execution) / count
        updater.update(
          weights, gradients: gradients, gradientScale: GradientClipping().factor(norm: norm) / count,
          learningRate: 1e-3, step: number, execution: execution)
      }
      var number = 0
      let found = try allocationsWhenWarm(of: execution) {
        for _ in 0..<3 {
          number += 1
          try step(number)
        }
      }
      #expect(found == 0, "\(threads) threads")
    }
  }

  @Test(arguments: [TransformerConfiguration.Family.gpt2, .llama])
  func aWarmTokenAllocatesNothing(family: TransformerConfiguration.Family) throws {
    for threads in [1, 2] {
      let execution = Execution(threads: threads)
      let model = try Transformer(configuration(family))
      let weights = model.initialWeights(seed: 1)
      let cache = KeyValueCache(model, sequences: 1, capacity: 64)
      let activations = Activations(model, tokens: 1, sequences: 1, training: false, logitRows: 1)
      let next: [(sequence: Int, tokens: [Int32])] = [(0, [17])]
      func decode() throws {
        _ = try model.extend(cache, next, weights: weights, activations: activations, execution: execution)
      }
      let found = try allocationsWhenWarm(of: execution) {
        cache.truncate(sequence: 0, to: 0)
        for _ in 0..<8 { try decode() }
      }
      #expect(found == 0, "\(threads) threads")
    }
  }

  /// What a run holds does not grow with its steps, evaluations and checkpoints: 64 bytes a step would be too much.
  @Test func aRunHoldsNoMoreThanAtItsBeginning() throws {
    let scratch = try ScratchFolder()
    let model = try toyModel(dropout: 0.1)
    let task = LanguageTask(
      model: model, training: ToyWindows(), validation: ToyWindows(seed: 2), validationBytes: 32 * 12, batch: 4)
    var settings = LoopSettings(
      optimizer: AdamW(), learningRate: LearningRate(peak: 0.01), budget: .steps(500))
    (settings.evaluationInterval, settings.checkpointInterval, settings.averageDecay) = (20, 50, 0.9)
    var held: [Int] = []
    held.reserveCapacity(8)
    let loop = TrainingLoop(
      task: task, settings: settings, weights: model.initialWeights(seed: 1), execution: Execution(threads: 1),
      progress: TrainingProgress(budget: StepBudget(total: 500), patience: nil),
      folder: try RunFolder(creating: scratch.path, settings: .null),
      actions: LoopActions(report: { event in
        if case .step(let report) = event, report.step % 100 == 99 { held.append(swiftlet_held_bytes()) }
      }))
    swiftlet_start_counting_allocations()
    let outcome = try loop.run()
    _ = swiftlet_stop_counting_allocations()
    #expect(outcome == .finished && held.count == 5)
    #expect(held.last.map { $0 - held[0] } ?? .max < 16_384, "\(held)")
  }
}
