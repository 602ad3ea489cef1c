import Tensors
import Transformers

/// What a loop trains: it knows the data and the losses, and nothing of optimizers.
///
/// Micro-batches are numbered through the whole run. Each is a function of its number alone (and of the task's
/// seed), so a run that was stopped goes on with the very batches it would have seen.
public protocol TrainingTask: AnyObject {
  /// The model.
  var model: Transformer { get }
  /// How many micro-batches one pass over the data has.
  var microBatchesPerEpoch: Double { get }
  /// About how many tokens a micro-batch has.
  var tokensPerMicroBatch: Int { get }
  /// The bytes of the activations it holds.
  var activationBytes: Int { get }
  /// The bytes of the teacher it learns from, and of the teacher's activations; by default there is none.
  var teacherBytes: Int { get }
  /// Adds the gradients of the sum of a micro-batch's losses.
  /// - Parameter dropoutSeed: What dropouts are derived from.
  func addGradients(
    ofMicroBatch number: Int, weights: ParameterBuffer, gradients: ParameterBuffer, dropoutSeed: UInt64,
    execution: Execution
  ) throws -> MicroBatchResult
  /// Evaluates on the whole validation set; nil where there is none.
  ///
  /// Throws `Interruption` soon after `shouldStop` says so.
  func evaluate(weights: ParameterBuffer, execution: Execution, shouldStop: () -> Bool) throws -> Evaluation?
  /// About how many tokens an evaluation reads.
  var validationTokens: Int { get }
}

extension TrainingTask {
  /// There is no teacher.
  public var teacherBytes: Int { 0 }
}

/// What a micro-batch brought.
public struct MicroBatchResult: Sendable, Equatable {
  /// The losses.
  public var loss: LossSum
  /// How many tokens were read.
  public var tokens: Int

  /// A result.
  public init(loss: LossSum, tokens: Int) { (self.loss, self.tokens) = (loss, tokens) }
}
