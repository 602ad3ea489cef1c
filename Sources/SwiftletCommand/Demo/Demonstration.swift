import Console
import Swiftlet

/// The whole pipeline on one corpus: a tokenizer, a causal model, the same model when it has learned to fill gaps as
/// well, and a classifier made of that.
struct Demonstration {
  /// The text, and texts with labels: a file, or a folder with train, validation and test files.
  let text: TextSource
  let labels: String
  /// Minutes of training, all three together.
  let minutes: Double
  let seed: UInt64
  let execution: Execution
  /// The folder with `Tokenizer` and `Weights`.
  let root: String
  /// Told what happens.
  let say: (String) -> Void

  /// What came out.
  struct Figures {
    var tokenizer: Tokenizer
    var bytesPerToken: Double
    var causal: LanguageEvaluation?, masked: LanguageEvaluation?
    var classifier: ClassificationMetrics
    var samples: [String]
    var answers: [(text: String, label: String, score: Double)]
    var fillings: [FilledText]
  }

  var tokenizerPath: String { Files.path(root, "Tokenizer/demo/demo.model") }
  func weights(_ name: String) -> String { Files.path(root, "Weights/demo-\(name)") }

  /// Runs all of it; nil if it was interrupted.
  func run() throws -> Figures? {
    say("1. A tokenizer of \(HumanFormat.bytes(text.byteCount)) of text")
    let tokenizer = try trainTokenizer()
    let bytesPerToken = try tokenizer.measure(on: text, mostBytes: 1 << 20).bytesPerToken
    say("   \(tokenizer.vocabularySize) pieces, \(HumanFormat.fixed(bytesPerToken, 2)) bytes a token")
    let corpus = try CorpusPreparation(
      text, encoder: TextEncoder(tokenizer), options: CorpusOptions(seed: seed),
      cacheFolder: Files.path(root, "Tokenizer/demo/tokens"), execution: execution
    ).run()
    for line in corpus.notes { say("   " + line) }

    say("2. A causal model, which learns what comes next")
    let configuration = causalConfiguration(corpus, tokenizer, minutes: 0.4 * minutes)
    guard let causal = try pretrain("causal", configuration, corpus, tokenizer, minutes: 0.4 * minutes) else {
      return nil
    }
    say("3. The same model goes on, and learns what is missing as well")
    // A masked model of its own would spend these minutes on learning which tokens are frequent.
    var both = configuration
    both.fillsMasks = true
    let start = try ModelFolder(reading: weights("causal")).weights
    guard let masked = try pretrain("masked", both, corpus, tokenizer, from: start, minutes: 0.35 * minutes) else {
      return nil
    }
    say("4. A classifier, fine-tuned from that")
    let (training, validation, test) = try readLabels()
    guard try fineTune(training, validation, minutes: 0.25 * minutes) else { return nil }

    let judged = try ClassifierJudgement(
      of: ModelFolder(reading: weights("classifier")), on: test, ensemble: NGramEnsemble(folder: weights("classifier")),
      execution: execution)
    guard case .labels(let classifier) = judged.evaluation else {
      throw TrainingFailure.labels(problem: "The demonstration needs texts with one label each; \(labels) has others.")
    }
    return try Figures(
      tokenizer: tokenizer, bytesPerToken: bytesPerToken, causal: causal, masked: masked, classifier: classifier,
      samples: samples(), answers: answers(test), fillings: fillings(corpus))
  }

  private func trainTokenizer() throws -> Tokenizer {
    // A piece for each 250 bytes of text did well in bits a byte at equal time (Benchmarks.md, "Tokenizers"); more than
    // 4,096 cost a short run more than they bring.
    let wish = min(max(text.byteCount / 250, 300), 4096)
    let result = try Tokenizer.train(on: text, options: TokenizerTrainingOptions(vocabularySize: wish))
    for line in result.notes { say("   " + line) }
    try Files.createFolder(Files.folder(of: tokenizerPath))
    try AtomicFile.write(result.tokenizer.modelBytes, to: tokenizerPath)
    return result.tokenizer
  }

  private func causalConfiguration(
    _ corpus: PreparedCorpus, _ tokenizer: Tokenizer, minutes: Double
  ) -> TransformerConfiguration {
    let budget = ComputeBudget(minutes: minutes, speed: ComputeBudget.speed(of: execution))
    let size = budget.size(vocabularySize: tokenizer.vocabularySize, corpusTokens: corpus.training.tokenCount)
    var configuration = TransformerConfiguration.preset(
      size, family: .llama, vocabularySize: tokenizer.vocabularySize, context: 128)
    configuration.beginToken = tokenizer.special.begin.map(Int.init)
    configuration.endTokens = tokenizer.special.end.map { [Int($0)] } ?? []
    configuration.paddingToken = tokenizer.special.padding.map(Int.init)
    return configuration
  }

  private func pretrain(
    _ name: String, _ configuration: TransformerConfiguration, _ corpus: PreparedCorpus, _ tokenizer: Tokenizer,
    from start: ParameterBuffer? = nil, minutes: Double
  ) throws -> LanguageEvaluation? {
    var settings = PretrainingSettings.recommended(
      for: configuration, corpusTokens: corpus.training.tokenCount, budget: .minutes(minutes),
      speed: ComputeBudget.speed(of: execution))
    settings.loop.seed = seed
    let output = weights(name)
    try Files.removeFolder(output)
    let reporter = TrainingReporter(title: name)
    let run = try PretrainingRun(
      configuration: configuration, tokenizer: tokenizer, training: corpus.training, validation: corpus.validation,
      settings: settings, execution: execution, start: start, output: output,
      actions: .showing(reporter, samplesOf: configuration, tokenizer, execution, seed: seed))
    let result = try run.run { Interrupts.isPending }
    reporter.finish()
    guard result.outcome != .interrupted, case .language(let evaluation)? = result.evaluation else { return nil }
    return evaluation
  }

  private func readLabels() throws -> (training: LabelledData, validation: LabelledData, test: LabelledData) {
    guard Files.isFolder(labels) else {
      let all = try LabelledData(contentsOf: labels)
      let (rest, test) = try all.split(validationFraction: 0.1, seed: seed)
      let (training, validation) = try rest.split(validationFraction: 0.1, seed: seed)
      return (training, validation, test)
    }
    let training = try LabelledData(contentsOf: Files.path(labels, "train.tsv"))
    let validation = try LabelledData(contentsOf: Files.path(labels, "validation.tsv"))
    let test = try LabelledData(contentsOf: Files.path(labels, "test.tsv"))
    return (training, validation, test)
  }

  private func fineTune(_ training: LabelledData, _ validation: LabelledData, minutes: Double) throws -> Bool {
    let configuration = try ModelFolder.configuration(ofFolder: weights("masked"))
    var settings = FineTuningSettings.recommended(
      for: configuration, pretrained: true, rows: training.rows.count, kind: training.kind,
      labels: training.labelNames.count, besideNGrams: true)
    settings.loop.budget = .minutes(minutes)
    settings.loop.seed = seed
    let output = weights("classifier")
    try Files.removeFolder(output)
    let reporter = TrainingReporter(title: "classifier")
    let run = try FineTuningRun(
      base: .folder(weights("masked")), training: training, validation: validation, settings: settings,
      execution: execution, output: output, actions: LoopActions(report: { reporter.report($0) }))
    let result = try run.run { Interrupts.isPending }
    reporter.finish()
    guard result.outcome != .interrupted else { return false }
    let held = try validation.relabelled(as: training.labelNames, of: training.path)
    let companions = try ClassifierCompanions(
      fitting: run.predictions(on: held), on: held,
      baseline: NGramBaseline(training, execution: execution))
    try companions.write(to: output)
    if companions.ensemble != nil { say("   " + NGramEnsemble.sentence) }
    return true
  }

  // MARK: What the models do

  private func samples() throws -> [String] {
    let model = try LanguageModel(folder: weights("causal"), execution: execution)
    var settings = model.settings
    (settings.maxNewTokens, settings.seed, settings.temperature) = (48, seed, 0.7)
    return try model.generator.generate((0..<3).map { Prompt("", sample: $0) }, settings: settings).map(\.text)
  }

  /// The first texts of the test set, unchosen.
  private func answers(_ test: LabelledData) throws -> [(text: String, label: String, score: Double)] {
    let classifier = try TextClassifier(folder: weights("classifier"), execution: execution)
    let rows = test.rows.prefix(4)
    return try zip(rows, classifier.classify(pairs: rows.map { ($0.text, $0.pair) })).map { row, result in
      (row.text, result.labels.first ?? "", result.ranked.first?.score ?? 0)
    }
  }

  /// The first held-out text with its middle word hidden.
  private func fillings(_ corpus: PreparedCorpus) throws -> [FilledText] {
    let model = try MaskedModel(folder: weights("masked"), execution: execution)
    guard let validation = corpus.validation, validation.documentCount > 0 else { return [] }
    let tokenizer = try Tokenizer(contentsOf: tokenizerPath)
    let line = tokenizer.decode(validation.document(0)).split(separator: "\n").first ?? ""
    var words = line.split(separator: " ").prefix(16).map(String.init)
    guard words.count > 2 else { return [] }
    words[words.count / 2] = model.filler.maskSpelling
    return try model.filler.fill(words.joined(separator: " "), count: 3)
  }
}
