import Checkpoints
import Corpora
import Files
import Tensors
import Tokenization
import Transformers

extension FineTuningRun {
  /// A trunk with the head that the labels ask for.
  struct Start {
    var configuration: TransformerConfiguration
    /// Nil where the weights are to be drawn.
    var weights: ParameterBuffer?
    var tokenizer: Tokenizer
    var isPretrained: Bool { weights != nil }
  }

  static func start(_ base: Base, _ labels: LabelSet, adapted: Bool, seed: UInt64) throws -> Start {
    switch base {
    case .new(let configuration, let tokenizer):
      return Start(
        configuration: labels.classifying(configuration),
        weights: nil, tokenizer: tokenizer)
    case .folder(let path):
      let folder = try ModelFolder(
        reading: path,
        changing: { labels.classifying($0, adapted: adapted) },
        missingHead: .initialized(Randomness(seed: seed).derive("weights")))
      guard let tokenizer = folder.tokenizer else {
        throw TrainingFailure.labels(
          problem: "The model in \(path) has no tokenizer.model, so it cannot read texts; put its tokenizer beside it.")
      }
      return Start(configuration: folder.configuration, weights: folder.weights, tokenizer: tokenizer)
    }
  }

  /// Model, sequences and batches of a run.
  struct Setup {
    let model: Transformer
    let weights: ParameterBuffer
    let labels: LabelSet
    let settings: FineTuningSettings
    let training: EncodedExamples
    let validation: EncodedExamples?
    /// What learns in place of the trunk.
    let adapter: LowRankAdapter?
    private let marks: Set<Int32>
    var notes: [String] = []
    private let data: LabelledData
    private let template: ExampleTemplate
    private let sampling: SubwordSampling?
    private let teacher: Teacher?

    init(
      _ start: Start, _ labels: LabelSet, _ training: LabelledData, _ validation: LabelledData?,
      _ settings: FineTuningSettings, _ teacher: TeacherFolder?
    ) throws {
      var configuration = start.configuration
      configuration.setDropout(settings.dropout)
      configuration.classifierDropout = settings.dropout
      let longest = settings.maximumTokens ?? configuration.maximumLength
      guard longest <= configuration.maximumLength else {
        throw TrainingFailure.context(asked: longest, maximum: configuration.maximumLength)
      }
      model = try Transformer(configuration)
      try settings.loop.pruning?.check(model.layout)
      weights = start.weights ?? model.initialWeights(seed: settings.loop.seed)
      (self.labels, self.settings) = (labels, settings)
      adapter = try settings.adapter.map { [model] in try LowRankAdapter(model, $0) }
      let tokenizer = start.tokenizer
      let template = ExampleTemplate(
        family: configuration.family, special: tokenizer.special, maximumTokens: longest)
      marks = Set([template.begin, template.end].compactMap { $0 })
      (data, self.template) = (training, template)
      try teacher?.check(for: configuration, template, special: tokenizer.special)
      self.teacher = teacher?.teacher
      sampling = try SubwordSampling(tokenizer, settings.subwordSampling, seed: settings.loop.seed)
      for (name, isOn) in [("subword sampling", sampling != nil), ("token dropout", settings.tokenDropout > 0)]
      where isOn && training.kind == .tokens {
        throw TrainingFailure.setting(
          name: name, value: "on", expected: "labels of whole texts, and these are labels of words")
      }
      self.training = EncodedExamples(training, template: template, tokenizer: tokenizer)
      self.validation = validation.map { data in
        EncodedExamples(data, template: template, tokenizer: tokenizer)
      }
      for (examples, name) in [(self.training, "training"), (self.validation, "validation")] {
        if let examples, examples.truncatedCount > 0 {
          notes.append(
            "\(examples.truncatedCount) of \(examples.count) \(name) texts are longer than \(longest) tokens and lose "
              + "their ends.")
        }
      }
    }

    /// Tokens of the training set.
    var tokens: Int { training.tokens.count }

    /// The n-grams that the settings want as a teacher, learned unless they are given; nil for none.
    private func ngrams(_ given: NGramTeacher?, _ execution: Execution) throws -> NGramTeacher? {
      guard let distillation = settings.distillation, distillation.teacher == .ngrams else { return nil }
      guard data.kind != .tokens else {
        throw TrainingFailure.setting(
          name: "teacher", value: "ngrams", expected: "labels of whole texts, and these are labels of words")
      }
      var teacher = try given ?? NGramTeacher(data, distillation, execution: execution)
      teacher.settings = distillation
      return teacher
    }

    /// The task, after a look at the memory.
    /// - Parameter ngrams: Those of a run on the same rows; receives the teacher.
    func task(_ execution: Execution, ngrams: inout NGramTeacher?) throws -> any TrainingTask {
      let batches = LabelledBatches(training, size: .sequences(settings.batch), seed: settings.loop.seed)
      let evaluator = validation.map { examples in
        ClassifierEvaluator(
          model: model, examples: examples, batch: settings.batch, majorityLabel: labels.majority,
          meanValue: labels.mean)
      }
      // Other pieces may be more, up to the longest sequence.
      let longest = sampling == nil ? nil : template.maximumTokens
      var activations = ClassificationTask.activationBytes(
        model: model, training: batches, evaluator: evaluator, longest: longest)
      if adapter != nil { activations += AdaptedTask.byteCount(model.layout) }
      try MemoryPlan(
        layout: adapter?.layout ?? model.layout, settings: settings.loop, evaluates: evaluator != nil,
        activations: activations,
        teacher: ClassificationTask.teacherBytes(
          teacher, training: batches, evaluator: evaluator, longest: longest)
      ).require(atMost: settings.memoryLimit)
      let task = ClassificationTask(
        model: model, training: batches, evaluator: evaluator, classWeights: try labels.weights(settings.classWeights),
        smoothing: Float(settings.smoothing),
        // Adapters stand in the blocks: the embeddings need no gradient.
        frozenDepth: adapter == nil ? settings.loop.policy.frozenDepth : 1, longest: longest, teacher: teacher,
        sampled: sampling.map { [data, template] sampling in
          { epoch in EncodedExamples(data, template: template, sampling: sampling, epoch: epoch) }
        })
      ngrams = try self.ngrams(ngrams, execution)
      task.ngrams = ngrams
      if settings.tokenDropout > 0 {
        task.tokenDropout = TokenDropout(
          probability: settings.tokenDropout, marks: marks, seed: settings.loop.seed)
      }
      return adapter.map { AdaptedTask(task, $0, base: weights) } ?? task
    }

    /// What the loop trains: the weights, or in their place an adapter's.
    var trained: ParameterBuffer {
      adapter?.initialWeights(of: weights, seed: settings.loop.seed) ?? weights
    }

    /// What tells this data from other data.
    var fingerprint: JSONValue {
      [
        "labels": .array(labels.names.map { .string($0) }), "training": Self.fingerprint(training),
        "validation": validation.map(Self.fingerprint) ?? .null,
      ]
    }

    private static func fingerprint(_ examples: EncodedExamples) -> JSONValue {
      var bytes: [UInt8] = []
      func append(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
      for token in examples.tokens { append(token) }
      for start in examples.starts { append(start) }
      for row in examples.labels { for label in row { append(label) } }
      for value in examples.values { append(value.bitPattern) }
      return ["rows": .integer(examples.count), "sha256": .string(SHA256.digest(of: bytes).description)]
    }
  }
}
