import KernelSupport

/// Muon: the maps between hidden states step along the orthogonal matrix that is nearest to their momentum; tables,
/// heads, norms and biases are left to AdamW.
///
/// Jordan et al. 2024. Steps of a rows × columns map are 0.2 · √max(rows, columns) long for a learning rate of one (Liu et al. 2025, "Muon
/// is scalable"), which is about AdamW's length: one learning rate and one decay serve both.
public struct Muon: Optimizer {
  /// `muon`.
  public static let name = "muon"
  /// How slowly the momentum forgets.
  public var momentum: Double
  /// Iterations towards the orthogonal matrix.
  public var iterations: Int
  /// AdamW for the others.
  public var others: AdamW

  /// By default the paper's momentum and iterations, and AdamW with a short memory.
  public init(
    momentum: Double = 0.95, iterations: Int = 5,
    others: AdamW = AdamW(beta1: 0.9, beta2: 0.99, weightDecay: 0.1)
  ) {
    (self.momentum, self.iterations, self.others) = (momentum, iterations, others)
  }

  /// The momentum of maps, and a mean of the others' gradients.
  public var keepsFirstMoment: Bool { true }
  /// A mean of the squares of the others' gradients; a map's is not used.
  public var keepsSecondMoment: Bool { true }
  /// Decoupled, for all matrices.
  public var weightDecay: Double {
    get { others.weightDecay }
    set { others.weightDecay = newValue }
  }

  /// AdamW's rule.
  public func rule(step: Int) -> UpdateRule { others.rule(step: step) }
  /// The maps' rule.
  public var orthogonalization: Orthogonalization? { Orthogonalization(momentum: momentum, iterations: iterations) }

  /// Its own constants, then AdamW's.
  public var constants: [(name: String, value: Double)] {
    [("momentum", momentum), ("iterations", Double(iterations))] + others.constants
  }
}

/// How maps between hidden states are stepped by an optimizer that makes their steps orthogonal.
public struct Orthogonalization: Sendable, Equatable {
  /// How slowly the momentum (Nesterov's) forgets.
  public var momentum: Double
  /// Iterations of Newton and Schulz.
  public var iterations: Int
}
