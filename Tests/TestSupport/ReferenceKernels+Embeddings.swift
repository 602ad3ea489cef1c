import KernelSupport

extension ReferenceKernels {
  /// y[t] = table[indices[t]].
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func gatherRows<Real: ReferenceReal>(
    rows: Int, columns: Int, table: UnsafePointer<Real>, indices: UnsafePointer<Int32>,
    y: UnsafeMutablePointer<Real>, accumulates: Bool, on pool: ThreadPool
  ) {
    for row in 0..<rows {
      for j in 0..<columns {
        let value = table[Int(indices[row]) * columns + j]
        y[row * columns + j] = accumulates ? y[row * columns + j] + value : value
      }
    }
  }

  /// table[indices[t]] += y[t].
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func scatterRows<Real: ReferenceReal>(
    rows: Int, columns: Int, y: UnsafePointer<Real>, indices: UnsafePointer<Int32>,
    table: UnsafeMutablePointer<Real>, on pool: ThreadPool
  ) {
    for row in 0..<rows {
      for j in 0..<columns { table[Int(indices[row]) * columns + j] += y[row * columns + j] }
    }
  }

  /// Rotary positions.
  public static func rotate(
    rows: Int, stride: Int, heads: Int, rotation: Rotation, x: UnsafeMutablePointer<Float>, on pool: ThreadPool
  ) {
    rotate(
      rows: rows, stride: stride, heads: heads, headWidth: rotation.headWidth, positions: rotation.positions,
      cosines: rotation.cosines, sines: rotation.sines, x: x, inverse: false)
  }

  /// The same in any precision, and back.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func rotate<Real: ReferenceReal>(
    rows: Int, stride: Int, heads: Int, headWidth: Int, positions: UnsafePointer<Int32>,
    cosines: UnsafePointer<Real>, sines: UnsafePointer<Real>, x: UnsafeMutablePointer<Real>, inverse: Bool
  ) {
    let half = headWidth / 2
    for row in 0..<rows {
      for head in 0..<heads {
        for j in 0..<half {
          let angle = Int(positions[row]) * half + j
          let (c, s) = (cosines[angle], inverse ? -sines[angle] : sines[angle])
          let place = row * stride + head * headWidth + j
          let (a, b) = (x[place], x[place + half])
          x[place] = a * c - b * s
          x[place + half] = b * c + a * s
        }
      }
    }
  }
}
