/// Seconds of a run over all of its sittings, by a clock that no one can set.
public struct Stopwatch {
  private let clock: () -> Double
  private var base = 0.0
  private var started: Double?

  /// A stopwatch that has not been started.
  public init(_ clock: @escaping () -> Double = Stopwatch.monotonicSeconds) { self.clock = clock }

  /// Starts at a number of seconds.
  public mutating func start(at seconds: Double) { (base, started) = (seconds, clock()) }

  /// The seconds it shows.
  public var seconds: Double { base + (started.map { max(0, clock() - $0) } ?? 0) }

  /// What the clock says.
  var now: Double { clock() }

  private static let origin = ContinuousClock.now

  /// Seconds since the program first asked.
  public static let monotonicSeconds: @Sendable () -> Double = {
    let (seconds, attoseconds) = (ContinuousClock.now - origin).components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}

/// The speed of the last steps, as a progress line shows it.
struct SpeedMeter {
  private var tokens = 0.0
  private var seconds = 0.0
  private var steps = 0.0

  /// Takes in a step; older ones fade.
  mutating func record(tokens: Int, seconds: Double) {
    self.tokens = self.tokens * 0.95 + Double(tokens)
    self.seconds = self.seconds * 0.95 + seconds
    steps = steps * 0.95 + 1
  }

  var tokensPerSecond: Double { seconds > 0 ? tokens / seconds : 0 }
  var secondsPerStep: Double { steps > 0 ? seconds / steps : 0 }
}
