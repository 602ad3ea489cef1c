import Kernels
import TestSupport
import Testing

@Suite struct RotationTests {
  struct Case: KernelCase {
    var rows: Int, heads: Int, headWidth: Int, gap: Int
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
      positions.withUnsafeBufferPointer { positions in
        guard let positions = positions.baseAddress else { return }
        kernels.rotate(
          rows: rows, stride: stride, heads: heads,
          rotation: Rotation(headWidth: headWidth, positions: positions, cosines: m[1], sines: m[2]), x: m[0],
          on: pool)
      }
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      ReferenceKernels.rotate(
        rows: rows, stride: stride, heads: heads, headWidth: headWidth, positions: positions, cosines: m[1],
        sines: m[2], x: m[0], inverse: false)
    }
  }

  @Test(arguments: Variant.all, [2, 6, 16, 34, 64, 100]) func agrees(variant: Variant, headWidth: Int) {
    for heads in [1, 3] {
      for rows in rowCounts(columns: heads * headWidth) {
        for gap in [0, 5] {
          let test = Case(rows: rows, heads: heads, headWidth: headWidth, gap: gap)
          check(test, on: variant, "\(rows) rows of \(heads) × \(headWidth)")
        }
      }
    }
  }

  @Test(arguments: Variant.all) func theOppositeTurnsBack(variant: Variant) {
    let (rows, heads, width) = (5, 2, 20)
    let angles = SampleAngles(rows: rows, headWidth: width)
    var sample = SampleNumbers(seed: 4)
    let x = sample.normal(rows * heads * width)
    var turned = x
    func turn(_ rotation: Rotation) {
      variant.kernels.rotate(
        rows: rows, stride: heads * width, heads: heads, rotation: rotation, x: &turned, on: ThreadPool(threads: 1))
    }
    turn(angles.rotation)
    #expect(turned != x)
    turn(angles.opposite)
    #expect(zip(x, turned).allSatisfy { abs($0 - $1) <= 1e-6 })
  }
}
