import KernelSupport
import Tensors

/// Adam (Kingma & Ba 2015): steps of about the learning rate, whatever the gradient's size.
///
/// Weight decay, if any, is added to the gradient as in the first paper; `AdamW` decouples it.
public struct Adam: Optimizer {
  /// `adam`.
  public static let name = "adam"
  /// How slowly the mean of the gradients forgets.
  public var beta1: Double
  /// How slowly the mean of their squares forgets.
  public var beta2: Double
  /// Added to the root of the mean square.
  public var epsilon: Double
  /// L2 decay, added to the gradient.
  public var weightDecay: Double
  /// Whether the averages' bias towards zero is corrected; BERT's recipe leaves that out.
  public var correctsBias: Bool

  /// PyTorch's defaults.
  public init(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0,
    correctsBias: Bool = true
  ) {
    (self.beta1, self.beta2, self.epsilon) = (beta1, beta2, epsilon)
    (self.weightDecay, self.correctsBias) = (weightDecay, correctsBias)
  }

  /// It keeps a mean of the gradients.
  public var keepsFirstMoment: Bool { true }
  /// It keeps a mean of their squares.
  public var keepsSecondMoment: Bool { true }

  /// Adam's rule with the corrections of the step.
  public func rule(step: Int) -> UpdateRule { rule(step: step, decoupled: false) }

  func rule(step: Int, decoupled: Bool) -> UpdateRule {
    .adam(
      beta1: beta1, beta2: beta2, epsilon: Float(epsilon),
      firstCorrection: correctsBias ? Float(1 / (1 - power(beta1, Double(step)))) : 1,
      secondCorrection: correctsBias ? Float(1 / (1 - power(beta2, Double(step)))) : 1, decoupled: decoupled)
  }

  /// Its constants.
  public var constants: [(name: String, value: Double)] {
    [
      ("beta1", beta1), ("beta2", beta2), ("epsilon", epsilon), ("weight_decay", weightDecay),
      ("corrects_bias", correctsBias ? 1 : 0),
    ]
  }
}
