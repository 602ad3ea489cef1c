import Tensors

/// An exponential moving average of the weights over the steps, which often judges better than the last weights do
/// (Polyak & Juditsky 1992).
public final class WeightAverage {
  /// How slowly it forgets, in `0 ..< 1`.
  public let decay: Double
  /// The average.
  public let weights: ParameterBuffer

  /// An average that begins with the first weights.
  public init(of weights: ParameterBuffer, decay: Double) {
    self.decay = decay
    self.weights = ParameterBuffer(zeros: weights.layout)
    self.weights.copy(from: weights)
  }

  /// Takes in the weights after a step, counted from 1.
  ///
  /// In the first steps it forgets faster, (1 + step) / (10 + step), so that the random beginning does not linger.
  public func update(with weights: ParameterBuffer, step: Int, execution: Execution) {
    let decay = min(self.decay, Double(1 + step) / Double(10 + step))
    execution.average(weights.all, into: self.weights.all, rate: Float(1 - decay))
  }
}
