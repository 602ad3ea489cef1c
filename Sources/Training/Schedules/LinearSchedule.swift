/// A straight line from the peak rate to the last one.
public struct LinearSchedule: Schedule {
  /// `linear`.
  public static let name = "linear"
  /// The last factor.
  public var end: Double

  /// By default to zero.
  public init(end: Double = 0) { self.end = end }

  /// 1 at 0, `end` at 1.
  public func factor(at progress: Double) -> Double { 1 + (end - 1) * progress }
  /// The end.
  public var constants: [(name: String, value: Double)] { [("end", end)] }
}
