import Tensors

/// The speeds at which the pairs of a head turn with its position, and how they are slowed for longer texts.
///
/// Su et al. 2021, "RoFormer".
public struct RotaryFrequencies: Sendable, Equatable {
  /// How the speeds differ from the plain ones.
  public enum Scaling: Sendable, Equatable {
    /// Not at all.
    case none
    /// All of them divided by a factor (Chen et al. 2023).
    case linear(factor: Double)
    /// Llama 3's: slow ones divided by a factor, fast ones kept, those between interpolated.
    case llama3(factor: Double, lowFactor: Double, highFactor: Double, originalPositions: Int)
  }

  /// The base of the geometric sequence of speeds.
  public var base: Double
  /// How they are changed.
  public var scaling: Scaling

  /// Speeds of a base.
  public init(base: Double, scaling: Scaling = .none) {
    self.base = base
    self.scaling = scaling
  }

  /// The angle a pair turns by from one position to the next: base^(-2 · pair / headWidth), scaled, in 32 bits as
  /// Hugging Face keeps it.
  package func frequency(pair: Int, headWidth: Int) -> Float {
    let plain = Float(1 / power(base, Double(2 * pair) / Double(headWidth)))
    switch scaling {
    case .none:
      return plain
    case .linear(let factor):
      return plain / Float(factor)
    case .llama3(let factor, let lowFactor, let highFactor, let originalPositions):
      let turns = Double(originalPositions) * Double(plain) / (2 * Double.pi)
      if turns < lowFactor { return plain / Float(factor) }
      if turns > highFactor { return plain }
      let share = (turns - lowFactor) / (highFactor - lowFactor)
      return Float((1 - share) * Double(plain) / factor + share * Double(plain))
    }
  }
}
