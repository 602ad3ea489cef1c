import Tensors

/// The memory of a run, in bytes, by purpose: known before any of it is taken.
public struct MemoryPlan: Sendable, Equatable {
  /// The weights.
  public var weights: Int
  /// Their gradients.
  public var gradients: Int
  /// The optimizer's running averages, and what it computes in.
  public var moments: Int
  /// The average of the weights, the best weights so far, and the mask of what is pruned.
  public var copies: Int
  /// What the passes forward and backward write into.
  public var activations: Int
  /// A teacher's weights, and what its passes write into.
  public var teacher: Int

  /// All of it.
  public var total: Int { weights + gradients + moments + copies + activations + teacher }

  /// The memory of a loop.
  public init(
    layout: ParameterLayout, settings: LoopSettings, evaluates: Bool, activations: Int, teacher: Int = 0
  ) {
    let buffer = layout.bufferCount * MemoryLayout<Float>.stride
    (weights, gradients) = (buffer, buffer)
    let scratch = settings.optimizer.orthogonalization == nil ? 0 : OrthogonalSteps.scratchCount(layout)
    moments = settings.optimizer.momentsPerParameter * buffer + scratch * MemoryLayout<Float>.stride
    copies =
      ((settings.averageDecay == nil ? 0 : 1) + (evaluates ? 1 : 0) + (settings.pruning == nil ? 0 : 1)) * buffer
    (self.activations, self.teacher) = (activations, teacher)
  }

  /// Refuses a plan that needs more than a limit.
  public func require(atMost limit: Int?) throws(TrainingFailure) {
    if let limit, total > limit { throw .memory(needed: total, limit: limit) }
  }
}
