import Checkpoints
import Corpora
import Files
import TestSupport
import Tensors
import Testing
import Tokenization
import Training
import Transformers

@Suite struct PretrainingRunTests {
  private let tokenizer: Tokenizer
  private let training: TokenShard
  private let validation: TokenShard

  init() throws {
    tokenizer = try ToyTexts.tokenizer()
    training = ToyTexts.shard(tokenizer, documents: 60, seed: 1)
    validation = ToyTexts.shard(tokenizer, documents: 10, seed: 2)
  }

  private func settings(
    _ family: TransformerConfiguration.Family, steps: Int
  ) -> (TransformerConfiguration, PretrainingSettings) {
    let configuration = ToyTexts.configuration(family, tokenizer)
    var settings = PretrainingSettings.recommended(
      for: configuration, corpusTokens: training.tokenCount, budget: .steps(steps))
    settings.batch = 8
    settings.loop.learningRate.peak = family.isCausal ? 5e-3 : 3e-3
    settings.dropout = 0.05
    return (configuration, settings)
  }

  private func run(
    _ family: TransformerConfiguration.Family, steps: Int, output: String? = nil,
    actions: LoopActions = LoopActions(), until shouldStop: () -> Bool = { false }
  ) throws -> (PretrainingRun, TrainingResult) {
    let (configuration, settings) = settings(family, steps: steps)
    let run = try PretrainingRun(
      configuration: configuration, tokenizer: tokenizer, training: training, validation: validation,
      settings: settings, execution: KernelChoice.active.execution(threads: 2), output: output, actions: actions)
    return (run, try run.run(until: shouldStop))
  }

  @Test(arguments: TransformerConfiguration.Family.allCases)
  func everyFamilyLearns(family: TransformerConfiguration.Family) throws {
    let scratch = try ScratchFolder()
    // A masked model learns from a seventh of the tokens, and nothing at all until its attention has found them.
    let (steps, part) = family.isCausal ? (240, 0.6) : (1000, 0.9)
    let (_, result) = try run(family, steps: steps, output: scratch.path)
    #expect(result.outcome == .finished && result.steps == steps)
    guard case .language(let evaluation) = result.evaluation else {
      Issue.record("no evaluation of a language")
      return
    }
    #expect(evaluation.loss < part * evaluation.unigramEntropy, "\(evaluation.loss) of \(evaluation.unigramEntropy)")
    #expect((evaluation.bitsPerByte != nil) == family.isCausal)

    // The folder holds the model that was evaluated.
    let folder = try ModelFolder(reading: scratch.path)
    let model = try Transformer(folder.configuration)
    let windows = try LanguageWindows(settings(family, steps: 1).1, tokenizer: try #require(folder.tokenizer))
    let evaluator = LanguageEvaluator(
      model: model, windows: try windows.validation(validation), bytes: windows.bytes(validation), batch: 3)
    let again = try evaluator.evaluate(
      weights: folder.weights, activations: evaluator.activations(), execution: KernelChoice.active.execution())
    #expect(abs(again.loss - evaluation.loss) < 1e-5)
    #expect(again.tokens == evaluation.tokens && again.bytes == evaluation.bytes)
  }

  @Test func theLogHasTheKeysThatScriptsRelyOn() throws {
    let scratch = try ScratchFolder()
    _ = try run(.gpt2, steps: 20, output: scratch.path)
    let rows = try Files.readText(scratch.path + "/training/metrics.jsonl").split(separator: "\n").map {
      try JSONValue(parsing: String($0))
    }
    #expect(rows.compactMap { $0["step"]?.int } == Array(1...20))
    for key in ["tokens", "seconds", "train_loss", "learning_rate", "gradient_norm"] {
      #expect(rows.allSatisfy { $0[key]?.double != nil }, "\(key)")
    }
    #expect(rows.compactMap { $0["validation_loss"]?.double }.count >= 1)
    #expect(rows.last?["validation_loss"] != nil)
  }

  @Test func tellsItsPlanFirst() throws {
    var plans: [TrainingPlan] = []
    var samples = 0
    let actions = LoopActions(
      report: { event in
        if case .planned(let plan) = event { plans.append(plan) }
        if case .sample = event { samples += 1 }
      }, sample: { _ in "text" })
    let (run, result) = try run(.gpt2, steps: 10, actions: actions)
    let plan = try #require(plans.first)
    #expect(plan == run.plan && plans.count == 1)
    #expect(plan.parameters == result.parameters && plan.steps == 10)
    #expect(plan.tokensPerStep == 8 * 32 && plan.tokens >= result.tokens)
    #expect(plan.memory.total > 4 * 4 * plan.parameters)
    #expect((plan.expectedSeconds ?? 0) > 0)
    #expect(samples >= 1)
  }

  @Test func warnsOfACorpusThatIsFarTooSmall() throws {
    var configuration = ToyTexts.configuration(.gpt2, tokenizer)
    (configuration.width, configuration.headWidth, configuration.innerWidth) = (128, 64, 512)
    let settings = settings(.gpt2, steps: 1).1
    let run = try PretrainingRun(
      configuration: configuration, tokenizer: tokenizer, training: training, validation: nil, settings: settings,
      execution: KernelChoice.active.execution())
    #expect(run.plan.warnings.contains { $0.contains("far too small") })
    #expect(run.plan.warnings.contains { $0.contains("no validation set") })
  }

  @Test func refusesMoreMemoryThanAllowed() throws {
    var (configuration, settings) = settings(.gpt2, steps: 1)
    configuration.setDropout(0)
    settings.memoryLimit = 100_000
    #expect(throws: TrainingFailure.self) {
      _ = try PretrainingRun(
        configuration: configuration, tokenizer: tokenizer, training: training, validation: nil, settings: settings,
        execution: KernelChoice.active.execution())
    }
  }

  @Test func refusesAContextThatTheModelHasNot() throws {
    var (configuration, settings) = settings(.gpt2, steps: 1)
    configuration.setDropout(0)
    settings.context = 33
    #expect(throws: TrainingFailure.context(asked: 33, maximum: 32)) {
      _ = try PretrainingRun(
        configuration: configuration, tokenizer: tokenizer, training: training, validation: nil, settings: settings,
        execution: KernelChoice.active.execution())
    }
  }

  @Test func aStoppedRunGoesOnFromItsFolderAlone() throws {
    let straight = try run(.bert, steps: 30).0.weights.bits
    let scratch = try ScratchFolder()
    do {
      var steps = 0
      let actions = LoopActions(report: { event in if case .step = event { steps += 1 } })
      let (_, result) = try run(.bert, steps: 30, output: scratch.path, actions: actions, until: { steps >= 11 })
      #expect(result.outcome == .interrupted && result.steps == 11)
    }
    do {
      let resumed = try PretrainingRun(
        resuming: scratch.path, tokenizer: tokenizer, training: training, validation: validation,
        execution: KernelChoice.active.execution())
      let result = try resumed.run()
      #expect(result.outcome == .finished && result.steps == 30 && result.evaluation != nil)
      #expect(resumed.weights.bits == straight)
    }
    #expect(try ModelFolder(reading: scratch.path).weights.bits == straight)

    #expect(throws: TrainingFailure.self) {
      _ = try PretrainingRun(
        resuming: scratch.path, tokenizer: tokenizer, training: validation, validation: validation,
        execution: KernelChoice.active.execution())
    }
  }

  @Test func goesOnWithAModelThatHasLearnedBefore() throws {
    let first = try run(.gpt2, steps: 100)
    let (configuration, settings) = settings(.gpt2, steps: 1)
    let second = try PretrainingRun(
      configuration: configuration, tokenizer: tokenizer, training: training, validation: validation,
      settings: settings, execution: KernelChoice.active.execution(), start: first.0.weights)
    let loss = try #require(try second.run().evaluation?.loss)
    guard case .language(let before) = first.1.evaluation else { return }
    #expect(loss < before.loss + 0.3, "\(loss) after \(before.loss)")
  }

  @Test(arguments: PretrainingRecipe.allCases)
  func everyRecipeIsValidAndComesBackFromItsFile(recipe: PretrainingRecipe) throws {
    for family in TransformerConfiguration.Family.allCases {
      let settings = PretrainingSettings.recommended(
        recipe, for: ToyTexts.configuration(family, tokenizer), corpusTokens: 5000, budget: .minutes(2))
      try settings.validate()
      let again = try #require(PretrainingSettings(json: try JSONValue(parsing: settings.json.serialized())))
      #expect(again.json == settings.json)
    }
  }

  @Test func refusesSettingsThatMakeNoSense() {
    let (_, good) = settings(.gpt2, steps: 1)
    func expectRefused(_ name: String, _ change: (inout PretrainingSettings) -> Void) {
      var settings = good
      change(&settings)
      #expect(throws: TrainingFailure.self, "\(name)") { try settings.validate() }
    }
    expectRefused("batch") { $0.batch = 0 }
    expectRefused("smoothing") { $0.smoothing = 1 }
    expectRefused("dropout") { $0.dropout = -0.1 }
    expectRefused("steps") { $0.loop.budget = .steps(0) }
    expectRefused("minutes") { $0.loop.budget = .minutes(-1) }
    expectRefused("epochs") { $0.loop.budget = .epochs(.nan) }
    expectRefused("rate") { $0.loop.learningRate.peak = .nan }
    expectRefused("average") { $0.loop.averageDecay = 1 }
    expectRefused("momentum") { $0.loop.optimizer = GradientDescent(momentum: 1) }
    expectRefused("accumulation") { $0.loop.accumulation = 0 }
    expectRefused("masking") { $0.masking = TokenMasking(masked: 0.9, random: 0.2) }
  }

  /// Dropout is for what is read often: a smaller batch reads less in as many steps.
  @Test func dropoutFollowsTheTokensThatAreRead() {
    let configuration = TransformerConfiguration.preset(.micro, family: .llama, vocabularySize: 65, context: 128)
    func dropout(batch: Int?, accumulation: Int = 1) -> Double {
      PretrainingSettings.recommended(
        for: configuration, corpusTokens: 1_000_000, budget: .steps(1500), batch: batch, accumulation: accumulation
      ).dropout
    }
    // 3.07 times, 1.5 times, and 3.07 times.
    #expect(dropout(batch: nil) == 0.1)
    #expect(dropout(batch: 8) == 0)
    #expect(dropout(batch: 8, accumulation: 2) == 0.1)
  }
}
