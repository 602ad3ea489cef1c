/// How the learning rate goes down, from the end of the warm-up to the end of the run.
public protocol Schedule: Sendable {
  /// The word by which settings name it.
  static var name: String { get }
  /// What the peak rate is multiplied by, when `progress` (0 to 1) of the steps after the warm-up are done.
  func factor(at progress: Double) -> Double
  /// The factor that it ends at.
  var end: Double { get }
  /// The constants by their names, for settings files.
  var constants: [(name: String, value: Double)] { get }
}
