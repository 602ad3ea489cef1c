import KernelSupport
import Tensors
import Testing

@Suite struct ExecutionPeakTests {
  @Test(arguments: Precision.allCases) func thePeakIsASpeed(precision: Precision) {
    let peak = Execution(threads: 1, precision: precision).peakGigaflops()
    #expect(peak > 0.1 && peak < 1e6)
  }
}
