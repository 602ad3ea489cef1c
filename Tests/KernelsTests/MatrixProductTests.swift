import Kernels
import TestSupport
import Testing

@Suite struct MatrixProductTests {
  /// A product of matrices whose rows lie apart, with not-a-numbers in the gaps.
  struct Case {
    var rows: Int, columns: Int, depth: Int
    var transposedA = false, transposedB = false
    var accumulates = false, hasBias = false, hasFactor = false
    var activation: Activation?, keepsDerivative = false
    var precision = Precision.fp32
    /// How much longer a row's stride is than the row.
    var gap = 3

    var name: String {
      "\(rows) × \(columns) × \(depth), \(precision), A\(transposedA ? "ᵀ" : ""), B\(transposedB ? "ᵀ" : "")"
        + (accumulates ? ", accumulating" : "") + (hasBias ? ", with bias" : "") + (hasFactor ? ", with factor" : "")
    }

    /// Runs `body` with the product, and returns what is then in C and in the activated result, without gaps.
    func run(misalignment: Int, _ body: (MatrixProduct) -> Void) -> (c: [Float], activated: [Float]) {
      var sample = SampleNumbers(seed: UInt64(rows * 31 + columns * 7 + depth))
      func matrix(_ rows: Int, _ columns: Int) -> PoisonedMemory<Float> {
        var numbers: [Float] = []
        for row in 0..<rows {
          numbers += sample.normal(columns)
          if row + 1 < rows { numbers += [Float](repeating: .nan, count: gap) }
        }
        return PoisonedMemory(numbers, misalignment: misalignment)
      }
      let a = transposedA ? matrix(depth, rows) : matrix(rows, depth)
      let b = transposedB ? matrix(columns, depth) : matrix(depth, columns)
      let (c, activated, bias) = (matrix(rows, columns), matrix(rows, columns), matrix(1, columns))
      let factor = matrix(rows, columns)
      var product = MatrixProduct(
        rows: rows, columns: columns, depth: depth, a: a.pointer, strideOfA: (transposedA ? rows : depth) + gap,
        transposedA: transposedA, b: b.pointer, strideOfB: (transposedB ? depth : columns) + gap,
        transposedB: transposedB, c: c.pointer, strideOfC: columns + gap)
      product.accumulates = accumulates
      product.bias = hasBias ? UnsafePointer(bias.pointer) : nil
      if let activation {
        product.finish =
          keepsDerivative
          ? .activateKeepingDerivative(activation, result: activated.pointer)
          : .activate(activation, result: activated.pointer)
      } else if hasFactor {
        product.finish = .multiply(by: factor.pointer, stride: columns + gap)
      }
      product.precision = precision
      body(product)
      let untouched = (0..<max(0, rows - 1)).allSatisfy { row in
        (0..<gap).allSatisfy { c.pointer[row * (columns + gap) + columns + $0].isNaN }
      }
      #expect(c.isIntact && activated.isIntact && untouched, "\(name): written outside")
      func plain(_ memory: PoisonedMemory<Float>) -> [Float] {
        (0..<rows).flatMap { row in (0..<columns).map { memory.pointer[row * (columns + gap) + $0] } }
      }
      return (plain(c), plain(activated))
    }
  }

  /// Checks a variant against Double, with the plain Float version as the competitor, and 1, 2 and 4 threads against
  /// each other.
  func check(_ test: Case, on variant: Variant) {
    var truth: [Double] = []
    var plain: [Float] = []
    _ = test.run(misalignment: 0) {
      truth = ReferenceKernels.product($0, as: Double.self)
      plain = ReferenceKernels.product($0, as: Float.self)
    }
    let largest = truth.reduce(1) { max($0, abs($1)) }
    for misalignment in [0, 1] {
      var first: [UInt32] = []
      for threads in [1, 2, 4] {
        let (c, activated) = test.run(misalignment: misalignment) {
          variant.kernels.multiply($0, on: ThreadPool(threads: threads))
        }
        if first.isEmpty {
          first = c.map(\.bitPattern)
          if !test.keepsDerivative {
            let message = complaint(fast: c, plain: plain, truth: truth, largest: largest, units: 1)
            #expect(message == nil, "\(test.name): \(message ?? "")")
          }
        }
        #expect(c.map(\.bitPattern) == first, "\(test.name): other bits with \(threads) threads")
        if let activation = test.activation {
          // Where C keeps a derivative, what was before the function is known from the plain version alone.
          let (before, allowed) = test.keepsDerivative ? (truth, 1e-4) : (c.map { Double($0) }, 1e-6)
          func expect(_ found: [Float], _ expected: [Double], _ name: String) {
            let worst = zip(found, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1) / max(1, abs($1.1))) }
            #expect(worst <= allowed, "\(test.name): \(name) is off by \(worst)")
          }
          expect(activated, before.map { ReferenceKernels.apply(activation, to: $0) }, "\(activation)")
          if test.keepsDerivative {
            // A kink's two sides are both right.
            let far = before.indices.filter { abs(before[$0]) > 1e-3 }
            expect(
              far.map { c[$0] }, far.map { ReferenceKernels.derivative(of: activation, at: before[$0]) },
              "\(activation)'s derivative")
          }
        }
      }
    }
  }

  @Test(arguments: Variant.all, Precision.allCases) func oddSizesAndTranspositions(
    variant: Variant, precision: Precision
  ) {
    let sizes = [
      (1, 1, 1), (1, 5, 3), (2, 7, 20), (3, 33, 17), (4, 66, 64), (5, 7, 9), (6, 16, 8), (12, 32, 16), (13, 33, 31),
      (25, 65, 48), (31, 15, 7), (50, 100, 70),
    ]
    for (rows, columns, depth) in sizes {
      for (transposedA, transposedB) in [(false, false), (false, true), (true, false), (true, true)] {
        for accumulates in [false, true] {
          check(
            Case(
              rows: rows, columns: columns, depth: depth, transposedA: transposedA, transposedB: transposedB,
              accumulates: accumulates, hasBias: accumulates, precision: precision), on: variant)
        }
      }
    }
  }

  /// Sizes that are cut into several blocks of rows, of columns and of depth.
  @Test(arguments: Variant.all, Precision.allCases) func severalBlocks(variant: Variant, precision: Precision) {
    for (rows, columns, depth) in [
      (1580, 40, 24), (61, 803, 50), (29, 40, 801), (130, 390, 391), (20, 35, 1601), (3, 2000, 100),
    ] {
      for (transposedA, transposedB) in [(false, false), (false, true), (true, false)] {
        check(
          Case(
            rows: rows, columns: columns, depth: depth, transposedA: transposedA, transposedB: transposedB,
            hasBias: true, precision: precision, gap: 1), on: variant)
      }
    }
  }

  @Test(arguments: Variant.all, Activation.allCases) func activations(variant: Variant, activation: Activation) {
    for (rows, columns, depth) in [(1, 40, 12), (14, 45, 20), (70, 401, 10)] {
      for hasBias in [false, true] {
        check(
          Case(
            rows: rows, columns: columns, depth: depth, transposedB: true, hasBias: hasBias, activation: activation),
          on: variant)
      }
    }
  }

  @Test(arguments: Variant.all, Precision.allCases) func derivatives(variant: Variant, precision: Precision) {
    for activation in Activation.allCases {
      for (rows, columns, depth) in [(1, 40, 12), (14, 45, 20), (70, 401, 10)] {
        check(
          Case(
            rows: rows, columns: columns, depth: depth, transposedB: true, hasBias: true, activation: activation,
            keepsDerivative: true, precision: precision), on: variant)
      }
    }
  }

  /// A factor element by element, at edges of tiles and with several steps of depth.
  @Test(arguments: Variant.all, Precision.allCases) func factors(variant: Variant, precision: Precision) {
    for (rows, columns, depth) in [(1, 40, 12), (3, 33, 17), (14, 45, 20), (36, 96, 48), (130, 390, 803)] {
      for transposedB in [false, true] {
        for accumulates in [false, true] {
          check(
            Case(
              rows: rows, columns: columns, depth: depth, transposedB: transposedB, accumulates: accumulates,
              hasBias: transposedB, hasFactor: true, precision: precision), on: variant)
        }
      }
    }
  }

  @Test(arguments: Variant.all) func noDepthGivesZeros(variant: Variant) {
    for rows in [1, 20] { check(Case(rows: rows, columns: 33, depth: 0, transposedB: true), on: variant) }
  }

  @Test(arguments: Variant.all) func noRowsOrColumnsTouchNothing(variant: Variant) {
    for (rows, columns) in [(0, 5), (5, 0)] {
      _ = Case(rows: rows, columns: columns, depth: 4).run(misalignment: 0) {
        variant.kernels.multiply($0, on: ThreadPool(threads: 2))
      }
    }
  }

  /// Infinities and not-a-numbers arrive where they must, and only there.
  @Test(arguments: Variant.all, Precision.allCases) func notANumberSpoilsItsRowAlone(
    variant: Variant, precision: Precision
  ) {
    for rows in [3, 30] {
      let (columns, depth) = (40, 20)
      var a = [Float](repeating: 1, count: rows * depth)
      a[depth + 3] = Float(bitPattern: 0x7FFF_FFFF)
      a[2 * depth + 5] = .infinity
      let b = [Float](repeating: 2, count: columns * depth)
      var c = [Float](repeating: 0, count: rows * columns)
      c.withUnsafeMutableBufferPointer { c in
        guard let c = c.baseAddress else { return }
        var product = MatrixProduct(
          rows: rows, columns: columns, depth: depth, a: a, strideOfA: depth, b: b, strideOfB: depth, transposedB: true,
          c: c, strideOfC: columns)
        product.precision = precision
        variant.kernels.multiply(product, on: ThreadPool(threads: 1))
      }
      for row in 0..<rows {
        for value in c[row * columns..<(row + 1) * columns] {
          switch row {
          case 1: #expect(value.isNaN)
          case 2: #expect(value == .infinity)
          default: #expect(value == Float(2 * depth))
          }
        }
      }
    }
  }
}
