import Checkpoints
import Corpora
import Files
import TestSupport
import Tensors
import Testing
import Tokenization
import Training
import Transformers

@Suite struct FineTuningRunTests {
  private let tokenizer: Tokenizer
  private let training = ToyTexts.labelled(rows: 160, seed: 5)
  private let validation = ToyTexts.labelled(rows: 80, seed: 6)

  init() throws { tokenizer = try ToyTexts.tokenizer() }

  private func settings(
    _ family: TransformerConfiguration.Family, _ kind: LabelKind = .single, epochs: Double = 15
  ) -> FineTuningSettings {
    var settings = FineTuningSettings.recommended(
      for: ToyTexts.configuration(family, tokenizer), pretrained: false, rows: 160, kind: kind,
      epochs: epochs)
    settings.loop.learningRate.peak = family.isCausal ? 5e-3 : 3e-3
    return settings
  }

  private func run(
    _ family: TransformerConfiguration.Family, settings: FineTuningSettings? = nil, output: String? = nil
  ) throws -> (FineTuningRun, TrainingResult) {
    let run = try FineTuningRun(
      base: .new(ToyTexts.configuration(family, tokenizer), tokenizer), training: training, validation: validation,
      settings: settings ?? self.settings(family), execution: KernelChoice.active.execution(threads: 2),
      output: output)
    return (run, try run.run())
  }

  @Test(arguments: TransformerConfiguration.Family.allCases)
  func everyFamilyTellsAnimalsFromTools(family: TransformerConfiguration.Family) throws {
    let scratch = try ScratchFolder()
    let (_, result) = try run(family, output: scratch.path)
    guard case .labels(let metrics) = result.evaluation else {
      Issue.record("no evaluation of labels")
      return
    }
    #expect(metrics.majority.accuracy < 0.7)
    #expect(metrics.accuracy > 0.95, "\(metrics.accuracy)")

    let folder = try ModelFolder(reading: scratch.path)
    #expect(folder.configuration.labels == ["animal", "tool"])
    #expect(folder.configuration.resolvedProblemType == .singleLabel)
    let evaluator = try evaluator(folder)
    let again = try evaluator.evaluate(
      weights: folder.weights, activations: evaluator.activations(), execution: KernelChoice.active.execution())
    #expect(abs(again.loss - metrics.loss) < 1e-5)
  }

  private func evaluator(_ folder: ModelFolder) throws -> ClassifierEvaluator {
    let tokenizer = try #require(folder.tokenizer)
    let template = ExampleTemplate(
      family: folder.configuration.family, special: tokenizer.special, maximumTokens: 32)
    return ClassifierEvaluator(
      model: try Transformer(folder.configuration),
      examples: EncodedExamples(validation, template: template) { tokenizer.encode($0) }, batch: 7)
  }

  /// The trunk comes from a model that has learned the language; its language head makes room for the labels.
  @Test func beginsWithAPretrainedFolder() throws {
    let scratch = try ScratchFolder()
    let configuration = ToyTexts.configuration(.roberta, tokenizer)
    let pretraining = PretrainingSettings.recommended(for: configuration, corpusTokens: 3000, budget: .steps(60))
    let language = try PretrainingRun(
      configuration: configuration, tokenizer: tokenizer,
      training: ToyTexts.shard(tokenizer, documents: 60, seed: 1), validation: nil, settings: pretraining,
      execution: KernelChoice.active.execution(), output: scratch.path + "/language")
    _ = try language.run()

    var settings = settings(.roberta)
    settings.freezeTrunk(of: configuration)
    let run = try FineTuningRun(
      base: .folder(scratch.path + "/language"), training: training, validation: validation, settings: settings,
      execution: KernelChoice.active.execution())
    #expect(run.plan.trainedParameters < run.plan.parameters / 4)
    let result = try run.run()
    #expect(result.outcome == .finished && result.evaluation != nil)
    // The frozen trunk is the pretrained one, bit for bit.
    let trunk = language.weights.layout.entries.filter { $0.name.hasPrefix("roberta.") }
    #expect(!trunk.isEmpty)
    for entry in trunk {
      let same = try #require(run.weights.layout.entries.first { $0.name == entry.name })
      let ours = run.weights[same.parameter], theirs = language.weights[entry.parameter]
      #expect((0..<ours.count).allSatisfy { ours.pointer[$0] == theirs.pointer[$0] }, "\(entry.name)")
    }
  }

  @Test func severalLabelsAtOnce() throws {
    var data = training
    data.kind = .multiple
    data.labelNames = ["animal", "old", "tool"]
    for index in data.rows.indices {
      data.rows[index].labels = [data.rows[index].labels[0] * 2]
      if data.rows[index].text.contains("old") { data.rows[index].labels = (data.rows[index].labels + [1]).sorted() }
    }
    var settings = settings(.bert, .multiple, epochs: 30)
    settings.loop.criterion = .macroF1
    let run = try FineTuningRun(
      base: .new(ToyTexts.configuration(.bert, tokenizer), tokenizer), training: data, validation: data,
      settings: settings, execution: KernelChoice.active.execution())
    guard case .multiLabel(let metrics) = try run.run().evaluation else {
      Issue.record("no evaluation of several labels")
      return
    }
    #expect(metrics.macro.f1 > 0.95, "\(metrics.macro.f1)")
    #expect(metrics.accuracy > metrics.majorityAccuracy + 0.2)
  }

  @Test func values() throws {
    func valued(_ data: LabelledData) -> LabelledData {
      var data = data
      (data.kind, data.labelNames) = (.value, [])
      for index in data.rows.indices {
        data.rows[index].value = data.rows[index].labels == [1] ? 2 : -1
        data.rows[index].labels = []
      }
      return data
    }
    let run = try FineTuningRun(
      base: .new(ToyTexts.configuration(.gpt2, tokenizer), tokenizer), training: valued(training),
      validation: valued(validation), settings: settings(.gpt2, .value, epochs: 20),
      execution: KernelChoice.active.execution())
    guard case .values(let metrics) = try run.run().evaluation else {
      Issue.record("no evaluation of values")
      return
    }
    #expect(metrics.meanSquaredError < 0.25 * metrics.meanBaseline, "\(metrics.meanSquaredError)")
  }

  /// Labels of words: an adjective's is what the noun behind it is.
  private func words(_ data: LabelledData) -> LabelledData {
    var data = data
    (data.kind, data.labelNames) = (.tokens, ["other", "animal", "tool"])
    for index in data.rows.indices {
      let words = data.rows[index].text.split(separator: " ").map { String($0) }
      data.rows[index].words = words
      data.rows[index].labels = words.indices.map { $0 == 1 ? data.rows[index].labels[0] + 1 : 0 }
    }
    return data
  }

  @Test("A word's label that shows behind it is learned by a trunk that fills masks", arguments: [false, true])
  func wordsThatSeeBothWays(fillsMasks: Bool) throws {
    var configuration = ToyTexts.configuration(.llama, tokenizer)
    configuration.fillsMasks = fillsMasks
    let run = try FineTuningRun(
      base: .new(configuration, tokenizer), training: words(training), validation: words(validation),
      settings: settings(.llama, .tokens), execution: KernelChoice.active.execution())
    let accuracy = try run.run().evaluation?.value(of: .accuracy) ?? 0
    // Six words a sentence; who has not seen the noun guesses the more frequent kind, 0.6 of all.
    #expect(fillsMasks ? accuracy > 0.99 : (0.9..<0.96).contains(accuracy), "\(accuracy)")
  }

  @Test func aFigureThatSuchLabelsDoNotHaveIsRefused() throws {
    var settings = settings(.bert)
    settings.loop.criterion = .spearman
    #expect {
      _ = try run(.bert, settings: settings)
    } throws: {
      "\($0)".contains("spearman") && "\($0)".contains("accuracy")
    }
    var words = training
    (words.kind, words.labelNames) = (.tokens, ["noun", "verb"])
    #expect(!SelectionCriterion.choices(for: words).contains(.entityF1))
    words.labelNames = ["O", "B-PLACE", "I-PLACE"]
    #expect(SelectionCriterion.choices(for: words).contains(.entityF1))
  }

  @Test func pairsOfTexts() throws {
    /// Whether both texts are about the same kind of thing cannot be told from one of them; here it is enough that
    /// the second text decides.
    func paired(_ data: LabelledData) -> LabelledData {
      var data = data
      for index in data.rows.indices {
        data.rows[index].pair = data.rows[index].text
        data.rows[index].text = "what is it ?"
      }
      return data
    }
    let run = try FineTuningRun(
      base: .new(ToyTexts.configuration(.bert, tokenizer), tokenizer), training: paired(training),
      validation: paired(validation), settings: settings(.bert, epochs: 20),
      execution: KernelChoice.active.execution())
    #expect((try run.run().evaluation?.value(of: .accuracy) ?? 0) > 0.9)
  }

  @Test func resumesBitForBit() throws {
    var settings = settings(.gpt2, epochs: 3)
    settings.classWeights = .balanced
    settings.smoothing = 0.1
    settings.tokenDropout = 0.2
    let straight = try run(.gpt2, settings: settings).0.weights.bits
    for stop in stride(from: 0, through: 24, by: 3) {
      let scratch = try ScratchFolder()
      func prepared(resumes: Bool, report: @escaping (TrainingEvent) -> Void) throws -> FineTuningRun {
        try FineTuningRun(
          base: .new(ToyTexts.configuration(.gpt2, tokenizer), tokenizer), training: training,
          validation: validation, settings: settings, execution: KernelChoice.active.execution(),
          output: scratch.path, resumes: resumes, actions: LoopActions(report: report))
      }
      do {
        var steps = 0
        let first = try prepared(resumes: false) { event in if case .step = event { steps += 1 } }
        _ = try first.run(until: { steps >= stop })
      }
      let second = try prepared(resumes: true) { _ in }
      #expect(try second.run().outcome != .interrupted)
      #expect(second.weights.bits == straight, "stopped after step \(stop)")
    }
  }

  @Test("A pretrained model drops as much as it did before, and at least a tenth")
  func dropoutStays() {
    func dropout(_ before: Double, pretrained: Bool) -> Double {
      var configuration = ToyTexts.configuration(.llama, tokenizer)
      configuration.setDropout(before)
      return FineTuningSettings.recommended(for: configuration, pretrained: pretrained, rows: 3000, kind: .single)
        .dropout
    }
    #expect(dropout(0, pretrained: true) == 0.1 && dropout(0.2, pretrained: true) == 0.2)
    #expect(dropout(0.2, pretrained: false) == 0.1)
  }

  // MARK: Adapters and augmentation

  @Test func anAdapterLearnsAndComesBack() throws {
    let scratch = try ScratchFolder()
    let configuration = ToyTexts.configuration(.roberta, tokenizer)
    let base = try Transformer(configuration).initialWeights(seed: 3)
    try ModelFolder(configuration: configuration, weights: base, tokenizer: tokenizer).write(to: scratch.path + "/base")
    var settings = settings(.roberta, epochs: 12)
    settings.adapter = LowRankSettings(rank: 4, alpha: 8, dropout: 0.1)
    settings.loop.learningRate.peak = 1e-2
    let run = try FineTuningRun(
      base: .folder(scratch.path + "/base"), training: training, validation: validation, settings: settings,
      execution: KernelChoice.active.execution(), output: scratch.path + "/adapter")
    #expect(run.plan.trainedParameters < run.plan.parameters / 2)
    let result = try run.run()
    #expect((result.evaluation?.value(of: .accuracy) ?? 0) > 0.95)
    #expect(AdapterFolder.isAdapter(scratch.path + "/adapter"))
    let folder = try ModelFolder(reading: scratch.path + "/adapter")
    let evaluator = try evaluator(folder)
    let again = try evaluator.evaluate(
      weights: folder.weights, activations: evaluator.activations(), execution: KernelChoice.active.execution())
    #expect(abs(again.loss - (result.evaluation?.loss ?? 0)) < 1e-4)
    // The base is as it was.
    #expect(try ModelFolder(reading: scratch.path + "/base").weights.bits == base.bits)
    settings.freezeTrunk(of: configuration)
    #expect(throws: TrainingFailure.self) { try settings.validate() }
  }

  @Test("An adapter's tokens see what its base's see, as PEFT has it")
  func adaptersKeepTheDirection() throws {
    let scratch = try ScratchFolder()
    var configuration = ToyTexts.configuration(.llama, tokenizer)
    configuration.fillsMasks = true
    try ModelFolder(
      configuration: configuration, weights: Transformer(configuration).initialWeights(seed: 3), tokenizer: tokenizer
    ).write(to: scratch.path + "/base")
    for (name, adapter) in [("whole", nil), ("adapter", LowRankSettings(rank: 2, alpha: 2))] {
      var settings = settings(.llama, .tokens, epochs: 1)
      settings.adapter = adapter
      _ = try FineTuningRun(
        base: .folder(scratch.path + "/base"), training: words(training), validation: words(validation),
        settings: settings, execution: KernelChoice.active.execution(), output: scratch.path + "/" + name
      ).run()
      let configuration = try ModelFolder(reading: scratch.path + "/" + name).configuration
      #expect(configuration.head == .tokenClassification && configuration.seesBothWays == (adapter == nil))
    }
  }

  @Test func anAdapterNeedsAFolderToBelongTo() throws {
    let scratch = try ScratchFolder()
    var settings = settings(.bert)
    settings.adapter = LowRankSettings()
    #expect(throws: TrainingFailure.self) {
      _ = try FineTuningRun(
        base: .new(ToyTexts.configuration(.bert, tokenizer), tokenizer), training: training, validation: validation,
        settings: settings, execution: KernelChoice.active.execution(), output: scratch.path)
    }
  }

  // MARK: Refusals

  private func expectRefused(_ data: LabelledData, validation: LabelledData? = nil, _ name: String) {
    #expect(throws: (any Error).self, "\(name)") {
      _ = try FineTuningRun(
        base: .new(ToyTexts.configuration(.gpt2, tokenizer), tokenizer), training: data, validation: validation,
        execution: KernelChoice.active.execution())
    }
  }

  @Test func refusesDataThatCannotTeach() {
    expectRefused(LabelledData(rows: [], labelNames: ["a", "b"]), "no rows")
    expectRefused(
      LabelledData(rows: [LabelledRow(text: "x", labels: [0])], labelNames: ["a"]), "a single label")
    var stranger = validation
    stranger.labelNames = ["animal", "plant"]
    expectRefused(training, validation: stranger, "a label that the training set has not")
  }

  @Test func settingsComeBackFromTheirFile() throws {
    for weights in [FineTuningSettings.ClassWeights.none, .balanced, .given([1, 2.5])] {
      var settings = settings(.bert)
      settings.classWeights = weights
      settings.tokenDropout = 0.1
      settings.adapter = LowRankSettings(rank: 3, alpha: 7, dropout: 0.2, targets: ["query"])
      let again = try #require(FineTuningSettings(json: try JSONValue(parsing: settings.json.serialized())))
      #expect(again.json == settings.json && again.classWeights == weights && again.adapter == settings.adapter)
    }
  }
}
