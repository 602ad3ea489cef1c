import Corpora
import Tensors
import Transformers

/// Learning to answer with labels: batches of labelled sequences.
public final class ClassificationTask: TrainingTask {
  /// The model, with a classification head.
  public let model: Transformer
  /// Where training batches come from.
  public let training: LabelledBatches
  /// The sequences of an epoch, where they differ from epoch to epoch.
  public let sampled: ((_ epoch: Int) -> EncodedExamples)?
  /// Judges the validation set; nil where there is none.
  public let evaluator: ClassifierEvaluator?
  /// The weight of each label in the loss; nil for alike.
  public let classWeights: [Float]?
  /// The share of each target that is spread over all labels.
  public let smoothing: Float
  /// Layers below this depth learn nothing.
  public let frozenDepth: Int

  /// Leaves tokens out of training texts; nil reads them whole.
  public var tokenDropout: TokenDropout?
  /// The bytes of the teacher and of its passes; 0 where there is none.
  public let teacherBytes: Int

  /// What n-grams say of the training texts, which is learned beside the labels; nil for nothing.
  public var ngrams: NGramTeacher?

  private let activations: Activations
  private let teaching: Teaching?
  private var memory = LabelledBatch()
  /// The rows of each batch of one epoch, and their sequences; made when the epoch begins.
  private var epoch: (number: Int, batches: [[Int]], source: LabelledBatches)

  /// A task; takes the memory for its passes.
  ///
  /// The training set has at least one row. `sampled` gives the sequences of an epoch, each of at most `longest` tokens.
  public init(
    model: Transformer, training: LabelledBatches, evaluator: ClassifierEvaluator?, classWeights: [Float]? = nil,
    smoothing: Float = 0, frozenDepth: Int = 0, longest: Int? = nil, teacher: Teacher? = nil,
    sampled: ((_ epoch: Int) -> EncodedExamples)? = nil
  ) {
    (self.model, self.training, self.evaluator, self.sampled) = (model, training, evaluator, sampled)
    (self.classWeights, self.smoothing, self.frozenDepth) = (classWeights, smoothing, frozenDepth)
    let size = Self.size(training, evaluator, longest: longest)
    activations = Activations(model, tokens: size.tokens, sequences: size.sequences, training: true)
    teaching = teacher.map { Teaching($0, tokens: size.tokens, sequences: size.sequences) }
    teacherBytes = teacher?.byteCount(tokens: size.tokens, sequences: size.sequences) ?? 0
    epoch = Self.epoch(0, training, sampled)
  }

  private static func epoch(
    _ number: Int, _ training: LabelledBatches, _ sampled: ((Int) -> EncodedExamples)?
  ) -> (number: Int, batches: [[Int]], source: LabelledBatches) {
    let source = sampled.map { training.replacing($0(number)) } ?? training
    return (number, source.plan(epoch: number), source)
  }

  /// The bytes that the passes of such a task need.
  public static func activationBytes(
    model: Transformer, training: LabelledBatches, evaluator: ClassifierEvaluator?, longest: Int? = nil
  ) -> Int {
    let size = size(training, evaluator, longest: longest)
    return Activations.byteCount(model, tokens: size.tokens, sequences: size.sequences, training: true)
  }

  /// The bytes that a teacher needs beside such a task.
  static func teacherBytes(
    _ teacher: Teacher?, training: LabelledBatches, evaluator: ClassifierEvaluator?, longest: Int?
  ) -> Int {
    let size = size(training, evaluator, longest: longest)
    return teacher?.byteCount(tokens: size.tokens, sequences: size.sequences) ?? 0
  }

  private static func size(
    _ training: LabelledBatches, _ evaluator: ClassifierEvaluator?, longest: Int?
  ) -> (tokens: Int, sequences: Int) {
    (
      max(
        longest.map { $0 * training.maximumSequences } ?? training.maximumTokens, evaluator?.batches.maximumTokens ?? 1,
        1),
      max(training.maximumSequences, evaluator?.batches.maximumSequences ?? 1, 1)
    )
  }

  /// The bytes of the activations.
  public var activationBytes: Int { activations.byteCount }
  /// Batches of an epoch.
  public var microBatchesPerEpoch: Double { Double(max(1, epoch.batches.count)) }
  /// The mean tokens of a batch.
  public var tokensPerMicroBatch: Int {
    max(1, training.examples.tokens.count / max(1, epoch.batches.count))
  }
  /// The tokens of the validation set.
  public var validationTokens: Int { evaluator?.batches.examples.tokens.count ?? 0 }

  /// A batch of the epoch that its number falls in, and its gradients.
  public func addGradients(
    ofMicroBatch number: Int, weights: ParameterBuffer, gradients: ParameterBuffer, dropoutSeed: UInt64,
    execution: Execution
  ) throws -> MicroBatchResult {
    let (epochNumber, index) = number.quotientAndRemainder(dividingBy: max(1, epoch.batches.count))
    if epochNumber != epoch.number { epoch = Self.epoch(epochNumber, training, sampled) }
    guard index < epoch.batches.count else { return MicroBatchResult(loss: LossSum(), tokens: 0) }
    epoch.source.fill(&memory, rows: epoch.batches[index])
    tokenDropout?.apply(to: &memory, epoch: epochNumber)
    let loss = try model.classificationLoss(
      of: memory.batch, targets: memory.targets, weights: weights, gradients: gradients, activations: activations,
      execution: execution, smoothing: smoothing, classWeights: classWeights, dropoutSeed: dropoutSeed,
      frozenDepth: frozenDepth, teaching: teaching, answers: ngrams?.answers(of: memory.indices))
    return MicroBatchResult(loss: loss, tokens: memory.batch.tokens.count)
  }

  /// The figures on the whole validation set.
  public func evaluate(
    weights: ParameterBuffer, execution: Execution, shouldStop: () -> Bool
  ) throws -> Evaluation? {
    try evaluator?.evaluate(
      weights: weights, activations: activations, execution: execution, shouldStop: shouldStop)
  }
}
