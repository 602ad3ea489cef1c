import Checkpoints
import Corpora
import Files
import TestSupport
import Tensors
import Testing
import Tokenization
import Training
import Transformers

@Suite struct PruningTests {
  private let tokenizer: Tokenizer
  private let scratch: ScratchFolder

  init() throws {
    tokenizer = try ToyTexts.tokenizer()
    scratch = try ScratchFolder()
  }

  private static let patterns: [PruningSettings] = [
    PruningSettings(.all(share: 0.5)), PruningSettings(.eachMap(share: 0.3)), PruningSettings(.groups(kept: 2, of: 4)),
    PruningSettings(.groups(kept: 1, of: 8)),
  ]

  /// The magnitudes of each map's numbers, by rows, and which of them are zero.
  private func maps(_ weights: ParameterBuffer) -> [(columns: Int, values: [Float])] {
    weights.layout.entries.flatMap { entry in
      entry.maps.map { rows in
        let matrix = weights[entry.parameter]
        return (matrix.columns, rows.flatMap { matrix.row($0) })
      }
    }
  }

  private func numbers(_ matrix: Matrix) -> [Float] { (0..<matrix.rows).flatMap { matrix.row($0) } }

  /// Which numbers are pruned, found once more by sorting magnitudes.
  @Test(arguments: patterns, TransformerConfiguration.Family.allCases)
  func theSmallestGo(settings: PruningSettings, family: TransformerConfiguration.Family) throws {
    let model = try toyModel(family)
    let weights = model.initialWeights(seed: 4), start = model.initialWeights(seed: 4)
    let mask = WeightMask(settings, of: weights)
    mask.apply(to: weights)
    let (before, after) = (maps(start), maps(weights))
    let counts = mask.counts
    #expect(counts.prunable == before.reduce(0) { $0 + $1.values.count } && counts.prunable > 1000)
    #expect(counts.pruned == after.reduce(0) { $0 + $1.values.count { $0 == 0 } })
    func check(_ before: [Float], _ after: [Float], zeros: Int) {
      #expect(after.count { $0 == 0 } == zeros)
      let border = before.map(\.magnitude).sorted()[zeros]
      for (old, new) in zip(before, after) { #expect(new == (old.magnitude < border ? 0 : old)) }
    }
    switch settings.pattern {
    case .all(let share):
      let values = before.flatMap(\.values)
      check(values, after.flatMap(\.values), zeros: Int((share * Double(values.count)).rounded()))
    case .eachMap(let share):
      for (old, new) in zip(before, after) {
        check(old.values, new.values, zeros: Int((share * Double(old.values.count)).rounded()))
      }
    case .groups(let kept, let size):
      for (old, new) in zip(before, after) {
        try #require(old.columns % size == 0)
        for first in stride(from: 0, to: old.values.count, by: size) {
          check(Array(old.values[first..<first + size]), Array(new.values[first..<first + size]), zeros: size - kept)
        }
      }
    }
    // Everything else stays: tables, heads, norms and biases.
    for entry in weights.layout.entries where entry.maps.isEmpty {
      #expect(numbers(weights[entry.parameter]) == numbers(start[entry.parameter]), "\(entry.name)")
    }
  }

  @Test func ofEqualWeightsTheFirstGo() throws {
    let model = try toyModel()
    let weights = ParameterBuffer(zeros: model.layout)
    for index in 0..<weights.all.count { weights.all.pointer[index] = index % 2 == 0 ? 1 : -1 }
    WeightMask(PruningSettings(.groups(kept: 2, of: 4)), of: weights).apply(to: weights)
    for map in maps(weights) {
      for first in stride(from: 0, to: map.values.count, by: 4) {
        #expect(map.values[first..<first + 4] == [0, 0, 1, -1])
      }
    }
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    let layout = try toyModel().layout
    for pattern in [
      PruningSettings.Pattern.all(share: 0), .all(share: 1), .eachMap(share: -0.5), .all(share: .nan),
      .groups(kept: 4, of: 4), .groups(kept: 0, of: 4), .groups(kept: 2, of: 3), .groups(kept: -1, of: 0),
    ] {
      #expect(throws: TrainingFailure.self) { try PruningSettings(pattern).check(layout) }
    }
    for settings in Self.patterns { try settings.check(layout) }
  }

  private func run(
    _ settings: PruningSettings, optimizer: any Optimizer = AdamW(), output: String? = nil, threads: Int = 1,
    resumes: Bool = false, actions: LoopActions = LoopActions()
  ) throws -> PretrainingRun {
    let training = ToyTexts.shard(tokenizer, documents: 40, seed: 1)
    let validation = ToyTexts.shard(tokenizer, documents: 6, seed: 2)
    let execution = KernelChoice.active.execution(threads: threads)
    if resumes, let output {
      return try PretrainingRun(
        resuming: output, tokenizer: tokenizer, training: training, validation: validation, execution: execution,
        actions: actions)
    }
    let configuration = ToyTexts.configuration(.llama, tokenizer)
    var language = PretrainingSettings.continued(
      for: configuration, corpusTokens: training.tokenCount, budget: .steps(12))
    (language.batch, language.context, language.dropout) = (4, 24, 0.1)
    (language.loop.optimizer, language.loop.pruning) = (optimizer, settings)
    (language.loop.averageDecay, language.loop.evaluationInterval) = (0.9, 4)
    return try PretrainingRun(
      configuration: configuration, tokenizer: tokenizer, training: training, validation: validation,
      settings: language, execution: execution, output: output, actions: actions)
  }

  /// Also where steps are taken along an orthogonal matrix, whose numbers are nowhere zero.
  @Test(arguments: [AdamW(), Muon(), GradientDescent(momentum: 0.9)] as [any Optimizer])
  func whatIsZeroStaysZero(optimizer: any Optimizer) throws {
    let run = try run(PruningSettings(.groups(kept: 2, of: 4)), optimizer: optimizer)
    let start = run.weights.bits
    let before = maps(run.weights)
    _ = try run.run()
    let after = maps(run.weights)
    #expect(run.weights.bits != start)
    for (old, new) in zip(before, after) {
      #expect(zip(old.values, new.values).allSatisfy { ($0 == 0) == ($1 == 0) })
      for first in stride(from: 0, to: new.values.count, by: 4) {
        #expect(new.values[first..<first + 4].count { $0 == 0 } == 2)
      }
    }
  }

  @Test func threadsChangeNothing() throws {
    let bits = try [1, 2].map { threads in
      let run = try run(PruningSettings(.all(share: 0.6)), threads: threads)
      _ = try run.run()
      return run.weights.bits
    }
    #expect(bits[0] == bits[1])
  }

  @Test func stoppingChangesNothing() throws {
    let outcome = try ResumeVerification(steps: 12, scratchFolder: scratch.path) {
      folder, resumes, actions, shouldStop in
      _ = try run(
        PruningSettings(.all(share: 0.5)), optimizer: Muon(), output: folder, resumes: resumes, actions: actions
      ).run(until: shouldStop)
    }.run()
    #expect(outcome.stops == 12 && outcome.sums["mask"] != nil)
  }

  @Test func adaptersAreNotPruned() throws {
    var settings = PretrainingSettings.recommended(
      for: ToyTexts.configuration(.llama, tokenizer), corpusTokens: 1000, budget: .steps(1))
    settings.loop.pruning = PruningSettings(.all(share: 0.5))
    try settings.validate()
    settings.adapter = LowRankSettings()
    #expect(throws: TrainingFailure.self) { try settings.validate() }
  }

  @Test func theMaskIsInThePlan() throws {
    let run = try run(PruningSettings(.all(share: 0.5)))
    #expect(run.plan.memory.copies == 3 * run.plan.memory.weights)
  }

  @Test func classifiersArePruned() throws {
    let dense = Files.path(scratch.path, "dense"), sparse = Files.path(scratch.path, "sparse")
    func run(_ base: FineTuningRun.Base, _ steps: Int, _ output: String?, _ adapt: (inout FineTuningSettings) -> Void)
      throws -> FineTuningRun
    {
      var settings = FineTuningSettings.recommended(
        for: ToyTexts.configuration(.roberta, tokenizer), pretrained: false, rows: 160, kind: .single)
      (settings.loop.learningRate.peak, settings.loop.budget) = (3e-3, .steps(steps))
      adapt(&settings)
      return try FineTuningRun(
        base: base, training: ToyTexts.labelled(rows: 160, seed: 5), validation: ToyTexts.labelled(rows: 40, seed: 6),
        settings: settings, execution: KernelChoice.active.execution(), output: output)
    }
    _ = try run(.new(ToyTexts.configuration(.roberta, tokenizer), tokenizer), 100, dense, { _ in }).run()
    let pruned = try run(.folder(dense), 30, sparse) {
      $0.loop.pruning = PruningSettings(.eachMap(share: 0.8))
      $0.distillation = DistillationSettings(teacher: dense)
    }
    _ = try pruned.run()
    let folder = try ModelFolder(reading: sparse)
    for map in maps(folder.weights) {
      #expect(map.values.count { $0 == 0 } == Int((0.8 * Double(map.values.count)).rounded()))
    }
    let evaluation = try #require(try pruned.evaluation(of: folder.weights))
    #expect(try #require(evaluation.value(of: .accuracy)) > 0.9)

    #expect(throws: TrainingFailure.self) {
      try run(.folder(dense), 2, nil) {
        $0.loop.pruning = PruningSettings(.eachMap(share: 0.5))
        $0.adapter = LowRankSettings()
      }
    }
  }
}
