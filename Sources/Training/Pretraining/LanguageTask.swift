import Corpora
import Tensors
import Transformers

/// Learning a language, by the next token, by masked ones or by both: batches of windows over a token stream.
public final class LanguageTask: TrainingTask {
  /// The model.
  public let model: Transformer
  /// Where training batches come from.
  public let training: any LanguageBatchMaker
  /// Where evaluations read, in order; nil where there is no validation set.
  public let validation: (any LanguageBatchMaker)?
  /// Where evaluations read masked windows beside those, for a model of both objectives.
  public let maskedValidation: (any LanguageBatchMaker)?
  /// The bytes of text behind the validation tokens; nil where bits per byte mean nothing.
  public let validationBytes: Int?
  /// Windows in a micro-batch.
  public let batch: Int
  /// The share of each target that is spread over the vocabulary, in training.
  public let smoothing: Float
  /// Layers below this depth learn nothing.
  public let frozenDepth: Int
  /// The bytes of the teacher and of its passes; 0 where there is none.
  public let teacherBytes: Int

  private let activations: Activations
  private let teaching: Teaching?
  private var memory = LanguageBatch()

  /// A task; takes the memory for its passes.
  public init(
    model: Transformer, training: any LanguageBatchMaker, validation: (any LanguageBatchMaker)?,
    maskedValidation: (any LanguageBatchMaker)? = nil, validationBytes: Int? = nil, batch: Int, smoothing: Float = 0,
    frozenDepth: Int = 0, teacher: Teacher? = nil
  ) {
    (self.model, self.training, self.validation) = (model, training, validation)
    (self.maskedValidation, self.validationBytes, self.batch) = (maskedValidation, validationBytes, batch)
    (self.smoothing, self.frozenDepth) = (smoothing, frozenDepth)
    let size = Self.size([training, validation, maskedValidation], batch: batch)
    activations = Activations(model, tokens: size.tokens, sequences: size.sequences, training: true)
    teaching = teacher.map { Teaching($0, tokens: size.tokens, sequences: size.sequences) }
    teacherBytes = teacher?.byteCount(tokens: size.tokens, sequences: size.sequences) ?? 0
  }

  /// The bytes that the passes of such a task need.
  public static func activationBytes(
    model: Transformer, training: any LanguageBatchMaker, validation: (any LanguageBatchMaker)?,
    maskedValidation: (any LanguageBatchMaker)? = nil, batch: Int
  ) -> Int {
    let size = size([training, validation, maskedValidation], batch: batch)
    return Activations.byteCount(model, tokens: size.tokens, sequences: size.sequences, training: true)
  }

  /// The bytes that a teacher needs beside such a task.
  static func teacherBytes(_ teacher: Teacher?, _ makers: [(any LanguageBatchMaker)?], batch: Int) -> Int {
    let size = size(makers, batch: batch)
    return teacher?.byteCount(tokens: size.tokens, sequences: size.sequences) ?? 0
  }

  private static func size(_ makers: [(any LanguageBatchMaker)?], batch: Int) -> (tokens: Int, sequences: Int) {
    makers.compactMap(\.self).reduce((1, 1)) { size, maker in
      (max(size.0, maker.maximumTokens(sequences: batch)), max(size.1, maker.maximumSequences(sequences: batch)))
    }
  }

  /// The bytes of the activations.
  public var activationBytes: Int { activations.byteCount }
  /// Passes over the windows of an epoch, the last one shared with the next epoch.
  public var microBatchesPerEpoch: Double { Double(training.sequencesPerEpoch) / Double(batch) }
  /// The windows' tokens.
  public var tokensPerMicroBatch: Int { training.maximumTokens(sequences: batch) }
  /// The tokens of the validation windows.
  public var validationTokens: Int {
    [validation, maskedValidation].compactMap(\.self).reduce(0) {
      $0 + $1.maximumTokens(sequences: $1.sequencesPerEpoch)
    }
  }

  /// The windows `number · batch` and on, and their gradients.
  public func addGradients(
    ofMicroBatch number: Int, weights: ParameterBuffer, gradients: ParameterBuffer, dropoutSeed: UInt64,
    execution: Execution
  ) throws -> MicroBatchResult {
    training.fill(&memory, sequences: number * batch..<(number + 1) * batch)
    guard !memory.targets.rows.isEmpty else { return MicroBatchResult(loss: LossSum(), tokens: 0) }
    let loss = try model.languageLoss(
      of: memory.batch, targets: memory.targets, weights: weights, gradients: gradients, activations: activations,
      execution: execution, smoothing: smoothing, dropoutSeed: dropoutSeed, frozenDepth: frozenDepth,
      teaching: teaching)
    return MicroBatchResult(loss: loss, tokens: memory.batch.tokens.count)
  }

  /// The loss on every window of the validation set, without smoothing and dropout.
  public func evaluate(
    weights: ParameterBuffer, execution: Execution, shouldStop: () -> Bool
  ) throws -> Evaluation? {
    guard let validation else { return nil }
    var result = try LanguageEvaluator(model: model, windows: validation, bytes: validationBytes, batch: batch)
      .evaluate(weights: weights, activations: activations, execution: execution, shouldStop: shouldStop)
    if let maskedValidation {
      result.addMasked(
        try LanguageEvaluator(model: model, windows: maskedValidation, bytes: nil, batch: batch)
          .evaluate(weights: weights, activations: activations, execution: execution, shouldStop: shouldStop))
    }
    return .language(result)
  }
}
