import Kernels
import TestSupport
import Testing

@Suite struct StoredProductsTests {
  /// Stored weights of a row stride as the format has it, with padding of zeros, and poison behind the scales.
  struct Weights {
    let matrix: StoredMatrix
    private let values: AlignedBuffer<UInt8>
    private let scales: AlignedBuffer<UInt16>

    init(_ format: WeightFormat, rows: Int, columns: Int, _ sample: inout SampleNumbers) {
      let (bytes, groups) = (format.rowBytes(columns), WeightFormat.groups(columns))
      values = AlignedBuffer(zeros: rows * bytes)
      scales = AlignedBuffer(zeros: rows * groups)
      matrix = StoredMatrix(
        format, rows: rows, columns: columns, values: values.pointer, rowBytes: bytes,
        scales: format.isQuantized ? scales.pointer : nil)
      for (index, number) in sample.normal(rows * groups).enumerated() {
        scales.pointer[index] = UInt16(truncatingIfNeeded: number.bitPattern >> 16)
      }
      for row in 0..<rows {
        let raw = UnsafeMutableRawPointer(values.pointer + row * bytes)
        if format == .q4 { for byte in 0..<bytes { values.pointer[row * bytes + byte] = 0x88 } }
        for (column, number) in sample.normal(columns).enumerated() {
          let small = Int(max(-8, min(7, number * 4)))
          switch format {
          case .fp32: raw.storeBytes(of: number, toByteOffset: 4 * column, as: Float.self)
          case .bf16: raw.storeBytes(of: UInt16(number.bitPattern >> 16), toByteOffset: 2 * column, as: UInt16.self)
          case .q8: raw.storeBytes(of: Int8(small * 15), toByteOffset: column, as: Int8.self)
          case .q4:
            let place = column / 32 * 16 + column % 16
            let old = values.pointer[row * bytes + place]
            let nibble = UInt8(small + 8)
            values.pointer[row * bytes + place] = column % 32 < 16 ? old & 0xF0 | nibble : old & 0x0F | nibble << 4
          }
        }
      }
    }
  }

  @Test(
    "Equal to the plain version, with the same bits for any number of threads, and of rows",
    arguments: Variant.all, WeightFormat.allCases)
  func equalsPlainVersion(variant: Variant, format: WeightFormat) {
    for (rows, outputs, columns) in [
      (1, 1, 1), (1, 5, 16), (2, 7, 17), (3, 33, 31), (4, 66, 32), (5, 20, 49), (9, 70, 97),
      (2, 6, 129), (4, 18, 513), (1, 900, 288),
    ] {
      var sample = SampleNumbers(seed: UInt64(rows * 31 + outputs * 7 + columns))
      let weights = Weights(format, rows: outputs, columns: columns, &sample)
      let gap = 3
      var numbers: [Float] = []
      for _ in 0..<rows { numbers += sample.normal(columns) + [Float](repeating: .nan, count: gap) }
      let bias = PoisonedMemory<Float>(sample.normal(outputs))
      var first: [UInt32] = []
      for (threads, misalignment) in [(1, 0), (2, 1), (4, 0)] {
        let x = PoisonedMemory<Float>(numbers, misalignment: misalignment)
        let y = PoisonedMemory<Float>([Float](repeating: 0, count: rows * outputs), misalignment: misalignment)
        let activated = PoisonedMemory<Float>([Float](repeating: 0, count: rows * outputs))
        var product = StoredProduct(
          weights.matrix, rows: rows, x: x.pointer, strideOfX: columns + gap, y: y.pointer, strideOfY: outputs)
        (product.bias, product.activation, product.activated) = (UnsafePointer(bias.pointer), .relu, activated.pointer)
        variant.kernels.multiply(product, on: ThreadPool(threads: threads))
        #expect(y.isIntact && activated.isIntact, "written outside")
        let bits = y.numbers.map(\.bitPattern)
        if first.isEmpty { first = bits }
        #expect(bits == first, "other bits with \(threads) threads")
        let truth = ReferenceKernels.product(product)
        // A sum of n products is off by at most about n units in the last place of its largest partial sum.
        let largest = truth.reduce(1) { max($0, abs($1)) }
        for (index, (found, wanted)) in zip(y.numbers, truth).enumerated() {
          let allowed = largest * 1e-7 * Double(columns + 8) + Self.inputError(product, index)
          #expect(abs(Double(found) - wanted) <= allowed, "\(rows), \(outputs), \(columns): \(found) for \(wanted)")
        }
        #expect(zip(activated.numbers, y.numbers).allSatisfy { $0 == max($1, 0) })

        // One row alone, which others cannot have changed.
        let last = rows - 1
        let alone = PoisonedMemory<Float>([Float](repeating: 0, count: outputs))
        var single = product
        (single.rows, single.x, single.y) = (1, product.x + last * (columns + gap), alone.pointer)
        (single.activation, single.activated) = (nil, nil)
        variant.kernels.multiply(single, on: ThreadPool(threads: threads))
        #expect(alone.numbers.map(\.bitPattern) == Array(bits[(last * outputs)...]), "other bits alone")
      }
    }
  }

  @Test(
    "A widened product has the bits of one of floats, and rows widen to what they stand for", arguments: Variant.all,
    WeightFormat.allCases)
  func widened(variant: Variant, format: WeightFormat) {
    // The last is cut into stripes.
    for (rows, outputs, columns) in [(1, 1, 1), (9, 5, 33), (10, 66, 97), (37, 130, 64), (9, 1200, 1030)] {
      var sample = SampleNumbers(seed: UInt64(rows * 31 + outputs * 7 + columns))
      let weights = Weights(format, rows: outputs, columns: columns, &sample)
      let floats = PoisonedMemory<Float>([Float](repeating: 0, count: outputs * columns))
      for row in 0..<outputs { variant.kernels.widen(weights.matrix, row: row, to: floats.pointer + row * columns) }
      #expect(floats.isIntact, "written outside")
      var areEqual = true
      for row in 0..<outputs {
        for column in 0..<columns {
          let number = Float(ReferenceKernels.number(weights.matrix, row: row, column: column))
          areEqual = areEqual && floats.pointer[row * columns + column] == number
        }
      }
      #expect(areEqual, "\(outputs) × \(columns)")

      let x = PoisonedMemory<Float>(sample.normal(rows * columns)), bias = PoisonedMemory<Float>(sample.normal(outputs))
      for precision in Precision.allCases {
        func answers(_ body: (_ y: UnsafeMutablePointer<Float>, _ activated: UnsafeMutablePointer<Float>) -> Void)
          -> [UInt32]
        {
          let y = PoisonedMemory<Float>([Float](repeating: 0, count: rows * outputs))
          let activated = PoisonedMemory<Float>([Float](repeating: 0, count: rows * outputs))
          body(y.pointer, activated.pointer)
          #expect(y.isIntact && activated.isIntact, "written outside")
          return (y.numbers + activated.numbers).map(\.bitPattern)
        }
        let expected = answers { y, activated in
          var product = MatrixProduct(
            rows: rows, columns: outputs, depth: columns, a: x.pointer, strideOfA: columns, b: floats.pointer,
            strideOfB: columns, transposedB: true, c: y, strideOfC: outputs)
          product.bias = UnsafePointer(bias.pointer)
          product.finish = .activate(.gelu, result: activated)
          product.precision = precision
          variant.kernels.multiply(product, on: ThreadPool(threads: 2))
        }
        for threads in [1, 2, 4] {
          let found = answers { y, activated in
            var product = StoredProduct(
              weights.matrix, rows: rows, x: x.pointer, strideOfX: columns, y: y, strideOfY: outputs)
            (product.bias, product.activation, product.activated) = (UnsafePointer(bias.pointer), .gelu, activated)
            product.widened = precision
            variant.kernels.multiply(product, on: ThreadPool(threads: threads))
          }
          #expect(found == expected, "\(rows), \(outputs), \(columns), \(precision), \(threads) threads")
        }
      }
    }
  }

  /// Beside quantised weights inputs are rounded to 16 bits: each is off by at most half of a step of its row.
  private static func inputError(_ p: StoredProduct, _ index: Int) -> Double {
    guard p.weights.format.isQuantized else { return 0 }
    let (row, output) = index.quotientAndRemainder(dividingBy: p.weights.rows)
    let largest = (0..<p.weights.columns).reduce(0) { max($0, abs(Double(p.x[row * p.strideOfX + $1]))) }
    let weights = (0..<p.weights.columns).reduce(0) { sum, column in
      sum + abs(ReferenceKernels.number(p.weights, row: output, column: column))
    }
    return largest / 65_278 * weights
  }

  @Test(
    "Inputs of quantised products that are zero, tiny, or not finite", arguments: Variant.all, [WeightFormat.q8, .q4])
  func extremeInputs(variant: Variant, format: WeightFormat) {
    var sample = SampleNumbers(seed: 5)
    let columns = 70
    let weights = Weights(format, rows: 3, columns: columns, &sample)
    func answers(_ x: [Float]) -> [Float] {
      let x = PoisonedMemory<Float>(x), y = PoisonedMemory<Float>([Float](repeating: 7, count: 3))
      let product = StoredProduct(
        weights.matrix, rows: 1, x: x.pointer, strideOfX: columns, y: y.pointer, strideOfY: 3)
      variant.kernels.multiply(product, on: ThreadPool(threads: 1))
      return y.numbers
    }
    let numbers = sample.normal(columns)
    #expect(answers([Float](repeating: 0, count: columns)) == [0, 0, 0])
    #expect(answers(numbers.map { $0 * 1e-38 }).allSatisfy { abs($0) < 1e-30 })
    #expect(answers(numbers.map { $0 * 1e-20 }) != [0, 0, 0])
    for odd in [Float.nan, .infinity, -.infinity] {
      for place in [0, 33, columns - 1] {
        var x = numbers
        x[place] = odd
        #expect(answers(x).allSatisfy { !$0.isFinite }, "\(odd) at \(place)")
      }
    }
  }
}
