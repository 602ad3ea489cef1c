import Kernels
import TestSupport
import Testing

#if arch(x86_64)
  import KernelsAMXInSoftware
#endif

/// A variant as the argument of a test.
struct Variant: Sendable, CustomTestStringConvertible {
  var kernels: any KernelSet.Type
  var testDescription: String

  /// Every variant that this processor can run, and AMX's with tiles in software where it has all else of that.
  static let all: [Variant] = {
    var variants = Kernels.runnable.map { Variant(kernels: $0, testDescription: $0.name) }
    #if arch(x86_64)
      if Processor.current.hasAVX512BFloat16 {
        variants.append(
          Variant(kernels: KernelsAMXInSoftware.KernelVariant.self, testDescription: "amx, tiles in software"))
      }
    #endif
    return variants
  }()
}

/// One call of a kernel: what it is given, and how to call the fast kernel and the reference with it.
///
/// `numbers` are copied for each call; afterwards every one of them is compared, inputs and outputs alike.
protocol KernelCase {
  var numbers: [[Float]] { get }
  func fast(_ kernels: any KernelSet.Type, _ memory: [UnsafeMutablePointer<Float>], _ pool: ThreadPool)
  func reference<Real: ReferenceReal>(_ memory: [UnsafeMutablePointer<Real>], _ pool: ThreadPool)
}

/// Runs the fast kernel with 1, 2 and 4 threads, at three misalignments, and checks its results.
///
/// - nothing outside of its arguments was read or written,
/// - the number of threads does not change a bit,
/// - its largest error against Double is at most twice that of the plain Float version, plus `units` in the last
///   place of the largest number that goes in or comes out (another order of summation, and functions within their
///   stated bounds).
func check(
  _ test: some KernelCase, on variant: Variant, units: Double = 4, _ comment: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let numbers = test.numbers
  func run<Real: ReferenceReal & BitwiseCopyable>(
    misalignment: Int, _ action: ([UnsafeMutablePointer<Real>]) -> Void
  ) -> [[Real]] {
    let memory = numbers.map { PoisonedMemory<Real>($0, misalignment: misalignment) }
    action(memory.map(\.pointer))
    for (index, piece) in memory.enumerated() {
      #expect(piece.isIntact, "\(comment): written outside of argument \(index)", sourceLocation: sourceLocation)
    }
    return memory.map(\.numbers)
  }
  let pool = ThreadPool(threads: 1)
  let truth: [[Double]] = run(misalignment: 0) { test.reference($0, pool) }
  let plain: [[Float]] = run(misalignment: 0) { test.reference($0, pool) }
  let largest = numbers.joined().reduce(Float(0)) { max($0, abs($1)) }
  var first: [[UInt32]] = []
  for (threads, misalignment) in [(1, 0), (2, 0), (4, 0), (2, 1), (1, 3)] {
    let pool = ThreadPool(threads: threads)
    let fast: [[Float]] = run(misalignment: misalignment) { test.fast(variant.kernels, $0, pool) }
    let bits = fast.map { $0.map(\.bitPattern) }
    if first.isEmpty { first = bits }
    #expect(
      bits == first, "\(comment): other bits with \(threads) threads, misaligned by \(misalignment)",
      sourceLocation: sourceLocation)
    guard threads == 1 else { continue }
    for index in truth.indices {
      let message = complaint(
        fast: fast[index], plain: plain[index], truth: truth[index], largest: Double(largest), units: units)
      #expect(message == nil, "\(comment): argument \(index): \(message ?? "")", sourceLocation: sourceLocation)
    }
  }
}

/// Why the fast numbers are not good enough, or nil.
func complaint(fast: [Float], plain: [Float], truth: [Double], largest: Double, units: Double) -> String? {
  var (plainError, fastError, worst, largest) = (0.0, 0.0, 0, largest)
  for index in truth.indices {
    // What leaves the range of Float has no error to measure: it must be the same kind of number.
    guard plain[index].isFinite, truth[index].isFinite else {
      let same = fast[index].isNaN == plain[index].isNaN && (fast[index] == plain[index] || fast[index].isNaN)
      if !same { return "\(fast[index]) at \(index), where the reference has \(plain[index])" }
      continue
    }
    largest = max(largest, abs(truth[index]))
    plainError = max(plainError, abs(Double(plain[index]) - truth[index]))
    let error = abs(Double(fast[index]) - truth[index])
    if !(error <= fastError) { (fastError, worst) = (error, index) }
  }
  let budget = 2 * plainError + units * Double(Float(largest).ulp)
  if fastError <= budget { return nil }
  return "error \(fastError) at \(worst) (\(fast[worst]), truth \(truth[worst])), allowed \(budget)"
}

/// Sizes around the widths of vectors and of the blocks that work is divided into.
let oddSizes = [1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 33, 64, 65, 100, 257]

/// Row counts to test with: few, and enough for several blocks of work where rows are not tiny.
func rowCounts(columns: Int) -> [Int] { columns < 31 ? [1, 3] : [1, 5, 2 * 16_384 / columns + 37] }
