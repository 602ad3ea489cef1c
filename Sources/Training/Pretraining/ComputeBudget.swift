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
    let weights = 12 * layers * width * width + Double(configuration.vocabularySize) * width
    return seconds * speed * Self.share(width: width) / (6 * weights)
  }

  /// The share of the speed that a width leaves to products; the rest is what a token costs whatever the width.
  ///
  /// By measurement 48, 64 and 128 reach 0.48, 0.68 and 0.81.
  private static func share(width: Double) -> Double { width / (width + 50) }

  /// The preset that gets most out of the time: the one with the weights nearest to what its tokens can teach.
  ///
  /// Between a token for each weight and twenty there is little to choose (Hoffmann et al. 2022, at far larger sizes);
  /// the smallest models want more of them, by measurement. Text that is read more than some ten times wants a larger model
  /// that reads it less often.
  /// - Parameters:
  ///   - vocabularySize: Tokens of the vocabulary.
  ///   - corpusTokens: Tokens of the training set.
  public func size(vocabularySize: Int, corpusTokens: Int) -> TransformerConfiguration.Size {
    var taught = (seconds * speed / (6 * Self.tokensPerWeight)).squareRoot()
    if taught > 0, taught < Self.fewWeights { taught *= exponential(0.28 * logarithm(taught / Self.fewWeights)) }
    let wanted = max(
      taught,
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
  /// Below, the exponent leads through the places where two sizes are equally good for characters: `nano` and `tiny` after
  /// 9 seconds of two cores, `tiny` and `micro` after about 50 (Benchmarks.md).
  private static let fewWeights = 570_000.0
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
