import KernelSupport

// T rows of D columns. A row stays in the first-level cache, so its second and third walk cost no memory traffic.

extension KernelVariant {
  /// Layer normalisation, of x + residual where there is one.
  public static func layerNorm(
    rows: Int, columns: Int, x: UnsafePointer<Float>, residual: UnsafePointer<Float>?,
    sum: UnsafeMutablePointer<Float>?, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?, epsilon: Float,
    y: UnsafeMutablePointer<Float>, mean: UnsafeMutablePointer<Float>, inverse: UnsafeMutablePointer<Float>,
    on pool: ThreadPool
  ) {
    forEachRowBlock(rows: rows, columns: columns, on: pool) { range, _ in
      for row in range {
        let start = row &* columns
        let (input, total) = inputAndSum(
          columns, x + start, residual.map { $0 + start }, sum.map { $0 + start }, y + start)
        let average = total / Float(columns)
        @inline(always) func squaredDifference(_ place: Int, _ count: Int) -> Vector {
          let difference = load(input + place, count: count) - broadcast(average)
          return difference * difference
        }
        let squares = vectorSum(over: columns, squaredDifference)
        let scale = 1 / squareRoot(squares / Float(columns) + epsilon)
        (mean[row], inverse[row]) = (average, scale)
        let result = y + start
        @inline(always) func normal(_ place: Int, _ count: Int) -> Vector {
          (load(input + place, count: count) - broadcast(average)) * broadcast(scale)
            * load(weight + place, count: count)
        }
        if let bias {
          @inline(always) func step(_ place: Int, _ count: Int) {
            store(normal(place, count) + load(bias + place, count: count), result + place, count: count)
          }
          forEachVector(columns, step)
        } else {
          @inline(always) func step(_ place: Int, _ count: Int) {
            store(normal(place, count), result + place, count: count)
          }
          forEachVector(columns, step)
        }
      }
    }
  }

  /// Gradients of layerNorm: ∂x = (g - mean(g) - n · mean(g · n)) / σ, with n the normalised row and g = ∂y · weight.
  public static func layerNormBackward(
    rows: Int, columns: Int, x: UnsafePointer<Float>, weight: UnsafePointer<Float>, mean: UnsafePointer<Float>,
    inverse: UnsafePointer<Float>, yGradient: UnsafePointer<Float>, xGradient: UnsafeMutablePointer<Float>,
    accumulates: Bool, weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>?,
    on pool: ThreadPool
  ) {
    sumOverRows(rows: rows, columns: columns, into: (weightGradient, biasGradient), on: pool) { range, partial in
      for row in range {
        let input = x + row &* columns
        let gradient = yGradient + row &* columns
        let result = xGradient + row &* columns
        let (average, scale) = (broadcast(mean[row]), broadcast(inverse[row]))
        var (sum0, sum1) = (Vector.zero, Vector.zero)
        @inline(always) func addToSums(_ place: Int, _ count: Int) {
          // Behind the end the gradient is zero, and so is everything that is summed.
          let dy = load(gradient + place, count: count)
          let normal = (load(input + place, count: count) - average) * scale
          let g = dy * load(weight + place, count: count)
          sum0 += g
          sum1 = multiplyAdd(g, normal, sum1)
          store(multiplyAdd(dy, normal, load(partial + place, count: count)), partial + place, count: count)
          if biasGradient != nil {
            let sums = partial + columns
            store(dy + load(sums + place, count: count), sums + place, count: count)
          }
        }
        forEachVector(columns, addToSums)
        let meanGradient = broadcast(horizontalSum(sum0) / Float(columns))
        let meanProduct = broadcast(horizontalSum(sum1) / Float(columns))
        @inline(always) func finish(_ place: Int, _ count: Int) {
          let normal = (load(input + place, count: count) - average) * scale
          let g = load(gradient + place, count: count) * load(weight + place, count: count)
          let value = (multiplyAdd(-normal, meanProduct, g) - meanGradient) * scale
          let old = accumulates ? load(result + place, count: count) : .zero
          store(value + old, result + place, count: count)
        }
        forEachVector(columns, finish)
      }
    }
  }
}

/// What is normalised, and its sum: x itself, or x + residual, which is kept in `sum` if anybody wants it and in the
/// place of the result otherwise.
@inline(always) func inputAndSum(
  _ columns: Int, _ x: UnsafePointer<Float>, _ residual: UnsafePointer<Float>?, _ sum: UnsafeMutablePointer<Float>?,
  _ result: UnsafeMutablePointer<Float>
) -> (input: UnsafePointer<Float>, sum: Float) {
  guard let residual else {
    return (x, vectorSum(over: columns) { place, count in load(x + place, count: count) })
  }
  let added = sum ?? result
  @inline(always) func add(_ place: Int, _ count: Int) -> Vector {
    let value = load(x + place, count: count) + load(residual + place, count: count)
    store(value, added + place, count: count)
    return value
  }
  return (UnsafePointer(added), vectorSum(over: columns, add))
}
