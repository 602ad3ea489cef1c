import Kernels
import TestSupport
import Testing

@Suite struct HeadNormTests {
  struct Forward: KernelCase {
    var rows: Int, heads: Int, headWidth: Int, gap: Int
    var stride: Int { heads * headWidth + gap }
    var numbers: [[Float]] {
      var sample = SampleNumbers(seed: UInt64(rows * 1000 + headWidth))
      // x, weight, before, inverse
      return [
        sample.normal(rows * stride, deviation: 2), sample.normal(headWidth), sample.normal(rows * heads * headWidth),
        sample.normal(rows * heads),
      ]
    }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      kernels.headNorm(
        rows: rows, stride: stride, heads: heads, headWidth: headWidth, x: m[0], weight: m[1], epsilon: 1e-5,
        before: m[2], inverse: m[3], on: pool)
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      ReferenceKernels.headNorm(
        rows: rows, stride: stride, heads: heads, headWidth: headWidth, x: m[0], weight: m[1],
        epsilon: Real(Float(1e-5)), before: m[2], inverse: m[3], on: pool)
    }
  }

  struct Backward: KernelCase {
    var rows: Int, heads: Int, headWidth: Int, gap: Int
    var stride: Int { heads * headWidth + gap }
    var numbers: [[Float]] {
      var sample = SampleNumbers(seed: UInt64(rows * 1000 + headWidth))
      // before, weight, inverse, gradient, weightGradient
      return [
        sample.normal(rows * heads * headWidth, deviation: 2), sample.normal(headWidth),
        sample.uniform(rows * heads).map { $0 + 1.5 }, sample.normal(rows * stride), sample.normal(headWidth),
      ]
    }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      kernels.headNormBackward(
        rows: rows, stride: stride, heads: heads, headWidth: headWidth, before: m[0], weight: m[1], inverse: m[2],
        gradient: m[3], weightGradient: m[4], on: pool)
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      ReferenceKernels.headNormBackward(
        rows: rows, stride: stride, heads: heads, headWidth: headWidth, before: m[0], weight: m[1], inverse: m[2],
        gradient: m[3], weightGradient: m[4], on: pool)
    }
  }

  @Test(arguments: Variant.all, [2, 6, 16, 34, 64, 100]) func agrees(variant: Variant, headWidth: Int) {
    for heads in [1, 3] {
      for rows in rowCounts(columns: heads * headWidth) {
        for gap in [0, 5] {
          let comment = "\(rows) rows of \(heads) × \(headWidth)"
          check(Forward(rows: rows, heads: heads, headWidth: headWidth, gap: gap), on: variant, comment)
          // The products that are summed are up to ten times as large as what goes in.
          check(Backward(rows: rows, heads: heads, headWidth: headWidth, gap: gap), on: variant, units: 16, comment)
        }
      }
    }
  }

  @Test func heldTogetherTheyAreRowsOfANorm() {
    let (rows, heads, width) = (4, 3, 7)
    var sample = SampleNumbers(seed: 6)
    var x = sample.normal(rows * heads * width)
    let (begin, weight) = (x, sample.normal(width))
    var before = [Float](repeating: 0, count: x.count), expected = before
    var inverse = [Float](repeating: 0, count: rows * heads), other = inverse
    let pool = ThreadPool(threads: 1)
    ReferenceKernels.headNorm(
      rows: rows, stride: heads * width, heads: heads, headWidth: width, x: &x, weight: weight, epsilon: 1e-5,
      before: &before, inverse: &inverse, on: pool)
    ReferenceKernels.rmsNorm(
      rows: rows * heads, columns: width, x: begin, residual: nil, sum: nil, weight: weight, epsilon: 1e-5,
      y: &expected, inverse: &other, on: pool)
    #expect(x == expected && inverse == other && before == begin)
  }
}
