import Checkpoints
import Corpora
import Files
import TestSupport
import Tensors
import Testing
import Tokenization
import Training
import Transformers

@Suite struct LanguageWindowsTests {
  private let tokenizer: Tokenizer
  private let training: TokenShard
  private let validation: TokenShard

  init() throws {
    tokenizer = try ToyTexts.tokenizer()
    training = ToyTexts.shard(tokenizer, documents: 60, seed: 1)
    validation = ToyTexts.shard(tokenizer, documents: 10, seed: 2)
  }

  /// What recipes read: pairs of segments, whole sentences, masks that return, both objectives in turn.
  enum Reading: CaseIterable { case pairs, sentences, copies, both }

  private func settings(_ reading: Reading, steps: Int) -> (TransformerConfiguration, PretrainingSettings) {
    let family: TransformerConfiguration.Family = reading == .both ? .llama : reading == .pairs ? .bert : .roberta
    var configuration = ToyTexts.configuration(family, tokenizer)
    if reading == .pairs { configuration.head = .maskedLanguageAndNextSentence }
    configuration.fillsMasks = reading == .both
    let recipe: PretrainingRecipe =
      reading == .pairs ? .bert : reading == .sentences ? .roberta : .standard
    var settings = PretrainingSettings.recommended(
      recipe, for: configuration, corpusTokens: training.tokenCount, budget: .steps(steps))
    (settings.batch, settings.loop.learningRate.peak) = (8, 4e-3)
    if reading == .copies { (settings.maskCopies, settings.masking.wholeWords) = (2, true) }
    return (configuration, settings)
  }

  @Test(arguments: Reading.allCases)
  func aStoppedRunOfEveryReadingGoesOnToTheSameBits(reading: Reading) throws {
    let (configuration, settings) = settings(reading, steps: 24)
    // Settings that the state file does not hold would be lost.
    let kept = try #require(PretrainingSettings(json: settings.json))
    #expect(kept.json == settings.json)
    func run(_ output: String?, _ actions: LoopActions = LoopActions()) throws -> PretrainingRun {
      try PretrainingRun(
        configuration: configuration, tokenizer: tokenizer, training: training, validation: validation,
        settings: settings, execution: KernelChoice.active.execution(threads: 2), output: output, actions: actions)
    }
    let straight = try run(nil)
    _ = try straight.run()
    let scratch = try ScratchFolder()
    do {
      var steps = 0
      let stopped = try run(
        scratch.path, LoopActions(report: { event in if case .step = event { steps += 1 } }))
      #expect(try stopped.run(until: { steps >= 9 }).outcome == .interrupted)
    }
    let resumed = try PretrainingRun(
      resuming: scratch.path, tokenizer: tokenizer, training: training, validation: validation,
      execution: KernelChoice.active.execution(threads: 1))
    let result = try resumed.run()
    #expect(result.outcome == .finished && resumed.weights.bits == straight.weights.bits)
    guard case .language(let evaluation)? = result.evaluation else {
      Issue.record("no evaluation of a language")
      return
    }
    #expect((evaluation.nextSentence != nil) == (reading == .pairs))
    #expect((evaluation.maskedLoss != nil) == (reading == .both))
  }

  /// Whole documents are about one thing, and the model finds out whether two segments are.
  @Test func whichSegmentFollowsIsLearned() throws {
    func shard(_ documents: Int, seed: UInt64) -> TokenShard {
      let texts = (0..<documents).map { ToyTexts.document($0, sentences: 8, seed: seed) }
      return TokenShard(
        documents: texts.map(tokenizer.encode), vocabularySize: tokenizer.vocabularySize,
        textByteCount: texts.reduce(0) { $0 + $1.utf8.count })
    }
    var (configuration, settings) = settings(.pairs, steps: 800)
    configuration.setDropout(0)
    (settings.dropout, settings.batch, settings.loop.optimizer) = (0, 16, Muon())
    settings.loop.learningRate = LearningRate(peak: 1e-2, warmup: .fraction(0.1), schedule: LinearSchedule())
    settings.loop.evaluationInterval = 400
    let result = try PretrainingRun(
      configuration: configuration, tokenizer: tokenizer, training: shard(200, seed: 1),
      validation: shard(60, seed: 2), settings: settings, execution: KernelChoice.active.execution(threads: 2)
    ).run()
    guard case .language(let evaluation)? = result.evaluation else {
      Issue.record("no evaluation of a language")
      return
    }
    let next = try #require(evaluation.nextSentence)
    #expect(next.accuracy > next.majority + 0.05, "\(next.accuracy), majority \(next.majority)")
    #expect(evaluation.loss < 0.8 * evaluation.unigramEntropy, "\(evaluation.loss) of \(evaluation.unigramEntropy)")
  }

  @Test func aModelOfBothObjectivesLearnsBoth() throws {
    let scratch = try ScratchFolder()
    var (configuration, settings) = settings(.both, steps: 1400)
    settings.loop.evaluationInterval = 350
    configuration.setDropout(0)
    settings.dropout = 0
    let result = try PretrainingRun(
      configuration: configuration, tokenizer: tokenizer, training: training, validation: validation,
      settings: settings, execution: KernelChoice.active.execution(threads: 2), output: scratch.path
    ).run()
    guard case .language(let evaluation)? = result.evaluation else {
      Issue.record("no evaluation of a language")
      return
    }
    let masked = try #require(evaluation.maskedLoss), entropy = try #require(evaluation.maskedUnigramEntropy)
    #expect(evaluation.loss < 0.6 * evaluation.unigramEntropy, "\(evaluation.loss)")
    #expect(masked < 0.9 * entropy, "\(masked) of \(entropy)")
    #expect(evaluation.objective == (evaluation.loss + masked) / 2)
    let folder = try ModelFolder(reading: scratch.path)
    #expect(folder.configuration.fillsMasks && folder.configuration.canFillMasks)
    #expect(folder.configuration.json["architectures"] == ["LlamaForCausalLM"])
  }

  @Test func refusesAnObjectiveThatTheModelHasNot() throws {
    for (family, change) in [
      (
        TransformerConfiguration.Family.bert,
        { (s: inout PretrainingSettings) in (s.predictsNextSentence, s.maskCopies) = (true, 2) }
      ),
      (.llama, { (s: inout PretrainingSettings) in s.objective = .both }),
    ] {
      let configuration = ToyTexts.configuration(family, tokenizer)
      var settings = PretrainingSettings.recommended(
        for: configuration, corpusTokens: training.tokenCount, budget: .steps(1))
      change(&settings)
      #expect(throws: TrainingFailure.self) {
        _ = try PretrainingRun(
          configuration: configuration, tokenizer: tokenizer, training: training, validation: nil, settings: settings,
          execution: KernelChoice.active.execution())
      }
    }
  }
}
