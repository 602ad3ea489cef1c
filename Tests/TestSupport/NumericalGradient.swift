/// The gradient of a function by central differences in Double: the second method that backward passes are checked
/// against.
public func numericalGradient(of function: ([Double]) -> Double, at x: [Double], step: Double = 1e-5) -> [Double] {
  x.indices.map { index in
    var (above, below) = (x, x)
    above[index] += step
    below[index] -= step
    return (function(above) - function(below)) / (2 * step)
  }
}

/// The largest difference of two arrays, relative to the largest number of the second.
public func largestRelativeDifference(_ a: [Double], _ b: [Double]) -> Double {
  let scale = b.map(abs).max() ?? 0
  return zip(a, b).map { abs($0 - $1) }.max().map { scale > 0 ? $0 / scale : $0 } ?? 0
}
