import Corpora
import Files
import TestSupport
import Tensors
import Testing
import Tokenization
import Training
import Transformers

/// N-grams as teachers of classifiers.
@Suite struct NGramTeacherTests {
  private let tokenizer: Tokenizer
  private let execution = KernelChoice.active.execution()

  init() throws { tokenizer = try ToyTexts.tokenizer() }

  private func run(
    _ rows: LabelledData, steps: Int = 12, weight: Double? = 0.5, output: String? = nil, resumes: Bool = false,
    threads: Int = 1, actions: LoopActions = LoopActions()
  ) throws -> FineTuningRun {
    let configuration = ToyTexts.configuration(.llama, tokenizer)
    var settings = FineTuningSettings.recommended(
      for: configuration, pretrained: false, rows: rows.rows.count, kind: rows.kind)
    settings.loop.budget = .steps(steps)
    settings.loop.evaluationInterval = 5
    settings.distillation = weight == nil ? nil : .ngrams
    if let weight { settings.distillation?.weight = weight }
    return try FineTuningRun(
      base: .new(configuration, tokenizer), training: rows, validation: ToyTexts.labelled(rows: 20, seed: 6),
      settings: resumes ? nil : settings, execution: KernelChoice.active.execution(threads: threads), output: output,
      resumes: resumes, actions: actions)
  }

  /// A text is answered by those that have not seen it: with a label that nothing foretells, they do not know it.
  @Test func textsAreAnsweredUnseen() throws {
    var rows = ToyTexts.labelled(rows: 60, seed: 5)
    let odd = 17
    rows.rows[odd].labels = [1 - rows.rows[odd].labels[0]]
    let teacher = try NGramTeacher(rows, .ngrams, execution: execution)
    var agreed: [Int] = []
    for row in 0..<60 {
      let scores = teacher.answers(of: [row]).scores
      #expect(scores.count == 2)
      let answer: Int32 = scores[0] > scores[1] ? 0 : 1
      if answer == rows.rows[row].labels[0] { agreed.append(row) }
      #expect(
        abs(scores.reduce(0) { $0 + Float(exponential(Double($1))) } - 1) < 1e-5, "not logarithms of probabilities")
    }
    // A text much like that one may be misled by it.
    #expect(!agreed.contains(odd) && agreed.count >= 55, "\(agreed)")
    #expect(teacher.answers(of: [3, 1]).scores == teacher.answers(of: [3]).scores + teacher.answers(of: [1]).scores)
  }

  /// With the teacher alone to learn from, the labels come from the n-grams.
  @Test func ngramsTeach() throws {
    let rows = ToyTexts.labelled(rows: 60, seed: 5)
    var notices: [String] = []
    let taught = try run(
      rows, steps: 120, weight: 1,
      actions: LoopActions(report: { if case .notice(let text) = $0 { notices.append(text) } }))
    #expect(notices.contains { $0.hasPrefix("N-grams") }, "\(notices)")
    _ = try taught.run()
    let evaluation = try taught.predictions(on: ToyTexts.labelled(rows: 40, seed: 9)).evaluation()
    #expect(try #require(evaluation.value(of: .accuracy)) > 0.9)
  }

  @Test func theWeightCounts() throws {
    let rows = ToyTexts.labelled(rows: 60, seed: 5)
    func weights(_ weight: Double?, threads: Int = 1) throws -> [UInt32] {
      let run = try run(rows, weight: weight, threads: threads)
      _ = try run.run()
      return run.weights.bits
    }
    let half = try weights(0.5)
    #expect(try weights(nil) != half)
    #expect(try weights(0) == weights(nil))
    #expect(try weights(0.5, threads: 2) == half)
  }

  @Test func stoppingChangesNothing() throws {
    let rows = ToyTexts.labelled(rows: 60, seed: 5)
    let scratch = try ScratchFolder()
    let outcome = try ResumeVerification(steps: 8, scratchFolder: scratch.path) {
      folder, resumes, actions, shouldStop in
      let run = try run(rows, steps: 8, output: folder, resumes: resumes, actions: actions)
      #expect(run.settings.distillation == .ngrams)
      _ = try run.run(until: shouldStop)
    }.run()
    #expect(outcome.stops == 8)
  }

  @Test func refusals() throws {
    #expect {
      try NGramTeacher(ToyTexts.labelled(rows: 9, seed: 1), .ngrams, execution: execution)
    } throws: {
      "\($0)".contains("10 rows")
    }
    // Text has no labels.
    let configuration = ToyTexts.configuration(.llama, tokenizer)
    var settings = PretrainingSettings.recommended(for: configuration, corpusTokens: 1000, budget: .steps(2))
    settings.distillation = .ngrams
    #expect { try settings.validate() } throws: { "\($0)".contains("n-grams answer with labels") }
    let shard = ToyTexts.shard(tokenizer, documents: 10, seed: 1)
    #expect {
      try PretrainingRun(
        configuration: configuration, tokenizer: tokenizer, training: shard, validation: nil, settings: settings,
        execution: execution)
    } throws: {
      "\($0)".contains("n-grams answer with labels")
    }
  }

  /// Learned once for all seeds, they teach each as if it were alone.
  @Test func seedsShareThem() throws {
    let rows = ToyTexts.labelled(rows: 60, seed: 5), held = ToyTexts.labelled(rows: 20, seed: 6)
    let configuration = ToyTexts.configuration(.llama, tokenizer)
    var settings = FineTuningSettings.recommended(
      for: configuration, pretrained: false, rows: 60, kind: .single, epochs: 1)
    settings.distillation = .ngrams
    settings.loop.criterion = .loss
    var weaker = settings
    weaker.distillation?.weight = 0.2
    func scores(_ seeds: [UInt64], _ settings: FineTuningSettings...) throws -> [UInt64] {
      let plan = FineTuningTrials(
        candidates: settings.map { .init(values: [], settings: $0) }, seeds: seeds, splits: [(rows, held)],
        joinsNGrams: false)
      var record: TrialRecord?
      let trials = try plan.run(base: .new(configuration, tokenizer), execution: execution, record: &record) {
        _, _, _ in
      }
      return try #require(trials).map(\.score.bitPattern)
    }
    let apart = try scores([1], settings) + scores([2], settings) + scores([1], weaker) + scores([2], weaker)
    #expect(try scores([1, 2], settings, weaker) == apart)
    #expect(Set(apart).count == 4, "the weight changes nothing")
  }

  /// Where they are asked without a word.
  @Test func areUsualForSetsOfMiddleSize() {
    func teacher(_ rows: Int, _ kind: LabelKind, labels: Int = 3) -> DistillationSettings? {
      FineTuningSettings.recommended(
        for: ToyTexts.configuration(.llama, tokenizer), pretrained: true, rows: rows, kind: kind, labels: labels
      ).distillation
    }
    #expect(teacher(499, .single) == nil)
    #expect(teacher(500, .single) == .ngrams)
    #expect(teacher(10_000, .single) == nil)
    #expect(teacher(24_000, .single, labels: 34) == .ngrams)
    #expect(teacher(34_000, .single, labels: 34) == nil)
    #expect(teacher(5000, .multiple) == nil)
    #expect(teacher(5000, .value) == nil)
    #expect(teacher(5000, .tokens) == nil)
  }
}
