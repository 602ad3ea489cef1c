import Testing
import Training

@Suite struct StepBudgetTests {
  @Test func progressIsAStraightLine() {
    let budget = StepBudget(total: 4)
    #expect((0...5).map(budget.progress) == [0, 0.25, 0.5, 0.75, 1, 1])
  }

  @Test func aCorrectionGoesOnFromWhereTheRunIs() {
    var budget = StepBudget(total: 10)
    budget.correct(at: 5, total: 25)
    // Half of the run is done; the other half has twenty steps.
    #expect(budget.total == 25)
    #expect(budget.progress(at: 4) == 0.4)
    #expect(budget.progress(at: 5) == 0.5)
    #expect(budget.progress(at: 15) == 0.75)
    #expect(budget.progress(at: 25) == 1)
  }

  @Test func progressNeverGoesBack() {
    var budget = StepBudget(total: 100)
    for (step, total) in [(3, 40), (10, 200), (50, 60), (58, 59), (58, 300)] { budget.correct(at: step, total: total) }
    let values = (0...300).map(budget.progress)
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(values.last == 1 && values[299] < 1)
  }

  @Test func thereIsAlwaysOneMoreStep() {
    var budget = StepBudget(total: 10)
    budget.correct(at: 7, total: 2)
    #expect(budget.total == 8)
    #expect(StepBudget(total: 0).total == 1)
  }

  @Test func theSameTotalIsNoCorrection() {
    var budget = StepBudget(total: 10)
    budget.correct(at: 7, total: 10)
    #expect(budget.decisions.count == 1)
  }
}
