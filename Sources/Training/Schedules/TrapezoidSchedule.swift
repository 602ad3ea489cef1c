/// The peak rate for most of the run, then a straight line down: warm-up, stable, decay (Hu and others 2024).
public struct TrapezoidSchedule: Schedule {
  /// `trapezoid`.
  public static let name = "trapezoid"
  /// Which part of the steps after the warm-up the way down takes.
  public var decay: Double
  /// The last factor.
  public var end: Double

  /// By default down to zero in the last 30 %.
  public init(decay: Double = 0.3, end: Double = 0) { (self.decay, self.end) = (decay, end) }

  /// 1 up to 1 - `decay`, then straight to `end`.
  public func factor(at progress: Double) -> Double {
    decay <= 0 || progress <= 1 - decay ? 1 : 1 + (end - 1) * (progress - (1 - decay)) / decay
  }
  /// The way down and the end.
  public var constants: [(name: String, value: Double)] { [("decay", decay), ("end", end)] }
}
