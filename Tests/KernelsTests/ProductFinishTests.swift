import Kernels
import TestSupport
import Testing

/// What products do with their rows beside activations and factors (see `MatrixProductTests`): the same, to the bit, as the
/// plain product and the kernel that is spared, or Double from the plain product on.
@Suite struct ProductFinishTests {
  /// A product into the last `columns` of C's rows, whose stride is `stride`.
  struct Case {
    var rows: Int, columns: Int, depth: Int, stride: Int, transposedB = true, precision = Precision.fp32

    /// C's whole rows after `body`, which gets the product and C's first row.
    func run(
      misalignment: Int = 0, _ body: (MatrixProduct, UnsafeMutablePointer<Float>) -> Void
    ) -> PoisonedMemory<Float> {
      var sample = SampleNumbers(seed: UInt64(rows * 31 + columns * 7 + depth))
      func memory(_ count: Int) -> PoisonedMemory<Float> {
        PoisonedMemory(sample.normal(count), misalignment: misalignment)
      }
      let (a, b, bias, c) = (memory(rows * depth), memory(columns * depth), memory(columns), memory(rows * stride))
      var product = MatrixProduct(
        rows: rows, columns: columns, depth: depth, a: a.pointer, strideOfA: depth, b: b.pointer,
        strideOfB: transposedB ? depth : columns, transposedB: transposedB, c: c.pointer + (stride - columns),
        strideOfC: stride)
      product.bias = UnsafePointer(bias.pointer)
      product.precision = precision
      body(product, c.pointer)
      #expect(c.isIntact, "\(self): written outside")
      return c
    }
  }

  /// Few rows, one block, several blocks of rows, of columns and of depth.
  static let sizes = [
    (1, 40, 12), (4, 66, 20), (14, 45, 31), (70, 401, 10), (61, 803, 50), (30, 40, 801), (1580, 40, 8),
  ]

  @Test(arguments: Variant.all, Activation.allCases) func gate(variant: Variant, activation: Activation) {
    for (rows, width, depth) in Self.sizes {
      for precision in Precision.allCases {
        let test = Case(rows: rows, columns: width, depth: depth, stride: 2 * width, precision: precision)
        let gap = 3
        func results(threads: Int, misalignment: Int, isFused: Bool) -> [[UInt32]] {
          let pool = ThreadPool(threads: threads)
          let result = PoisonedMemory<Float>(
            [Float](repeating: .nan, count: rows * (width + gap)), misalignment: misalignment)
          let c = test.run(misalignment: misalignment) { product, gate in
            var product = product
            if isFused {
              product.finish = .gate(activation, gate: gate, result: result.pointer, stride: width + gap)
              return variant.kernels.multiply(product, on: pool)
            }
            variant.kernels.multiply(product, on: pool)
            for row in 0..<rows {
              variant.kernels.gate(
                activation, rows: 1, width: width, x: gate + row * 2 * width, y: result.pointer + row * (width + gap),
                on: pool)
            }
          }
          #expect(result.isIntact, "\(test): written outside")
          return [c.numbers.map(\.bitPattern), result.numbers.map(\.bitPattern)]
        }
        let apart = results(threads: 1, misalignment: 0, isFused: false)
        for (threads, misalignment) in [(1, 0), (2, 1), (4, 0)] {
          let fused = results(threads: threads, misalignment: misalignment, isFused: true)
          #expect(fused == apart, "\(test), \(threads) threads")
        }
      }
    }
  }

  @Test(arguments: Variant.all, Activation.allCases) func gateBackward(variant: Variant, activation: Activation) {
    for (rows, width, depth) in Self.sizes {
      for precision in Precision.allCases {
        let test = Case(
          rows: rows, columns: width, depth: depth, stride: 2 * width, transposedB: false, precision: precision)
        var sample = SampleNumbers(seed: 5)
        let input = sample.normal(rows * 2 * width, deviation: 2)
        let plain = test.run { product, _ in variant.kernels.multiply(product, on: ThreadPool(threads: 1)) }
        // The plain product's columns are gradients; these are of what is at the same places of the input.
        func gradients<Real: ReferenceReal>(_ type: Real.Type) -> [Real] {
          plain.numbers.indices.map { place in
            let (row, column) = (place / (2 * width), place % (2 * width) % width)
            let gradient = Real(plain.pointer[row * 2 * width + width + column])
            let gate = Real(input[row * 2 * width + column])
            return place % (2 * width) >= width
              ? ReferenceKernels.apply(activation, to: gate) * gradient
              : ReferenceKernels.derivative(of: activation, at: gate) * Real(input[place + width]) * gradient
          }
        }
        let (truth, plainly) = (gradients(Double.self), gradients(Float.self))
        let largest = truth.reduce(1) { max($0, abs($1)) }
        var first: [UInt32] = []
        for (threads, misalignment) in [(1, 0), (2, 1), (4, 0)] {
          let memory = PoisonedMemory<Float>(input, misalignment: misalignment)
          let c = test.run(misalignment: misalignment) { product, gateGradient in
            var product = product
            product.finish = .gateBackward(
              activation, gate: memory.pointer, gateGradient: gateGradient, width: width)
            variant.kernels.multiply(product, on: ThreadPool(threads: threads))
          }
          let bits = c.numbers.map(\.bitPattern)
          if first.isEmpty { first = bits }
          #expect(bits == first, "\(test): other bits with \(threads) threads")
          let message = complaint(fast: c.numbers, plain: plainly, truth: truth, largest: largest, units: 4)
          #expect(message == nil, "\(test): \(message ?? "")")
        }
      }
    }
  }

  @Test(arguments: Variant.all, [2, 6, 34, 64, 100]) func rotation(variant: Variant, headWidth: Int) {
    for (rows, heads, others, depth) in [
      (1, 2, 1, 12), (3, 30, 2, 8), (14, 3, 1, 31), (70, 9, 4, 10), (61, 14, 2, 801), (1580, 1, 1, 8),
    ] {
      for precision in Precision.allCases {
        let columns = (heads + others) * headWidth
        let test = Case(rows: rows, columns: columns, depth: depth, stride: columns, precision: precision)
        let angles = SampleAngles(rows: rows, headWidth: headWidth)
        func result(threads: Int, isFused: Bool) -> [UInt32] {
          let pool = ThreadPool(threads: threads)
          return test.run { product, c in
            var product = product
            if isFused { product.finish = .rotate(angles.rotation, heads: heads) }
            variant.kernels.multiply(product, on: pool)
            guard !isFused else { return }
            variant.kernels.rotate(
              rows: rows, stride: columns, heads: heads, rotation: angles.rotation, x: c, on: pool)
          }.numbers.map(\.bitPattern)
        }
        let apart = result(threads: 1, isFused: false)
        for threads in [1, 2, 4] {
          #expect(result(threads: threads, isFused: true) == apart, "\(test), \(threads) threads")
        }
      }
    }
  }
}
