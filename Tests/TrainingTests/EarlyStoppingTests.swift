import Testing
import Training

@Suite struct EarlyStoppingTests {
  @Test func stopsWhenNothingGetsBetter() {
    var stopping = EarlyStopping(patience: 2)
    let isBest = [3, 2, 2, 2.5].enumerated().map { step, score in
      (stopping.record(score, step: step), stopping.shouldStop)
    }
    #expect(isBest.map(\.0) == [true, true, false, false])
    #expect(isBest.map(\.1) == [false, false, false, true])
    #expect(stopping.best == 2 && stopping.bestStep == 1)
  }

  @Test func aBetterScoreBeginsTheCountAgain() {
    var stopping = EarlyStopping(patience: 2)
    for (step, score) in [3.0, 4, 2, 3].enumerated() { _ = stopping.record(score, step: step) }
    #expect(!stopping.shouldStop)
  }

  @Test func aScoreThatIsNoNumberIsNotBetter() {
    var stopping = EarlyStopping(patience: 1)
    let isBest = [stopping.record(.nan, step: 1), stopping.record(.infinity, step: 2)]
    #expect(isBest == [false, false])
    #expect(stopping.best == nil)
  }

  @Test func withoutPatienceItNeverStops() {
    var stopping = EarlyStopping()
    for step in 0..<100 { _ = stopping.record(1, step: step) }
    #expect(!stopping.shouldStop)
  }
}
