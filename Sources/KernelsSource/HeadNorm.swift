import KernelSupport

// Rows of x begin with heads, one behind the other, and are `stride` apart.

extension KernelVariant {
  /// Root-mean-square normalisation of each head on its own, in place.
  public static func headNorm(
    rows: Int, stride: Int, heads: Int, headWidth: Int, x: UnsafeMutablePointer<Float>, weight: UnsafePointer<Float>,
    epsilon: Float, before: UnsafeMutablePointer<Float>, inverse: UnsafeMutablePointer<Float>, on pool: ThreadPool
  ) {
    forEachRowBlock(rows: rows, columns: heads &* headWidth, on: pool) { range, _ in
      for row in range {
        for head in 0..<heads {
          let place = row &* heads &+ head
          let (input, kept) = (x + (row &* stride &+ head &* headWidth), before + place &* headWidth)
          @inline(always) func square(_ place: Int, _ count: Int) -> Vector {
            let value = load(input + place, count: count)
            store(value, kept + place, count: count)
            return value * value
          }
          let scale = 1 / squareRoot(vectorSum(over: headWidth, square) / Float(headWidth) + epsilon)
          inverse[place] = scale
          @inline(always) func step(_ place: Int, _ count: Int) {
            let value = load(kept + place, count: count) * broadcast(scale) * load(weight + place, count: count)
            store(value, input + place, count: count)
          }
          forEachVector(headWidth, step)
        }
      }
    }
  }

  /// Gradients of headNorm, in place, as those of rmsNorm.
  public static func headNormBackward(
    rows: Int, stride: Int, heads: Int, headWidth: Int, before: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    inverse: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
    weightGradient: UnsafeMutablePointer<Float>, on pool: ThreadPool
  ) {
    sumOverRows(rows: rows, columns: headWidth, into: (weightGradient, nil), on: pool) { range, partial in
      for row in range {
        for head in 0..<heads {
          let place = row &* heads &+ head
          let input = before + place &* headWidth
          let result = gradient + (row &* stride &+ head &* headWidth)
          let scale = broadcast(inverse[place])
          @inline(always) func contribution(_ place: Int, _ count: Int) -> Vector {
            let contribution = load(result + place, count: count) * load(input + place, count: count) * scale
            store(contribution + load(partial + place, count: count), partial + place, count: count)
            return contribution * load(weight + place, count: count)
          }
          let meanProduct = broadcast(vectorSum(over: headWidth, contribution) / Float(headWidth))
          @inline(always) func finish(_ place: Int, _ count: Int) {
            let normal = load(input + place, count: count) * scale
            let g = load(result + place, count: count) * load(weight + place, count: count)
            store(multiplyAdd(-normal, meanProduct, g) * scale, result + place, count: count)
          }
          forEachVector(headWidth, finish)
        }
      }
    }
  }
}
