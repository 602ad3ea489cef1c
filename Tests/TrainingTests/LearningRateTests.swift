import Testing
import Training

@Suite struct LearningRateTests {
  private func rates(_ rate: LearningRate, of total: Int) -> [Double] {
    (0...total).map { rate.rate(step: $0, of: total) }
  }

  private func isClose(_ left: [Double], _ right: [Double]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) < 1e-12 }
  }

  @Test func warmsUpInAStraightLineWithoutAStepOfZero() {
    let rate = LearningRate(peak: 5, warmup: .steps(4))
    #expect(isClose(rates(rate, of: 8), [1, 2, 3, 4, 5, 5, 5, 5, 5]))
    #expect(isClose(rates(LearningRate(peak: 5, warmup: .fraction(0.5)), of: 8), rates(rate, of: 8)))
  }

  @Test func linearEndsExactlyAtTheBudget() {
    let rate = LearningRate(peak: 1, warmup: .steps(2), schedule: LinearSchedule())
    #expect(isClose(rates(rate, of: 6), [1.0 / 3, 2.0 / 3, 1, 0.75, 0.5, 0.25, 0]))
  }

  @Test func cosinePassesItsMiddle() {
    let rate = LearningRate(peak: 1, schedule: CosineSchedule(end: 0.1))
    let values = rates(rate, of: 4)
    #expect(isClose([values[0], values[2], values[4]], [1, 0.55, 0.1]))
  }

  /// The formula of nanoGPT's training script, with its names.
  @Test func cosineIsNanoGPTs() {
    let (rate, floor, warmup, total) = (1e-3, 1e-4, 100, 2000)
    let ours = LearningRate(peak: rate, warmup: .steps(warmup), schedule: CosineSchedule(end: floor / rate))
    for step in [0, 1, 99] {
      #expect(abs(ours.rate(step: step, of: total) - rate * Double(step + 1) / Double(warmup + 1)) < 1e-15)
    }
    // 1e-4 + 0.5 · (1 + cos(π · 1 / 2)) · 9e-4
    #expect(abs(ours.rate(step: 1050, of: total) - 5.5e-4) < 1e-15)
    #expect(abs(ours.rate(step: total, of: total) - floor) < 1e-15)
  }

  @Test func trapezoidIsFlatAndThenFalls() {
    let rate = LearningRate(peak: 2, warmup: .steps(1), schedule: TrapezoidSchedule(decay: 0.5, end: 0))
    #expect(isClose(rates(rate, of: 5), [1, 2, 2, 2, 1, 0]))
  }

  @Test(arguments: ScheduleName.allCases)
  func endsAtItsEndWhateverTheWarmup(name: ScheduleName) {
    for warmup in [LearningRate.Warmup.steps(0), .steps(3), .fraction(0.2)] {
      let rate = LearningRate(peak: 1, warmup: warmup, schedule: name.usual)
      #expect(abs(rate.rate(step: 50, of: 50) - name.usual.end) < 1e-12)
      #expect((0..<50).allSatisfy { rate.rate(step: $0, of: 50) > 0 && rate.rate(step: $0, of: 50) <= 1 })
    }
  }

  @Test func aWarmupLongerThanTheRunGoesUpToTheEnd() {
    let rate = LearningRate(peak: 4, warmup: .steps(10), schedule: CosineSchedule())
    #expect(isClose(Array(rates(rate, of: 3).prefix(3)), [1, 2, 3]))
  }
}
