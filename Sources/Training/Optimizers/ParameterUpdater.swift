import KernelSupport
import Tensors

/// An optimizer at work on a model's parameters: it keeps the running averages, in the layout of the weights.
public final class ParameterUpdater {
  /// The rule.
  public let optimizer: any Optimizer
  /// What it treats how.
  public let policy: UpdatePolicy
  /// The first running average, if the rule has one.
  public let first: ParameterBuffer?
  /// The second one.
  public let second: ParameterBuffer?
  /// All that learn, and those of them that the rule steps.
  private let learning: [Range<Int>], ruled: [UpdatePolicy.Run]
  private let orthogonalSteps: OrthogonalSteps?

  /// An optimizer before its first step.
  public init(_ optimizer: any Optimizer, _ policy: UpdatePolicy = UpdatePolicy(), layout: ParameterLayout) {
    self.optimizer = optimizer
    self.policy = policy
    first = optimizer.keepsFirstMoment ? ParameterBuffer(zeros: layout) : nil
    second = optimizer.keepsSecondMoment ? ParameterBuffer(zeros: layout) : nil
    orthogonalSteps = optimizer.orthogonalization.map { OrthogonalSteps($0, policy, layout: layout) }
    learning = policy.learning(of: layout)
    ruled = policy.runs(of: layout, includingMaps: orthogonalSteps == nil)
  }

  /// The Euclidean norm of the gradients of all parameters that learn; not finite if any of them is not.
  public func norm(of gradients: ParameterBuffer, execution: Execution) -> Double {
    var sum = 0.0
    for range in learning {
      sum += execution.sumOfSquares(Matrix(gradients.all.pointer + range.lowerBound, rows: 1, columns: range.count))
    }
    return sum.squareRoot()
  }

  /// One step.
  /// - Parameters:
  ///   - step: Counted from 1.
  ///   - gradientScale: What each gradient is multiplied by first: 1 / tokens, and clipping.
  public func update(
    _ weights: ParameterBuffer, gradients: ParameterBuffer, gradientScale: Double, learningRate: Double, step: Int,
    execution: Execution
  ) {
    let rule = optimizer.rule(step: step)
    let rate = optimizer.learningRate(learningRate, step: step)
    if let orthogonalSteps, let first {
      orthogonalSteps.update(
        weights, gradients: gradients, momentum: first, gradientScale: gradientScale, learningRate: rate,
        weightDecay: optimizer.weightDecay, l1: policy.l1, step: step, execution: execution)
    }
    for run in ruled {
      execution.update(
        ParameterUpdate(
          count: run.count, values: weights.all.pointer + run.offset,
          gradients: UnsafePointer(gradients.all.pointer + run.offset), gradientScale: Float(gradientScale),
          first: first.map { $0.all.pointer + run.offset }, second: second.map { $0.all.pointer + run.offset },
          learningRate: Float(rate * run.rateFactor), weightDecay: run.decays ? Float(optimizer.weightDecay) : 0,
          l1: run.decays ? Float(policy.l1) : 0, rule: rule))
    }
  }
}
