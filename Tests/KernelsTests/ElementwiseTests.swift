import Kernels
import TestSupport
import Testing

@Suite struct ElementwiseTests {
  enum Operation: CaseIterable { case add, scale, average, sumColumns }

  struct Case: KernelCase {
    var operation: Operation, count: Int
    var columns: Int { min(count, 37) }
    var stride: Int { columns + 3 }
    var rows: Int { max(count / 40, 1) }
    var numbers: [[Float]] {
      var sample = SampleNumbers(seed: UInt64(count))
      if operation == .sumColumns { return [sample.normal(rows * stride), sample.normal(columns)] }
      return [sample.normal(count), sample.normal(count)]
    }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      switch operation {
      case .add: kernels.add(count: count, scale: 0.37, x: m[0], to: m[1], on: pool)
      case .scale: kernels.scale(count: count, by: -1.7, m[1], on: pool)
      case .average: kernels.average(count: count, rate: 0.01, x: m[0], into: m[1], on: pool)
      case .sumColumns:
        kernels.sumColumns(rows: rows, columns: columns, stride: stride, x: m[0], into: m[1], on: pool)
      }
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      switch operation {
      case .add: ReferenceKernels.add(count: count, scale: Real(Float(0.37)), x: m[0], to: m[1], on: pool)
      case .scale: ReferenceKernels.scale(count: count, by: Real(Float(-1.7)), m[1], on: pool)
      case .average: ReferenceKernels.average(count: count, rate: Real(Float(0.01)), x: m[0], into: m[1], on: pool)
      case .sumColumns:
        ReferenceKernels.sumColumns(rows: rows, columns: columns, stride: stride, x: m[0], into: m[1], on: pool)
      }
    }
  }

  @Test(arguments: Variant.all, Operation.allCases) func agrees(variant: Variant, operation: Operation) {
    for count in oddSizes + [100_003] {
      check(Case(operation: operation, count: count), on: variant, "\(operation) of \(count)")
    }
  }

  @Test(arguments: Variant.all) func sumOfSquares(variant: Variant) {
    for count in oddSizes + [0, 1023, 1025, 200_001] {
      var sample = SampleNumbers(seed: UInt64(count))
      let memory = PoisonedMemory<Float>(sample.normal(count), misalignment: 1)
      let truth = memory.numbers.reduce(0.0) { $0 + Double($1) * Double($1) }
      let sums = [1, 2, 4].map {
        variant.kernels.sumOfSquares(count: count, memory.pointer, on: ThreadPool(threads: $0))
      }
      #expect(Set(sums).count == 1)
      // At most 1,024 numbers are summed in Float, in at least four sums: 256 roundings at the very worst.
      #expect(abs(sums[0] - truth) <= truth * 1e-6, "\(count) numbers")
    }
  }

  @Test(arguments: Variant.all, [1e-30, 1e-22, 1e18, 3e19, 1e30] as [Float])
  func sumOfSquaresBeyondFloat(variant: Variant, size: Float) {
    let numbers = [Float](repeating: size, count: 5000)
    let sum = variant.kernels.sumOfSquares(count: 5000, numbers, on: ThreadPool(threads: 2))
    let truth = 5000 * Double(size) * Double(size)
    #expect(abs(sum - truth) <= 1e-6 * truth)
  }

  @Test(arguments: Variant.all, [Float.nan, .infinity, -.infinity])
  func sumOfSquaresShowsWhatIsNotFinite(variant: Variant, bad: Float) {
    for place in [0, 1, 999, 70_000] {
      var numbers = [Float](repeating: 0.5, count: 70_001)
      numbers[place] = bad
      #expect(!variant.kernels.sumOfSquares(count: 70_001, numbers, on: ThreadPool(threads: 2)).isFinite)
    }
  }
}
