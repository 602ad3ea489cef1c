import Kernels
import TestSupport
import Testing

@Suite struct RotationTests {
  struct Case: KernelCase {
    var rows: Int, heads: Int, headWidth: Int, gap: Int, inverse: Bool
    let lengthOfTable = 23
    var stride: Int { heads * headWidth + gap }
    var numbers: [[Float]] {
      var sample = SampleNumbers(seed: UInt64(rows * 1000 + headWidth))
      // x, cosines, sines
      return [
        sample.normal(rows * stride), sample.uniform(lengthOfTable * headWidth / 2),
        sample.uniform(lengthOfTable * headWidth / 2),
      ]
    }
    var positions: [Int32] {
      var sample = SampleNumbers(seed: UInt64(rows))
      return sample.integers(rows, below: lengthOfTable)
    }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      kernels.rotate(
        rows: rows, stride: stride, heads: heads, headWidth: headWidth, positions: positions, cosines: m[1],
        sines: m[2], x: m[0], inverse: inverse, on: pool)
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      ReferenceKernels.rotate(
        rows: rows, stride: stride, heads: heads, headWidth: headWidth, positions: positions, cosines: m[1],
        sines: m[2], x: m[0], inverse: inverse, on: pool)
    }
  }

  @Test(arguments: Variant.all, [2, 6, 16, 34, 64, 100]) func agrees(variant: Variant, headWidth: Int) {
    for heads in [1, 3] {
      for rows in rowCounts(columns: heads * headWidth) {
        for (gap, inverse) in [(0, false), (5, true)] {
          let test = Case(rows: rows, heads: heads, headWidth: headWidth, gap: gap, inverse: inverse)
          check(test, on: variant, "\(rows) rows of \(heads) × \(headWidth)")
        }
      }
    }
  }

  @Test(arguments: Variant.all) func theInverseTurnsBack(variant: Variant) {
    let (rows, heads, width) = (5, 2, 20)
    let angles = (0..<rows * width / 2).map { Double($0) * 0.37 }
    let (cosines, sines) = (angles.map { Float(Double.cosine($0)) }, angles.map { Float(Double.cosine($0 - .pi / 2)) })
    let positions = (0..<Int32(rows)).map { $0 }
    var sample = SampleNumbers(seed: 4)
    let x = sample.normal(rows * heads * width)
    var turned = x
    for inverse in [false, true] {
      variant.kernels.rotate(
        rows: rows, stride: heads * width, heads: heads, headWidth: width, positions: positions, cosines: cosines,
        sines: sines, x: &turned, inverse: inverse, on: ThreadPool(threads: 1))
    }
    #expect(zip(x, turned).allSatisfy { abs($0 - $1) <= 1e-6 })
  }
}
