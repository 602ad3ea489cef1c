import Kernels
import TestSupport
import Testing

@Suite struct EmbeddingRowsTests {
  struct Gather: KernelCase {
    var rows: Int, columns: Int, accumulates: Bool
    let vocabulary = 11
    var numbers: [[Float]] {
      var sample = SampleNumbers(seed: UInt64(rows * 1000 + columns))
      return [sample.normal(vocabulary * columns), sample.normal(rows * columns)]
    }
    var indices: [Int32] {
      var sample = SampleNumbers(seed: UInt64(rows))
      return sample.integers(rows, below: vocabulary)
    }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      kernels.gatherRows(
        rows: rows, columns: columns, table: m[0], indices: indices, y: m[1], accumulates: accumulates, on: pool)
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      ReferenceKernels.gatherRows(
        rows: rows, columns: columns, table: m[0], indices: indices, y: m[1], accumulates: accumulates, on: pool)
    }
  }

  struct Scatter: KernelCase {
    var rows: Int, columns: Int
    let vocabulary = 11
    var numbers: [[Float]] { Gather(rows: rows, columns: columns, accumulates: false).numbers }
    var indices: [Int32] { Gather(rows: rows, columns: columns, accumulates: false).indices }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      kernels.scatterRows(rows: rows, columns: columns, y: m[1], indices: indices, table: m[0], on: pool)
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      ReferenceKernels.scatterRows(rows: rows, columns: columns, y: m[1], indices: indices, table: m[0], on: pool)
    }
  }

  // Both only copy, or add in the reference's own order: there is nothing to differ in.
  @Test(arguments: Variant.all, oddSizes) func gather(variant: Variant, columns: Int) {
    for rows in rowCounts(columns: columns) {
      for accumulates in [false, true] {
        check(
          Gather(rows: rows, columns: columns, accumulates: accumulates), on: variant, units: 0, "\(rows) × \(columns)")
      }
    }
  }

  @Test(arguments: Variant.all, oddSizes) func scatter(variant: Variant, columns: Int) {
    for rows in rowCounts(columns: columns) {
      check(Scatter(rows: rows, columns: columns), on: variant, units: 0, "\(rows) × \(columns)")
    }
  }

  @Test func scatterIsTheGradientOfGather() {
    // <gather(table), y> = <table, scatter(y)> for any table and y, so one is the transpose of the other.
    let (rows, columns, vocabulary) = (9, 5, 11)
    var sample = SampleNumbers(seed: 3)
    let table = sample.normal(vocabulary * columns).map(Double.init)
    let y = sample.normal(rows * columns).map(Double.init)
    let indices = sample.integers(rows, below: vocabulary)
    let pool = ThreadPool(threads: 1)
    var gathered = [Double](repeating: 0, count: rows * columns)
    ReferenceKernels.gatherRows(
      rows: rows, columns: columns, table: table, indices: indices, y: &gathered, accumulates: false, on: pool)
    var scattered = [Double](repeating: 0, count: vocabulary * columns)
    ReferenceKernels.scatterRows(
      rows: rows, columns: columns, y: y, indices: indices, table: &scattered, on: pool)
    let left = zip(gathered, y).reduce(0) { $0 + $1.0 * $1.1 }
    let right = zip(table, scattered).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(left - right) < 1e-12)
  }
}
