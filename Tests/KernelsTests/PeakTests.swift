import Kernels
import Testing

@Suite struct PeakTests {
  @Test(arguments: Variant.all, Precision.allCases)
  func everyStepOfEveryThreadIsCounted(variant: Variant, precision: Precision) {
    func operations(_ steps: Int, threads: Int) -> Double {
      variant.kernels.multiplyInRegisters(precision, steps: steps, on: ThreadPool(threads: threads))
    }
    let one = operations(1, threads: 1)
    // A multiplication and an addition for each number of at least eight vectors of four.
    #expect(one >= 64 && one.truncatingRemainder(dividingBy: 64) == 0)
    #expect(operations(1000, threads: 1) == 1000 * one)
    #expect(operations(1000, threads: 3) == 3000 * one)
  }
}
