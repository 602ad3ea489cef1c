/// Timings of something that is done again and again.
enum MedianTime {
  /// Seconds that one call takes: the median of the calls in about the given time, at least three, after one to warm up.
  static func of(seconds budget: Double, _ body: () throws -> Void) rethrows -> (seconds: Double, calls: Int) {
    try body()
    let clock = ContinuousClock()
    var times: [Double] = []
    let start = clock.now
    while times.count < 3 || (clock.now - start) / .seconds(1) < budget {
      let begin = clock.now
      try body()
      times.append((clock.now - begin) / .seconds(1))
    }
    times.sort()
    return (times[times.count / 2], times.count)
  }
}
