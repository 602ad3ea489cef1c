import Testing
import Training

@Suite struct EarlyStoppingTests {
  @Test func stopsWhenNothingGetsBetter() {
    var stopping = EarlyStopping(patience: 2)
    let isKept = [3, 2, 2, 2.5].enumerated().map { step, score in
      (stopping.record(score, step: step), stopping.shouldStop)
    }
    #expect(isKept.map(\.0) == [true, true, false, false])
    #expect(isKept.map(\.1) == [false, false, false, true])
    #expect(stopping.best == 2 && stopping.bestStep == 1)
  }

  @Test func aBetterScoreBeginsTheCountAgain() {
    var stopping = EarlyStopping(patience: 2)
    for (step, score) in [3.0, 4, 2, 3].enumerated() { _ = stopping.record(score, step: step) }
    #expect(!stopping.shouldStop)
  }

  @Test func aScoreThatIsNoNumberIsNotBetter() {
    var stopping = EarlyStopping(patience: 1)
    let isKept = [stopping.record(.nan, step: 1), stopping.record(.infinity, step: 2)]
    #expect(isKept == [false, false])
    #expect(stopping.best == nil)
  }

  @Test func withoutPatienceItNeverStops() {
    var stopping = EarlyStopping()
    for step in 0..<100 { _ = stopping.record(1, step: step) }
    #expect(!stopping.shouldStop)
  }

  /// What is no worse than chance may make it stands in for the best, and the best is still what it was.
  @Test func ofScoresThatChanceMayHaveMadeTheLastIsKept() {
    var stopping = EarlyStopping(patience: 4)
    let isKept = [-0.80, -0.90, -0.90, -0.88, -0.86, -0.875].enumerated().map { step, score in
      stopping.record(score, step: step, uncertainty: 0.03)
    }
    #expect(isKept == [true, true, true, true, false, true])
    #expect(stopping.best == -0.90 && stopping.bestStep == 5 && stopping.shouldStop)
    // Where all is right nothing is uncertain, and the last is kept, too.
    var perfect = EarlyStopping()
    let kept = [-1, -1, -0.99, .nan].enumerated().map { step, score in
      perfect.record(score, step: step, uncertainty: 0)
    }
    #expect(kept == [true, true, false, false])
  }
}
