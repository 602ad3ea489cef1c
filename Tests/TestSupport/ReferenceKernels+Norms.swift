import KernelSupport

extension ReferenceKernels {
  /// Layer normalisation.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func layerNorm<Real: ReferenceReal>(
    rows: Int, columns: Int, x: UnsafePointer<Real>, residual: UnsafePointer<Real>?,
    sum: UnsafeMutablePointer<Real>?, weight: UnsafePointer<Real>, bias: UnsafePointer<Real>?, epsilon: Real,
    y: UnsafeMutablePointer<Real>, mean: UnsafeMutablePointer<Real>, inverse: UnsafeMutablePointer<Real>,
    on pool: ThreadPool
  ) {
    for row in 0..<rows {
      let input = added(row, columns, x, residual, sum)
      let average = input.reduce(0, +) / Real(columns)
      let variance = input.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Real(columns)
      mean[row] = average
      inverse[row] = 1 / (variance + epsilon).squareRoot()
      for j in 0..<columns {
        y[row * columns + j] = (input[j] - average) * inverse[row] * weight[j] + (bias?[j] ?? 0)
      }
    }
  }

  /// Gradients of layerNorm.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func layerNormBackward<Real: ReferenceReal>(
    rows: Int, columns: Int, x: UnsafePointer<Real>, weight: UnsafePointer<Real>, mean: UnsafePointer<Real>,
    inverse: UnsafePointer<Real>, yGradient: UnsafePointer<Real>, xGradient: UnsafeMutablePointer<Real>,
    accumulates: Bool, weightGradient: UnsafeMutablePointer<Real>, biasGradient: UnsafeMutablePointer<Real>?,
    on pool: ThreadPool
  ) {
    for row in 0..<rows {
      let normal = (0..<columns).map { (x[row * columns + $0] - mean[row]) * inverse[row] }
      let gradient = (0..<columns).map { yGradient[row * columns + $0] * weight[$0] }
      let meanGradient = gradient.reduce(0, +) / Real(columns)
      let meanProduct = zip(normal, gradient).reduce(0) { $0 + $1.0 * $1.1 } / Real(columns)
      for j in 0..<columns {
        let place = row * columns + j
        weightGradient[j] += yGradient[place] * normal[j]
        biasGradient?[j] += yGradient[place]
        let result = (gradient[j] - meanGradient - normal[j] * meanProduct) * inverse[row]
        xGradient[place] = accumulates ? xGradient[place] + result : result
      }
    }
  }

  /// Root-mean-square normalisation.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func rmsNorm<Real: ReferenceReal>(
    rows: Int, columns: Int, x: UnsafePointer<Real>, residual: UnsafePointer<Real>?,
    sum: UnsafeMutablePointer<Real>?, weight: UnsafePointer<Real>, epsilon: Real, y: UnsafeMutablePointer<Real>,
    inverse: UnsafeMutablePointer<Real>, on pool: ThreadPool
  ) {
    for row in 0..<rows {
      let input = added(row, columns, x, residual, sum)
      let meanSquare = input.reduce(0) { $0 + $1 * $1 } / Real(columns)
      inverse[row] = 1 / (meanSquare + epsilon).squareRoot()
      for j in 0..<columns { y[row * columns + j] = input[j] * inverse[row] * weight[j] }
    }
  }

  /// Gradients of rmsNorm.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func rmsNormBackward<Real: ReferenceReal>(
    rows: Int, columns: Int, x: UnsafePointer<Real>, weight: UnsafePointer<Real>, inverse: UnsafePointer<Real>,
    yGradient: UnsafePointer<Real>, xGradient: UnsafeMutablePointer<Real>, accumulates: Bool,
    weightGradient: UnsafeMutablePointer<Real>, on pool: ThreadPool
  ) {
    for row in 0..<rows {
      let normal = (0..<columns).map { x[row * columns + $0] * inverse[row] }
      let gradient = (0..<columns).map { yGradient[row * columns + $0] * weight[$0] }
      let meanProduct = zip(normal, gradient).reduce(0) { $0 + $1.0 * $1.1 } / Real(columns)
      for j in 0..<columns {
        let place = row * columns + j
        weightGradient[j] += yGradient[place] * normal[j]
        let result = (gradient[j] - normal[j] * meanProduct) * inverse[row]
        xGradient[place] = accumulates ? xGradient[place] + result : result
      }
    }
  }

  /// Root-mean-square normalisation of each head.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func headNorm<Real: ReferenceReal>(
    rows: Int, stride: Int, heads: Int, headWidth: Int, x: UnsafeMutablePointer<Real>, weight: UnsafePointer<Real>,
    epsilon: Real, before: UnsafeMutablePointer<Real>, inverse: UnsafeMutablePointer<Real>, on pool: ThreadPool
  ) {
    for row in 0..<rows {
      for head in 0..<heads {
        let place = row * heads + head
        let input = x + row * stride + head * headWidth
        for j in 0..<headWidth { before[place * headWidth + j] = input[j] }
        rmsNorm(
          rows: 1, columns: headWidth, x: before + place * headWidth, residual: nil, sum: nil, weight: weight,
          epsilon: epsilon, y: input, inverse: inverse + place, on: pool)
      }
    }
  }

  /// Gradients of headNorm.
  @specialized(where Real == Float)
  @specialized(where Real == Double)
  public static func headNormBackward<Real: ReferenceReal>(
    rows: Int, stride: Int, heads: Int, headWidth: Int, before: UnsafePointer<Real>, weight: UnsafePointer<Real>,
    inverse: UnsafePointer<Real>, gradient: UnsafeMutablePointer<Real>,
    weightGradient: UnsafeMutablePointer<Real>, on pool: ThreadPool
  ) {
    for row in 0..<rows {
      for head in 0..<heads {
        let place = row * heads + head
        let result = gradient + row * stride + head * headWidth
        let yGradient = (0..<headWidth).map { result[$0] }
        rmsNormBackward(
          rows: 1, columns: headWidth, x: before + place * headWidth, weight: weight, inverse: inverse + place,
          yGradient: yGradient, xGradient: result, accumulates: false, weightGradient: weightGradient, on: pool)
      }
    }
  }

  /// A row of x, with its residual, which `sum` receives.
  private static func added<Real: ReferenceReal>(
    _ row: Int, _ columns: Int, _ x: UnsafePointer<Real>, _ residual: UnsafePointer<Real>?,
    _ sum: UnsafeMutablePointer<Real>?
  ) -> [Real] {
    (0..<columns).map { j in
      let value = x[row * columns + j] + (residual?[row * columns + j] ?? 0)
      if residual != nil { sum?[row * columns + j] = value }
      return value
    }
  }
}
