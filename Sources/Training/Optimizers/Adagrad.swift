import KernelSupport

/// Adagrad (Duchi, Hazan & Singer 2011): the gradient divided by the root of the sum of all its squares, as PyTorch
/// has it.
public struct Adagrad: Optimizer {
  /// `adagrad`.
  public static let name = "adagrad"
  /// Added to the root.
  public var epsilon: Double
  /// The rate is divided by 1 + (step - 1) × this.
  public var rateDecay: Double
  /// L2 decay, added to the gradient.
  public var weightDecay: Double

  /// PyTorch's defaults.
  public init(epsilon: Double = 1e-10, rateDecay: Double = 0, weightDecay: Double = 0) {
    (self.epsilon, self.rateDecay, self.weightDecay) = (epsilon, rateDecay, weightDecay)
  }

  /// It keeps no momentum.
  public var keepsFirstMoment: Bool { false }
  /// It keeps the sum of squares.
  public var keepsSecondMoment: Bool { true }

  /// The rule, the same at each step.
  public func rule(step: Int) -> UpdateRule { .adagrad(epsilon: Float(epsilon)) }

  /// The rate after its own decay.
  public func learningRate(_ scheduled: Double, step: Int) -> Double { scheduled / (1 + Double(step - 1) * rateDecay) }

  /// Its constants.
  public var constants: [(name: String, value: Double)] {
    [("epsilon", epsilon), ("rate_decay", rateDecay), ("weight_decay", weightDecay)]
  }
}
