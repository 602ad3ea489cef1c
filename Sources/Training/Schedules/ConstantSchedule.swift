/// The peak rate to the end.
public struct ConstantSchedule: Schedule {
  /// `constant`.
  public static let name = "constant"

  /// A schedule without constants.
  public init() {}

  /// One, always.
  public func factor(at progress: Double) -> Double { 1 }
  /// One.
  public var end: Double { 1 }
  /// None.
  public var constants: [(name: String, value: Double)] { [] }
}
