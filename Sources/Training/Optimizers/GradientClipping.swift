/// Limits the norm of the whole gradient (Pascanu, Mikolov & Bengio 2013).
public struct GradientClipping: Sendable, Equatable {
  /// The largest norm; 0 does not clip.
  public var maximum: Double

  /// By default at 1.
  public init(maximum: Double = 1) { self.maximum = maximum }

  /// What a gradient of this norm is multiplied by; the constant is PyTorch's.
  public func factor(norm: Double) -> Double { maximum <= 0 ? 1 : min(1, maximum / (norm + 1e-6)) }
}
