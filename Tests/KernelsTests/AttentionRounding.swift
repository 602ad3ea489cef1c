import Kernels
import TestSupport

/// How far attention in bfloat16 may be from the reference, which rounds queries, keys, values and the gradient of the
/// output, but neither the weights P ∘ M nor the slopes dS, as the kernels do before they multiply them.
///
/// A rounding to 8 bits changes a number by a share of at most u = 2⁻⁸. So
///
///     |ΔO| ≤ u · (P ∘ M) |V|          |ΔdV| ≤ u · (P ∘ M)ᵀ |dO|          |Δδ| ≤ |dO| · |ΔO|
///     |ΔdS| ≤ u · |dS| + P |Δδ|       |ΔdQ| ≤ scale · |ΔdS| |K|          |ΔdK| ≤ scale · |ΔdS|ᵀ |Q|
struct AttentionRounding {
  /// Bounds of the results, in rows without gaps.
  private(set) var output: [Double], queries: [Double], keys: [Double], values: [Double]

  init(_ a: AttentionArguments, _ gradients: AttentionGradients) {
    // The magnitudes are those of numbers before their own rounding.
    let unit = 1.02 / 256
    let (d, scale) = (a.headWidth, Double(a.scale))
    let rows = a.spans.map { $0.firstQuery + $0.queries }.max() ?? 0
    let keyRows = a.spans.map { $0.firstKey + $0.keys }.max() ?? 0
    output = [Double](repeating: 0, count: rows * a.heads * d)
    queries = output
    keys = [Double](repeating: 0, count: keyRows * a.keyHeads * d)
    values = keys
    func product(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>) -> Double {
      (0..<d).reduce(0) { $0 + Double(x[$1]) * Double(y[$1]) }
    }
    for span in a.spans {
      for (head, i) in (0..<a.heads).flatMap({ head in (0..<span.queries).map { (head, $0) } }) {
        let (row, keyHead) = (span.firstQuery + i, head / (a.heads / a.keyHeads))
        let visible = a.causal ? span.keys - span.queries + i + 1 : span.keys
        let q = a.queries + row * a.queryStride + head * d
        let gradient = gradients.output + row * gradients.outputStride + head * d
        let k = (0..<visible).map { a.keys + (span.firstKey + $0) * a.keyStride + keyHead * d }
        let v = (0..<visible).map { a.values + (span.firstKey + $0) * a.valueStride + keyHead * d }
        let scores = k.map { product(q, $0) * scale }
        let largest = scores.max() ?? 0
        let powers = scores.map { Double.exponential($0 - largest) }
        let sum = powers.reduce(0, +)
        let probabilities = powers.map { $0 / sum }
        let factors = (0..<visible).map { key -> Double in
          if a.dropout.isNone { return 1 }
          return a.dropout.keeps(row: row * a.heads + head, column: key) ? Double(a.dropout.scale) : 0
        }
        let slopes = zip(v, factors).map { product(gradient, $0) * $1 }
        let mean = zip(probabilities, slopes).reduce(0) { $0 + $1.0 * $1.1 }
        let place = (row * a.heads + head) * d
        var meanBound = 0.0
        for j in 0..<d {
          for key in 0..<visible {
            output[place + j] += unit * probabilities[key] * factors[key] * abs(Double(v[key][j]))
          }
          meanBound += abs(Double(gradient[j])) * output[place + j]
        }
        for key in 0..<visible {
          let slopeBound = probabilities[key] * (unit * abs(slopes[key] - mean) + meanBound) * scale
          let keyPlace = ((span.firstKey + key) * a.keyHeads + keyHead) * d
          for j in 0..<d {
            values[keyPlace + j] += unit * probabilities[key] * factors[key] * abs(Double(gradient[j]))
            queries[place + j] += slopeBound * abs(Double(k[key][j]))
            keys[keyPlace + j] += slopeBound * abs(Double(q[j]))
          }
        }
      }
    }
  }

  /// The numbers, each moved towards the truth by at most its bound: what is left is the error of the arithmetic.
  static func remove(_ bounds: [Double], from fast: [Float], truth: [Double]) -> [Float] {
    fast.indices.map { index in
      let error = Double(fast[index]) - truth[index]
      guard abs(error) > bounds[index] else { return Float(truth[index]) }
      return Float(Double(fast[index]) - (error > 0 ? bounds[index] : -bounds[index]))
    }
  }
}
