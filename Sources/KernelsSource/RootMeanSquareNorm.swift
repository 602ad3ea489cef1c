import KernelSupport

// T rows of D columns, as in LayerNorm.swift.

extension KernelVariant {
  /// Root-mean-square normalisation, of x + residual where there is one.
  public static func rmsNorm(
    rows: Int, columns: Int, x: UnsafePointer<Float>, residual: UnsafePointer<Float>?,
    sum: UnsafeMutablePointer<Float>?, weight: UnsafePointer<Float>, epsilon: Float, y: UnsafeMutablePointer<Float>,
    inverse: UnsafeMutablePointer<Float>, on pool: ThreadPool
  ) {
    forEachRowBlock(rows: rows, columns: columns, on: pool) { range, _ in
      for row in range {
        let result = y + row &* columns
        var input = x + row &* columns
        let squares: Float
        if let residual {
          let (other, added) = (residual + row &* columns, sum.map { $0 + row &* columns } ?? result)
          let plain = input
          @inline(always) func square(_ place: Int, _ count: Int) -> Vector {
            let value = load(plain + place, count: count) + load(other + place, count: count)
            store(value, added + place, count: count)
            return value * value
          }
          squares = vectorSum(over: columns, square)
          input = UnsafePointer(added)
        } else {
          let plain = input
          @inline(always) func square(_ place: Int, _ count: Int) -> Vector {
            let value = load(plain + place, count: count)
            return value * value
          }
          squares = vectorSum(over: columns, square)
        }
        let scale = 1 / squareRoot(squares / Float(columns) + epsilon)
        inverse[row] = scale
        let normalised = input
        @inline(always) func step(_ place: Int, _ count: Int) {
          let value = load(normalised + place, count: count) * broadcast(scale) * load(weight + place, count: count)
          store(value, result + place, count: count)
        }
        forEachVector(columns, step)
      }
    }
  }

  /// Gradients of rmsNorm: ∂x = (g - n · mean(g · n)) / √(mean of squares), with n the normalised row and
  /// g = ∂y · weight.
  public static func rmsNormBackward(
    rows: Int, columns: Int, x: UnsafePointer<Float>, weight: UnsafePointer<Float>, inverse: UnsafePointer<Float>,
    yGradient: UnsafePointer<Float>, xGradient: UnsafeMutablePointer<Float>, accumulates: Bool,
    weightGradient: UnsafeMutablePointer<Float>, on pool: ThreadPool
  ) {
    sumOverRows(rows: rows, columns: columns, into: (weightGradient, nil), on: pool) { range, partial in
      for row in range {
        let input = x + row &* columns
        let gradient = yGradient + row &* columns
        let result = xGradient + row &* columns
        let scale = broadcast(inverse[row])
        @inline(always) func contribution(_ place: Int, _ count: Int) -> Vector {
          let dy = load(gradient + place, count: count)
          let contribution = dy * load(input + place, count: count) * scale
          store(contribution + load(partial + place, count: count), partial + place, count: count)
          return contribution * load(weight + place, count: count)
        }
        let meanProduct = broadcast(vectorSum(over: columns, contribution) / Float(columns))
        @inline(always) func finish(_ place: Int, _ count: Int) {
          let normal = load(input + place, count: count) * scale
          let g = load(gradient + place, count: count) * load(weight + place, count: count)
          let value = multiplyAdd(-normal, meanProduct, g) * scale
          let old = accumulates ? load(result + place, count: count) : .zero
          store(value + old, result + place, count: count)
        }
        forEachVector(columns, finish)
      }
    }
  }
}
