import KernelSupport

/// Stochastic gradient descent with momentum, plain or Nesterov's, as PyTorch has it.
public struct GradientDescent: Optimizer {
  /// `sgd`.
  public static let name = "sgd"
  /// How much of the last step goes on.
  public var momentum: Double
  /// How much of the gradient is left out of the momentum.
  public var dampening: Double
  /// Whether the step looks ahead (Nesterov 1983).
  public var nesterov: Bool
  /// L2 decay, added to the gradient.
  public var weightDecay: Double

  /// By default without momentum and decay.
  public init(momentum: Double = 0, dampening: Double = 0, nesterov: Bool = false, weightDecay: Double = 0) {
    (self.momentum, self.dampening, self.nesterov) = (momentum, dampening, nesterov)
    self.weightDecay = weightDecay
  }

  /// It keeps the momentum, if there is one.
  public var keepsFirstMoment: Bool { momentum != 0 }
  /// It keeps no squares.
  public var keepsSecondMoment: Bool { false }

  /// The rule; at the first step the momentum is the gradient.
  public func rule(step: Int) -> UpdateRule {
    .sgd(momentum: Float(momentum), dampening: Float(dampening), nesterov: nesterov, first: step == 1)
  }

  /// Its constants.
  public var constants: [(name: String, value: Double)] {
    [
      ("momentum", momentum), ("dampening", dampening), ("nesterov", nesterov ? 1 : 0), ("weight_decay", weightDecay),
    ]
  }
}
