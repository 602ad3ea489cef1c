import Tensors
import Transformers

/// What a run can compute, from which the size of a model and the tokens of a step are derived.
///
/// A token costs 6 operations for each weight that it is multiplied with: 2 forward, 4 backward (Kaplan et al. 2020).
public struct ComputeBudget: Sendable {
  /// Seconds of training.
  public let seconds: Double
  /// Operations a second.
  public let speed: Double

  /// A budget.
  /// - Parameters:
  ///   - minutes: Of training.
  ///   - speed: Operations a second; by default about what two cores do.
  public init(minutes: Double, speed: Double = Self.usualSpeed) {
    (seconds, self.speed) = (60 * minutes, max(speed, 1))
  }

  /// The operations a second of a training step on two cores, where nothing was measured.
  public static let usualSpeed = 1e11

  /// What a training step will do: half of what the registers are good for, by measurement of some milliseconds.
  public static func speed(of execution: Execution) -> Double { 0.5e9 * execution.peakGigaflops() }

  /// How many tokens a model sees in this time.
  public func tokens(for configuration: TransformerConfiguration) -> Double {
    let (layers, width) = (Double(configuration.layers), Double(configuration.width))
    return tokens(weights: 12 * layers * width * width + Double(configuration.vocabularySize) * width)
  }

  private func tokens(weights: Double) -> Double { seconds * speed / (6 * weights) }

  /// The preset that gets most out of the time: the one with the weights nearest to what its tokens can teach.
  ///
  /// Between a token for each weight and twenty there is little to choose (Hoffmann et al. 2022, at far larger sizes);
  /// text that is read more than some ten times wants a larger model that reads it less often.
  /// - Parameters:
  ///   - vocabularySize: Tokens of the vocabulary.
  ///   - corpusTokens: Tokens of the training set.
  public func size(vocabularySize: Int, corpusTokens: Int) -> TransformerConfiguration.Size {
    let wanted = max(
      (seconds * speed / (6 * Self.tokensPerWeight)).squareRoot(),
      seconds * speed / (6 * Self.mostEpochs * Double(max(corpusTokens, 1))))
    var best: (size: TransformerConfiguration.Size, distance: Double)?
    for size in TransformerConfiguration.Size.allCases {
      let (layers, _, width) = size.shape
      let weights = Double((12 * layers * width + vocabularySize) * width)
      let distance = max(weights / wanted, wanted / weights)
      if distance < best?.distance ?? .infinity { best = (size, distance) }
    }
    return best?.size ?? .micro
  }

  private static let tokensPerWeight = 10.0
  private static let mostEpochs = 20.0

  /// The tokens of a step of a causal run: as many as the run has steps, a power of two.
  ///
  /// Few tokens make many steps, which is what counts in a short run; many use the processor better, and the gradient
  /// of a model that has learned is noisier.
  /// - Parameter tokens: Of the whole run.
  public static func tokensPerStep(tokens: Double) -> Int {
    var size = 512
    while size < 16_384, Double(size * size) * 2 < tokens { size *= 2 }
    return size
  }

  /// The context of a causal run: at least eight sequences in a step, and 256 tokens where there is time for them.
  public static func context(tokensPerStep: Int) -> Int { min(tokensPerStep / 8, 256) }
}
