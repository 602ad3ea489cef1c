import KernelSupport

extension Execution {
  /// The multiplications and additions a second, in thousand millions, that this processor's registers are good for in
  /// this precision, on these threads: the best of some milliseconds.
  ///
  /// It is what a benchmark shows beside its figures: machines are shared, and their clocks change.
  public func peakGigaflops() -> Double {
    let clock = ContinuousClock()
    var (steps, best) = (1_000, 0.0)
    var measured = 0
    while measured < 10 {
      let begin = clock.now
      let operations = kernels.multiplyInRegisters(precision, steps: steps, on: pool)
      let seconds = (clock.now - begin) / .seconds(1)
      // Long enough that starting the threads is nothing.
      if seconds < 2e-3 {
        steps *= 2
      } else {
        best = max(best, operations / seconds / 1e9)
        measured += 1
      }
    }
    return best
  }
}
