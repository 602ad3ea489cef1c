import Kernels
import TestSupport
import Testing

@Suite struct DropoutKernelTests {
  struct Forward: KernelCase {
    var dropout: Dropout, rows: Int, columns: Int, hasResidual: Bool, inPlace: Bool
    var numbers: [[Float]] {
      var sample = SampleNumbers(seed: UInt64(rows * 1000 + columns))
      return (0..<3).map { _ in sample.normal(rows * columns) }
    }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      kernels.dropout(
        dropout, rows: rows, columns: columns, x: m[0], residual: hasResidual ? UnsafePointer(m[1]) : nil,
        y: inPlace ? m[0] : m[2], on: pool)
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      ReferenceKernels.dropout(
        dropout, rows: rows, columns: columns, x: m[0], residual: hasResidual ? UnsafePointer(m[1]) : nil,
        y: inPlace ? m[0] : m[2], on: pool)
    }
  }

  @Test(arguments: Variant.all, [0, 0.1, 0.5, 0.999] as [Float]) func forward(variant: Variant, probability: Float) {
    let dropout = Dropout(probability: probability, seed: 0xABCD_EF01_2345_6789)
    for columns in oddSizes {
      for rows in rowCounts(columns: columns) {
        for (hasResidual, inPlace) in [(false, false), (true, true), (true, false)] {
          check(
            Forward(dropout: dropout, rows: rows, columns: columns, hasResidual: hasResidual, inPlace: inPlace),
            on: variant, "\(rows) × \(columns)")
        }
      }
    }
  }

  @Test(arguments: [0.1, 0.5] as [Float]) func keepsTheRightShareInEveryDirection(probability: Float) {
    let dropout = Dropout(probability: probability, seed: 77)
    let size = 600
    var (byRow, byColumn) = ([Int](repeating: 0, count: size), [Int](repeating: 0, count: size))
    for row in 0..<size {
      for column in 0..<size where dropout.keeps(row: row, column: column) {
        byRow[row] += 1
        byColumn[column] += 1
      }
    }
    // Five standard deviations of a binomial distribution.
    let p = Double(probability)
    let bound = 5 * (Double(size) * p * (1 - p)).squareRoot()
    for count in byRow + byColumn { #expect(abs(Double(count) - Double(size) * (1 - p)) < bound) }
  }
}
