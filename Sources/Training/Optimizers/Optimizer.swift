import KernelSupport

/// A rule that turns gradients into steps: a small value; the running averages that it needs are kept by a
/// `ParameterUpdater`.
public protocol Optimizer: Sendable {
  /// The word by which settings name it.
  static var name: String { get }
  /// Whether it keeps a first running average: momentum, or Adam's first moment.
  var keepsFirstMoment: Bool { get }
  /// Whether it keeps a second one: mean or sum of squares.
  var keepsSecondMoment: Bool { get }
  /// L2 decay of matrices: decoupled for AdamW, added to the gradient for the others.
  var weightDecay: Double { get set }
  /// The kernel's rule at a step, counted from 1.
  func rule(step: Int) -> UpdateRule
  /// The learning rate at a step, where the rule decays it by itself.
  func learningRate(_ scheduled: Double, step: Int) -> Double
  /// How maps between hidden states are stepped, where not by the rule.
  var orthogonalization: Orthogonalization? { get }
  /// The constants by their names, for settings files.
  var constants: [(name: String, value: Double)] { get }
}

extension Optimizer {
  /// The scheduled one.
  public func learningRate(_ scheduled: Double, step: Int) -> Double { scheduled }

  /// By the rule.
  public var orthogonalization: Orthogonalization? { nil }

  /// How many floats it keeps for each parameter.
  public var momentsPerParameter: Int { (keepsFirstMoment ? 1 : 0) + (keepsSecondMoment ? 1 : 0) }
}
