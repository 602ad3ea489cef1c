import Console
import Testing

@Suite struct ProgressStateTests {
  private let state = ProgressState(
    title: "pretraining", step: 150, steps: 600, loss: 3.25, validationLoss: 3.5, learningRate: 3e-4,
    tokensPerSecond: 51_234, secondsLeft: 95)

  @Test("A log line has everything")
  func logLine() {
    #expect(
      state.logLine
        == "pretraining: 25 %, step 150/600, loss 3.2500, validation 3.5000, 1:35 left, 51.2 K tokens/s, rate 3e-4")
  }

  @Test("The bar fits any width", arguments: [10, 20, 40, 60, 80, 120, 200])
  func bar(_ columns: Int) {
    let bar = state.bar(columns: columns)
    #expect(DisplayWidth.of(bar) <= columns)
    if columns >= 60 { #expect(bar.contains("25 %") && bar.contains("step 150/600")) }
    if columns == 200 { #expect(bar.hasSuffix("rate 3e-4")) }
  }

  @Test("The share is that of the steps, or of the budget, and never beyond its ends")
  func share() {
    #expect(state.share == 0.25)
    #expect(ProgressState(step: 1, steps: 600, fraction: 0.5).share == 0.5)
    #expect(ProgressState(step: 7, steps: 6).share == 1)
    #expect(ProgressState(step: 7).share == nil)
    #expect(ProgressState(step: 7).logLine == "step 7")
  }
}
