import KernelSupport

/// RMSprop (Hinton 2012): the gradient divided by the root of its running mean square, as PyTorch has it.
public struct RMSprop: Optimizer {
  /// `rmsprop`.
  public static let name = "rmsprop"
  /// How slowly the mean of squares forgets.
  public var alpha: Double
  /// Added to the root.
  public var epsilon: Double
  /// How much of the last step goes on.
  public var momentum: Double
  /// L2 decay, added to the gradient.
  public var weightDecay: Double

  /// PyTorch's defaults.
  public init(alpha: Double = 0.99, epsilon: Double = 1e-8, momentum: Double = 0, weightDecay: Double = 0) {
    (self.alpha, self.epsilon, self.momentum, self.weightDecay) = (alpha, epsilon, momentum, weightDecay)
  }

  /// It keeps the momentum, if there is one.
  public var keepsFirstMoment: Bool { momentum != 0 }
  /// It keeps the mean square.
  public var keepsSecondMoment: Bool { true }

  /// The rule, the same at each step.
  public func rule(step: Int) -> UpdateRule {
    .rmsprop(alpha: alpha, epsilon: Float(epsilon), momentum: Float(momentum))
  }

  /// Its constants.
  public var constants: [(name: String, value: Double)] {
    [("alpha", alpha), ("epsilon", epsilon), ("momentum", momentum), ("weight_decay", weightDecay)]
  }
}
