import KernelSupport

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019): weights shrink by learning rate × decay at each step,
/// independently of the gradient.
public struct AdamW: Optimizer {
  /// `adamw`.
  public static let name = "adamw"
  /// The constants, which are Adam's.
  public var adam: Adam

  /// By default PyTorch's constants, with its decay of 0.01.
  public init(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0.01,
    correctsBias: Bool = true
  ) {
    adam = Adam(
      beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay, correctsBias: correctsBias)
  }

  /// It keeps a mean of the gradients.
  public var keepsFirstMoment: Bool { true }
  /// It keeps a mean of their squares.
  public var keepsSecondMoment: Bool { true }
  /// The decoupled decay.
  public var weightDecay: Double {
    get { adam.weightDecay }
    set { adam.weightDecay = newValue }
  }

  /// Adam's rule, decoupled.
  public func rule(step: Int) -> UpdateRule { adam.rule(step: step, decoupled: true) }

  /// Adam's constants.
  public var constants: [(name: String, value: Double)] { adam.constants }
}
