import Kernels
import TestSupport
import Testing

@Suite struct DistillationTests {
  struct Case: KernelCase {
    var rows: Int, columns: Int, smoothing: Float, weight: Float, temperature: Float, gradientScale: Float?
    var deviation: Float = 3
    private var stride: Int { columns + 2 }
    private var teacherStride: Int { columns + 1 }
    var numbers: [[Float]] {
      var sample = SampleNumbers(seed: UInt64(rows * 1000 + columns))
      return [
        sample.normal(rows * stride, deviation: deviation), sample.normal(rows * teacherStride, deviation: deviation),
        sample.normal(rows),
      ]
    }
    private var targets: [Int32] {
      var sample = SampleNumbers(seed: UInt64(rows))
      return sample.integers(rows, below: columns)
    }
    func fast(_ kernels: any KernelSet.Type, _ m: [UnsafeMutablePointer<Float>], _ pool: ThreadPool) {
      kernels.distillation(
        rows: rows, columns: columns, stride: stride, logits: m[0], teacherStride: teacherStride, teacher: m[1],
        targets: targets, smoothing: smoothing, weight: weight, temperature: temperature, gradientScale: gradientScale,
        losses: m[2], on: pool)
    }
    func reference<Real: ReferenceReal>(_ m: [UnsafeMutablePointer<Real>], _ pool: ThreadPool) {
      ReferenceKernels.distillation(
        rows: rows, columns: columns, stride: stride, logits: m[0], teacherStride: teacherStride, teacher: m[1],
        targets: targets, smoothing: Real(smoothing), weight: Real(weight), temperature: Real(temperature),
        gradientScale: gradientScale.map { Real($0) }, losses: m[2], on: pool)
    }
  }

  @Test(arguments: Variant.all, oddSizes + [511, 512, 513, 1025, 5003]) func agrees(variant: Variant, columns: Int) {
    for rows in [1, 3, columns < 600 ? 40 : 7] {
      for (smoothing, weight, temperature, scale) in [
        (0, 0.5, 2, 1), (0.1, 0.9, 4, 0.25), (0, 1, 1, nil), (0.1, 0, 0.5, 1),
      ] as [(Float, Float, Float, Float?)] {
        let test = Case(
          rows: rows, columns: columns, smoothing: smoothing, weight: weight, temperature: temperature,
          gradientScale: scale)
        check(test, on: variant, "\(rows) × \(columns), weight \(weight), temperature \(temperature)")
      }
    }
  }

  @Test(arguments: Variant.all) func largeScoresAreSafe(variant: Variant) {
    for columns in [3, 65, 700] {
      let test = Case(
        rows: 9, columns: columns, smoothing: 0.1, weight: 0.5, temperature: 2, gradientScale: 1, deviation: 3000)
      check(test, on: variant, "\(columns) columns")
    }
  }

  /// Without a teacher's word it is the cross-entropy, and a teacher who agrees changes nothing in the gradient.
  @Test(arguments: Variant.all) func isCrossEntropyAtItsEnds(variant: Variant) {
    var sample = SampleNumbers(seed: 4)
    let scores = sample.normal(900, deviation: 2), other = sample.normal(900)
    let pool = ThreadPool(threads: 1)
    func distilled(_ teacher: [Float], weight: Float) -> (loss: Float, gradient: [Float]) {
      var (x, loss) = (scores, Float(0))
      variant.kernels.distillation(
        rows: 1, columns: 900, stride: 900, logits: &x, teacherStride: 900, teacher: teacher, targets: [17],
        smoothing: 0, weight: weight, temperature: 2, gradientScale: 1, losses: &loss, on: pool)
      return (loss, x)
    }
    var (x, loss) = (scores, Float(0))
    variant.kernels.crossEntropy(
      rows: 1, columns: 900, stride: 900, logits: &x, targets: [17], smoothing: 0, gradientScale: 1, losses: &loss,
      on: pool)
    let alone = distilled(other, weight: 0)
    #expect(abs(alone.loss - loss) < 1e-5)
    #expect(zip(alone.gradient, x).allSatisfy { abs($0 - $1) < 1e-6 })
    let agreed = distilled(scores, weight: 1)
    #expect(abs(agreed.loss) < 1e-5 && agreed.gradient.allSatisfy { abs($0) < 1e-7 })
  }

  @Test(arguments: Variant.all, [Float.nan, .infinity]) func whatIsNotFiniteShowsInTheLoss(variant: Variant, bad: Float)
  {
    for isTeachers in [false, true] {
      for place in [0, 5, 600, 998] {
        var x = [Float](repeating: 0.5, count: 999), y = x
        if isTeachers { y[place] = bad } else { x[place] = bad }
        var loss: Float = 0
        variant.kernels.distillation(
          rows: 1, columns: 999, stride: 999, logits: &x, teacherStride: 999, teacher: y, targets: [7], smoothing: 0,
          weight: 0.5, temperature: 2, gradientScale: nil, losses: &loss, on: ThreadPool(threads: 1))
        #expect(!loss.isFinite, "teacher \(isTeachers), place \(place)")
      }
    }
  }

  @Test(arguments: [(0, 0.5, 2), (0.2, 0.8, 3), (0, 1, 0.7)] as [(Double, Double, Double)])
  func gradientOfTheReferenceAgreesWithDifferences(smoothing: Double, weight: Double, temperature: Double) {
    let (rows, columns) = (3, 5)
    var sample = SampleNumbers(seed: 8)
    let logits = sample.normal(rows * columns).map(Double.init)
    let teacher = sample.normal(rows * columns, deviation: 2).map(Double.init)
    func losses(_ logits: inout [Double], _ scale: Double?) -> Double {
      var losses = [Double](repeating: 0, count: rows)
      ReferenceKernels.distillation(
        rows: rows, columns: columns, stride: columns, logits: &logits, teacherStride: columns, teacher: teacher,
        targets: [4, 0, 2], smoothing: smoothing, weight: weight, temperature: temperature, gradientScale: scale,
        losses: &losses, on: ThreadPool(threads: 1))
      return losses.reduce(0, +)
    }
    let expected = numericalGradient(
      of: { x in
        var x = x
        return losses(&x, nil)
      }, at: logits)
    var found = logits
    _ = losses(&found, 1)
    #expect(largestRelativeDifference(found, expected) < 1e-8)
  }
}
